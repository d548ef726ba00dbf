"""Quarantine: what may go is denied, by a policy of the principal's own, and nothing else is changed."""

from collections.abc import Iterator

from msgspec.structs import replace

from leastwise.catalog import Catalog
from leastwise.inventory import GrantIndex, ManagedPolicy, PolicyKind, Principal
from leastwise.plan import (
    Attach,
    AttachedTo,
    ChangeKind,
    CreateVersion,
    DocumentChange,
    Left,
    NoInline,
    Obstacle,
    PolicyIs,
    PolicyRef,
    Precondition,
    ProofMethod,
    PutInline,
    Step,
    digest_of,
)
from leastwise.policy import (
    MANAGED_CHARACTERS,
    ActionSet,
    Arn,
    Document,
    Effect,
    Wildcards,
    minimal_patterns,
    parse_document,
    readable_patterns,
    size_in_characters,
)
from leastwise.recommend.copies import Copies, oldest_other
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Holders, Target
from leastwise.recommend.proof import ProofError
from leastwise.recommend.splitting import clause_actions
from leastwise.recommend.texts import INLINE_CHARACTERS
from leastwise.recommend.wording import counted

__all__ = ["QUARANTINE", "SID", "QuarantineBench", "is_as_written"]

QUARANTINE = "leastwise-quarantine"
"""How the name of every quarantine begins."""
SID = "LeastwiseQuarantine"
"""The Sid of its one statement."""


class QuarantineBench:
    """What is denied to the users and roles of an account."""

    def __init__(self, holders: Holders, copies: Copies, *, grants: GrantIndex, catalog: Catalog) -> None:
        self._holders, self._copies, self._grants, self._catalog = holders, copies, grants, catalog

    def changes(self, principal: Principal) -> Iterator[Draft | Left]:
        """The quarantine of one user or role; nothing where nothing that it is granted may go."""
        target = self._holders.target(principal.arn)
        granted = self._grants.of(principal).actions
        reached = granted & target.removal.actions
        if target.obstacle is not None or not reached.known:
            return
        # A service that goes whole is denied whole, with what AWS adds to it, whether granted or not.
        services = ActionSet.of([f"{one}:*" for one in reached.namespaces()], self._catalog)
        denied = target.removal.actions & services
        there = self._copies.there(self._arn(target))
        if there is not None:
            yield from self._extended(target, there, denied, granted=granted)
            return
        is_inline = not self._copies.has_room(target)
        limit = _spare(principal) if is_inline else MANAGED_CHARACTERS
        text = _denying(denied, limit)
        if text is None:
            name = f"{QUARANTINE} of {target.name}"
            ref = PolicyRef(name, PolicyKind.INLINE, target.arn)
            yield Left(ref, Obstacle.NO_ROOM if is_inline else Obstacle.TOO_LONG, f"more than {limit:,} characters")
            return
        _prove(text, target, target.removal.actions)
        yield self._draft(target, granted, text, is_inline=is_inline)

    def _extended(
        self, target: Target, there: ManagedPolicy, denied: ActionSet, *, granted: ActionSet
    ) -> Iterator[Draft | Left]:
        """The quarantine that is there already, as a new version that denies what it denies and this."""
        ref, version = PolicyRef(there.arn, PolicyKind.MANAGED), there.default_version
        document = None if version is None else version.policy.document
        if version is None or document is None or not is_as_written(document):
            yield Left(ref, Obstacle.UNREADABLE, "the quarantine that is there was edited")
            return
        every = denied | clause_actions(document.statements[0].actions, self._catalog)
        text = _denying(every, MANAGED_CHARACTERS)
        if text is None:
            yield Left(ref, Obstacle.TOO_LONG, f"more than {MANAGED_CHARACTERS:,} characters")
            return
        _prove(text, target, every)
        draft = self._draft(target, granted, text, is_inline=False)
        attaching = () if _holds(target, there.arn) else (Attach(there.arn, target.arn),)
        is_live = PolicyIs(there.arn, version.id, digest_of(document.text), tuple(one.id for one in there.versions))
        yield replace(
            draft,
            steps=(CreateVersion(there.arn, text, oldest_other(there)), *attaching),
            preconditions=(is_live, AttachedTo(there.arn, (target.arn,), exactly=True)),
            documents=(DocumentChange(ref, document.text, text, ()),),
        )

    def _draft(self, target: Target, granted: ActionSet, text: str, *, is_inline: bool) -> Draft:
        steps, preconditions = self._inline(target, text) if is_inline else self._attached(target, text)
        denied = clause_actions(parse_document(text).statements[0].actions, self._catalog).known & granted.known
        owner = target.arn if is_inline else None
        name = QUARANTINE if is_inline else self._arn(target)
        ref = PolicyRef(name, PolicyKind.INLINE if is_inline else PolicyKind.MANAGED, owner)
        return Draft(
            kind=ChangeKind.QUARANTINE,
            title=f"{target.name.capitalize()} is denied {counted(denied.bit_count(), 'action')} that it does not use",
            principals=target.holders,
            steps=steps,
            preconditions=preconditions,
            method=ProofMethod.DENIED,
            policy=ref,
            targets=(target.arn,),
            documents=(DocumentChange(ref, None, text, ()),),
            kept=granted.known & ~denied,
            removed=denied,
            checked=1,
        )

    def _arn(self, target: Target) -> Arn:
        return self._copies.arn(f"{QUARANTINE}-{target.principal.type}-{target.principal.name}")

    def _attached(self, target: Target, text: str) -> tuple[tuple[Step, ...], tuple[Precondition, ...]]:
        policy = self._arn(target)
        making, absent = self._copies.made(policy, text, description="What is not used is denied before it is removed")
        return (*making, Attach(policy, target.arn)), absent

    @staticmethod
    def _inline(target: Target, text: str) -> tuple[tuple[Step, ...], tuple[Precondition, ...]]:
        return (PutInline(target.arn, QUARANTINE, text),), (NoInline(target.arn, QUARANTINE),)


def is_as_written(document: Document) -> bool:
    """Whether it has the form of a quarantine: one Deny of actions, on everything, always."""
    if len(document.statements) != 1 or document.duplicates:
        return False
    [only] = document.statements
    is_plain = only.sid == SID and only.effect is Effect.DENY and not only.actions.negated
    return is_plain and only.is_unconditional


def _spare(principal: Principal) -> int:
    used = sum(size_in_characters(one.policy.text) for one in principal.inline)
    return max(INLINE_CHARACTERS[principal.type] - used, 0)


def _denying(denied: ActionSet, limit: int) -> str | None:
    """A Deny of the actions and of nothing else known, in at most so many characters; None if it does not fit."""
    readable = _document(readable_patterns(denied, within=denied))
    if size_in_characters(readable) <= limit:
        return readable
    shortest = _document(minimal_patterns(denied, wildcards=Wildcards.OPEN, within=denied).patterns)
    return shortest if size_in_characters(shortest) <= limit else None


def _document(patterns: tuple[str, ...]) -> str:
    listed = ",\n        ".join(f'"{pattern}"' for pattern in patterns)
    return f"""{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "{SID}",
      "Effect": "Deny",
      "Action": [
        {listed}
      ],
      "Resource": "*"
    }}
  ]
}}
"""


def _holds(target: Target, policy: Arn) -> bool:
    return any(one.arn == policy for one in target.principal.attached)


def _prove(text: str, target: Target, actions: ActionSet) -> None:
    """That the text denies nothing but these actions, which may go from the principal or are denied to it already.

    Raises:
        ProofError: it could not be shown.
    """
    [statement] = parse_document(text).statements
    denied = clause_actions(statement.actions, actions.catalog)
    if statement.effect is not Effect.DENY or not denied <= actions:
        raise ProofError(f"the quarantine of {target.arn} would deny what was not to go: {text}")
