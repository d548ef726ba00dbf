"""One document made smaller for those who hold it, with its proof and what a reader wants to know."""

from collections.abc import Iterable

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.plan import DocumentChange, Obstacle, PolicyRef
from leastwise.policy import Arn
from leastwise.recommend.fitted import fitted_reduction
from leastwise.recommend.holders import Holders, Target
from leastwise.recommend.options import RecommendOptions
from leastwise.recommend.proof import ProofError, Shown, prove
from leastwise.recommend.reduction import Reduction
from leastwise.recommend.removal import Removal
from leastwise.recommend.statements import statement_changes
from leastwise.recommend.texts import Text

__all__ = ["Smaller", "Workbench", "reached"]


class Smaller(Struct, frozen=True):
    """A document made smaller."""

    change: DocumentChange
    """Before and after, statement by statement."""
    shown: Shown
    """What was shown of it."""

    @property
    def text(self) -> str | None:
        """What would be sent; None where nothing is left."""
        return self.change.after


def reached(targets: Iterable[Target]) -> tuple[Arn, ...]:
    """The users and roles whom the targets reach, sorted."""
    return tuple(sorted({arn for target in targets for arn in target.holders}))


class Workbench(Struct, frozen=True):
    """What making documents smaller needs."""

    holders: Holders
    """Who is reached."""
    catalog: Catalog
    """Which actions exist."""
    options: RecommendOptions
    """What a person decided."""

    def smaller(
        self, text: Text, removal: Removal, *, policy: PolicyRef, holders: tuple[Arn, ...], limit: int
    ) -> Smaller | Obstacle | None:
        """The document without the removal, for these users and roles; None if nothing goes, or what keeps it.

        Raises:
            ProofError: it is not what it should be: a fault of leastwise. The message names policy and holders.
        """
        options, document = self.options, text.document
        found = fitted_reduction(document, removal, limit=limit, strategy=options.strategy, kept_sids=options.kept_sids)
        if found is None:
            return Obstacle.TOO_LONG
        reduction, left = found
        if reduction.is_nothing:
            return None
        return self._made(text, reduction, left, policy=policy, holders=holders)

    def gone(self, text: Text, removal: Removal, *, policy: PolicyRef, holders: tuple[Arn, ...]) -> Smaller:
        """The document as one that these users and roles hold no more, which is needless to them.

        Raises:
            ProofError: as `smaller`.
        """
        nothing = Reduction({statement.index: None for statement in text.document.statements}, None)
        return self._made(text, nothing, removal, policy=policy, holders=holders)

    def _made(
        self, text: Text, reduction: Reduction, removal: Removal, *, policy: PolicyRef, holders: tuple[Arn, ...]
    ) -> Smaller:
        shown = self._proved(text, reduction, removal, policy=policy, holders=holders)
        statements = statement_changes(
            text.document,
            shown,
            holders=[self.holders.judged(arn) for arn in holders],
            options=self.options.removal,
            catalog=self.catalog,
        )
        return Smaller(DocumentChange(policy, text.document.text, reduction.text, statements), shown)

    def _proved(
        self, text: Text, reduction: Reduction, removal: Removal, *, policy: PolicyRef, holders: tuple[Arn, ...]
    ) -> Shown:
        try:
            shown = prove(text.document, reduction, removal)
            self._check_each(shown, holders)
        except ProofError as fault:
            where = policy.policy if policy.owner is None else f"{policy.policy} of {policy.owner}"
            raise ProofError(
                f"{where}: {fault.message}; the text that was to be sent: {reduction.text}",
                hint="This is a fault of leastwise: please report it with this text and the policy's.",
            ) from fault
        return shown

    def _check_each(self, shown: Shown, holders: tuple[Arn, ...]) -> None:
        """For every user and role that is reached, alone: it loses nothing but what may go from it."""
        lost = shown.removed
        for arn in holders:
            missing = self.catalog.actions(lost & ~self.holders.target(arn).would.actions.known)
            if missing:
                raise ProofError(f"{arn} would lose {missing[0].text}, which was not to go from it")
