"""The documents of an account as the recommendations look at them, each read once however many hold it."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.inventory import PolicyText
from leastwise.policy import (
    GROUP_INLINE_CHARACTERS,
    ROLE_INLINE_CHARACTERS,
    USER_INLINE_CHARACTERS,
    ActionSet,
    Answer,
    Document,
    Effect,
)
from leastwise.recommend.removal import Removal
from leastwise.recommend.splitting import clause_actions

__all__ = ["INLINE_CHARACTERS", "Text", "Texts"]

INLINE_CHARACTERS: Final[Mapping[str, int]] = {
    "group": GROUP_INLINE_CHARACTERS,
    "role": ROLE_INLINE_CHARACTERS,
    "user": USER_INLINE_CHARACTERS,
}
"""By type of principal, the characters of all its inline policies together."""


class Text(Struct, frozen=True):
    """A document that can be read."""

    document: Document
    """What it says."""
    allowed: ActionSet
    """What its Allow statements grant together."""
    may_go: bool
    """Whether it could go as a whole: it denies nothing, and no statement is marked to be kept."""
    statements: int
    """How many statements it has."""

    def is_needless(self, removal: Removal) -> bool:
        """Whether nothing of it is needed by those from whom the removal may go, what nobody knows of included."""
        if not self.may_go or self.allowed.known & ~removal.actions.known:
            return False
        catalog = self.allowed.catalog
        is_needed = any(ActionSet.of([text], catalog) <= self.allowed for text in removal.needed)
        return not is_needed and (self.allowed - removal.actions).is_empty() is Answer.YES

    def loses(self, removal: Removal) -> bool:
        """Whether something that it grants may go."""
        return bool(self.allowed.known & removal.actions.known) or (
            (self.allowed & removal.actions).is_empty() is Answer.NO
        )


class Texts:
    """The documents of one account, by their text."""

    def __init__(self, catalog: Catalog, *, kept_sids: str) -> None:
        self._catalog, self._kept_sids = catalog, kept_sids
        self._found: dict[str, Text] = {}

    def read(self, text: PolicyText, *, is_shared: bool = True) -> Text | None:
        """The document; None if it is none. One that is not shared is not kept for the next who asks."""
        if text.document is None:
            return None
        if not is_shared:
            return self._made(text.document)
        if text.text not in self._found:
            self._found[text.text] = self._made(text.document)
        return self._found[text.text]

    def _made(self, document: Document) -> Text:
        kept = self._kept_sids
        may_go = all(
            one.effect is Effect.ALLOW and not (kept and (one.sid or "").startswith(kept))
            for one in document.statements
        )
        clauses = (one.actions for one in document.statements if one.effect is Effect.ALLOW)
        allowed = ActionSet.union_of((clause_actions(one, self._catalog) for one in clauses), self._catalog)
        return Text(document, allowed, may_go, len(document.statements))
