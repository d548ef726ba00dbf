"""The quarantines that an account has, and how they are lifted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from leastwise.catalog import Catalog
from leastwise.inventory import (
    GrantIndex,
    Group,
    Holding,
    ManagedPolicy,
    PolicyKind,
    PolicyText,
    Principal,
    Relations,
    Selection,
    Snapshot,
)
from leastwise.plan import (
    NOTHING_DECIDED,
    SCHEMA,
    AttachedTo,
    ChangeKind,
    DeleteInline,
    DeletePolicy,
    Detach,
    DocumentChange,
    InlineIs,
    Left,
    Obstacle,
    Plan,
    PlanAccount,
    PolicyIs,
    PolicyRef,
    Precondition,
    ProofMethod,
    Step,
    digest_of,
    sealed,
)
from leastwise.policy import ActionSet, Arn, Effect, document_grants
from leastwise.recommend.copies import PATH
from leastwise.recommend.drafts import Draft, Finisher
from leastwise.recommend.quarantine import QUARANTINE, is_as_written
from leastwise.recommend.wording import REMADE, counted

__all__ = ["LiftBench", "Quarantine", "lift_plan", "quarantines"]


class Quarantine(Struct, frozen=True):
    """A quarantine that is there."""

    policy: PolicyRef
    """Which policy."""
    principal: Arn | None
    """The user or role that it was made for, by its name; None where the account has none of that name."""
    holders: tuple[Arn, ...]
    """Who holds it, sorted: that one, and whoever else it was attached to; empty for nobody."""
    since: datetime | None
    """Since when it says what it says: when it was made, or edited last. None for an inline policy, of which AWS gives
    no date. Since when it is attached AWS does not tell either."""
    text: PolicyText
    """What it says."""
    patterns: tuple[str, ...]
    """What its Deny statements name, as written."""
    denied: ActionSet
    """What it denies without condition; nothing where it cannot be read."""
    is_as_written: bool
    """Whether it still has the form that leastwise gives it: one Deny of actions, on everything, always. False for one
    that was edited into something else, or that cannot be read."""
    managed: ManagedPolicy | None
    """The managed policy as it was seen; None for an inline one."""

    @property
    def others(self) -> tuple[Arn, ...]:
        """Who holds it besides the one that it was made for."""
        return tuple(arn for arn in self.holders if arn != self.principal)

    @property
    def is_in_force(self) -> bool:
        """Whether the one that it was made for holds it."""
        return self.principal in self.holders

    def is_held_by(self, targets: tuple[Arn, ...], *, exactly: bool = False) -> tuple[Precondition, ...]:
        """That it says what it said, and that these hold it; nobody else where that is to be `exactly` so."""
        if self.managed is None:
            return tuple(InlineIs(arn, self.policy.policy, digest_of(self.text.text)) for arn in targets)
        policy, version = self.managed, self.managed.default_version
        if version is None:
            raise ValueError(f"{policy.arn} has no default version, and so says nothing")
        versions = tuple(one.id for one in policy.versions) if exactly else ()
        is_as_seen = PolicyIs(policy.arn, version.id, digest_of(self.text.text), versions)
        return (is_as_seen, AttachedTo(policy.arn, targets, exactly=exactly))


def quarantines(snapshot: Snapshot, catalog: Catalog) -> tuple[Quarantine, ...]:
    """Every quarantine of the account, by name and kind: those that nobody holds, and those that were edited, too."""
    holders = Relations(snapshot).attached_to
    made_for = {
        f"{QUARANTINE}-{one.type}-{one.name}": one.arn for one in snapshot.principals() if not isinstance(one, Group)
    }
    attached = (
        _attached(policy, made_for.get(policy.name), holders.get(policy.arn, ()), catalog)
        for policy in snapshot.policies
        if _is_ours(policy)
    )
    found = (*attached, *(one for principal in snapshot.principals() for one in _inline(principal, catalog)))
    return tuple(sorted(found, key=lambda one: one.policy))


def _is_ours(policy: ManagedPolicy) -> bool:
    return not policy.is_aws_managed and policy.path == PATH and policy.name.startswith(f"{QUARANTINE}-")


def _attached(policy: ManagedPolicy, principal: Arn | None, holders: tuple[Arn, ...], catalog: Catalog) -> Quarantine:
    version = policy.default_version
    text = PolicyText("", None, "AWS listed no default version") if version is None else version.policy
    since = max((policy.created_at, *(one.created_at for one in policy.versions)))
    ref = PolicyRef(policy.arn, PolicyKind.MANAGED)
    return Quarantine(ref, principal, holders, since, text, *_said(text, catalog), policy)


def _inline(principal: Principal, catalog: Catalog) -> Iterator[Quarantine]:
    for one in principal.inline:
        if one.name == QUARANTINE:
            ref, made_for = PolicyRef(one.name, PolicyKind.INLINE, principal.arn), principal.arn
            yield Quarantine(ref, made_for, (made_for,), None, one.policy, *_said(one.policy, catalog), None)


def _said(text: PolicyText, catalog: Catalog) -> tuple[tuple[str, ...], ActionSet, bool]:
    """What it names, what it denies, and whether it has the form that leastwise gives it."""
    if text.document is None:
        return (), ActionSet.nothing(catalog), False
    denies = (one for one in text.document.statements if one.effect is Effect.DENY)
    patterns = tuple(pattern for one in denies for pattern in one.actions.patterns)
    return patterns, document_grants(text.document, catalog).denied, is_as_written(text.document)


def lift_plan(snapshot: Snapshot, wanted: Selection, *, catalog: Catalog, version: str) -> Plan:
    """The plan that lifts the quarantines of these principals: what other policies grant them is granted again.

    A policy that others hold too is only detached. One that nobody holds is deleted, if the one that it was made for is
    wanted, or everybody is. One that could not be read, or that allows something itself, is left and named.
    """
    bench = LiftBench(snapshot, catalog)
    found = [one for quarantine in quarantines(snapshot, catalog) for one in bench.lifted(quarantine, wanted)]
    finisher = Finisher(snapshot, None, catalog)
    return sealed(
        Plan(
            schema=SCHEMA,
            version=version,
            account=PlanAccount.of(snapshot.account),
            scanned_at=snapshot.taken_at,
            complete=True,
            parameters=replace(NOTHING_DECIDED, principals=wanted.include, exclude=wanted.exclude),
            changes=tuple(finisher.change(one) for one in found if isinstance(one, Draft)),
            left=tuple(sorted(one for one in found if isinstance(one, Left))),
            notes=() if found else ("There is no such quarantine.",),
        )
    )


class LiftBench:
    """How the quarantines of one account are lifted."""

    def __init__(self, snapshot: Snapshot, catalog: Catalog) -> None:
        self._catalog = catalog
        self._principals: Mapping[Arn, Principal] = {one.arn: one for one in snapshot.principals()}
        self._relations, self._grants = Relations(snapshot), GrantIndex(catalog, snapshot)

    def lifted(self, quarantine: Quarantine, wanted: Selection) -> Iterator[Draft | Left]:
        """The change that lifts it for those who are wanted, or why it is left; nothing where none of them has it."""
        held = tuple(arn for arn in quarantine.holders if wanted.takes(self._principals[arn]))
        if not (held if quarantine.holders else self._is_wanted(quarantine, wanted)):
            return
        document = quarantine.text.document
        if document is None:
            yield Left(quarantine.policy, Obstacle.UNREADABLE, quarantine.text.fault)
        elif any(one.effect is Effect.ALLOW for one in document.statements):
            yield Left(quarantine.policy, Obstacle.UNPROVED, "it was edited, and allows something itself")
        elif not held and self._is_kept(quarantine):
            yield Left(quarantine.policy, Obstacle.BOUNDARY)
        else:
            yield self.draft(quarantine, held, method=ProofMethod.RESTORED)

    def _is_wanted(self, quarantine: Quarantine, wanted: Selection) -> bool:
        principal = None if quarantine.principal is None else self._principals[quarantine.principal]
        return not wanted.is_narrow if principal is None else wanted.takes(principal)

    def _is_kept(self, quarantine: Quarantine) -> bool:
        """Whether someone has the policy whom its holders are not all of: as a boundary, or where AWS counts more."""
        policy = quarantine.managed
        if policy is None:
            return False
        is_boundary = bool(policy.boundary_usage_count) or policy.arn in self._relations.boundary_of
        return is_boundary or policy.attachment_count > len(quarantine.holders)

    def draft(self, quarantine: Quarantine, targets: tuple[Arn, ...], *, method: ProofMethod) -> Draft:
        """The change that takes it from these holders, and deletes it where it then has none."""
        is_deleted = targets == quarantine.holders and not self._is_kept(quarantine)
        document = quarantine.text.document
        return Draft(
            kind=ChangeKind.LIFT_QUARANTINE,
            title=self._title(quarantine, targets),
            principals=self._reached(targets),
            steps=tuple(_steps(quarantine, targets, is_deleted=is_deleted)),
            preconditions=quarantine.is_held_by(targets, exactly=is_deleted),
            method=method,
            policy=quarantine.policy,
            targets=targets,
            documents=(DocumentChange(quarantine.policy, quarantine.text.text, None, ()),),
            checked=0 if document is None else len(document.statements),
            notes=tuple(_notes(quarantine, is_deleted=is_deleted)),
        )

    def _reached(self, targets: Iterable[Arn]) -> tuple[Arn, ...]:
        found: set[Arn] = set()
        for arn in targets:
            principal = self._principals[arn]
            found.update(self._relations.members(principal) if isinstance(principal, Group) else [arn])
        return tuple(sorted(found))

    def _title(self, quarantine: Quarantine, targets: Sequence[Arn]) -> str:
        if not targets:
            return f"Quarantine {Arn(quarantine.policy.policy).name}, which is attached to nobody, is deleted"
        names = ", ".join(f"{self._principals[arn].type} {arn.name}" for arn in targets)
        back = 0
        for arn in self._reached(targets):
            back |= self._given_back(quarantine, self._principals[arn]).known
        again = f"{counted(back.bit_count(), 'action')} {'is' if back.bit_count() == 1 else 'are'} granted again"
        return f"The quarantine of {names} is lifted: {again if back else 'nothing is granted again'}"

    def _given_back(self, quarantine: Quarantine, principal: Principal) -> ActionSet:
        """What it denies of what the principal's other policies grant."""
        others = (one for one in self._grants.holdings(principal) if not _is_it(one, quarantine))
        read = [document_grants(one.text.document, self._catalog) for one in others if one.text.document is not None]
        allowed = ActionSet.union_of((one.allowed for one in read), self._catalog)
        return (allowed & quarantine.denied) - ActionSet.union_of((one.denied for one in read), self._catalog)


def _is_it(holding: Holding, quarantine: Quarantine) -> bool:
    return holding.policy == quarantine.policy.policy and holding.kind is quarantine.policy.kind


def _steps(quarantine: Quarantine, targets: Iterable[Arn], *, is_deleted: bool) -> Iterator[Step]:
    if quarantine.managed is None:
        yield from (DeleteInline(arn, quarantine.policy.policy) for arn in targets)
        return
    yield from (Detach(quarantine.managed.arn, arn) for arn in targets)
    if is_deleted:
        yield DeletePolicy(quarantine.managed.arn)


def _notes(quarantine: Quarantine, *, is_deleted: bool) -> Iterator[str]:
    if not quarantine.is_as_written:
        yield "It was edited: it is not what leastwise wrote."
    if quarantine.managed is not None and not is_deleted:
        yield "The policy itself stays, since others have it too."
    if quarantine.managed is not None and is_deleted:
        yield REMADE
    if quarantine.holders:
        yield "Policies of resources that name a principal grant again what was denied; they were not looked at."
