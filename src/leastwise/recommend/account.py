"""The plan of one account: what becomes of every policy, membership and credential, each change with its proof."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from leastwise.catalog import Catalog
from leastwise.evidence import Evidence
from leastwise.findings import Judgement
from leastwise.inventory import GrantIndex, Group, Snapshot
from leastwise.plan import SCHEMA, Change, ChangeKind, Left, Parameters, Plan, PlanAccount, sealed
from leastwise.recommend.copies import Copies
from leastwise.recommend.credentials import CredentialBench
from leastwise.recommend.documents import Workbench
from leastwise.recommend.drafts import Draft, Finisher
from leastwise.recommend.holders import Holders
from leastwise.recommend.inline import inline_changes
from leastwise.recommend.leavers import leaving_changes
from leastwise.recommend.managed import ManagedBench
from leastwise.recommend.options import RecommendOptions
from leastwise.recommend.promotion import Promotion
from leastwise.recommend.quarantine import QuarantineBench
from leastwise.recommend.texts import Texts
from leastwise.recommend.unattached import deleting_changes

__all__ = ["recommend"]

_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            ChangeKind.LEAVE_GROUP,
            ChangeKind.DETACH,
            ChangeKind.DELETE_INLINE,
            ChangeKind.EDIT_INLINE,
            ChangeKind.NEW_VERSION,
            ChangeKind.REPLACE,
            ChangeKind.DELETE_POLICY,
            ChangeKind.DEACTIVATE_KEY,
            ChangeKind.DELETE_PASSWORD,
            ChangeKind.QUARANTINE,
            ChangeKind.LIFT_QUARANTINE,
        )
    )
}
"""The order in which changes are made: first what frees room for what comes later."""
_UNDATED: Final = frozenset(
    {
        ChangeKind.LEAVE_GROUP,
        ChangeKind.DETACH,
        ChangeKind.DELETE_INLINE,
        ChangeKind.EDIT_INLINE,
        ChangeKind.REPLACE,
        ChangeKind.QUARANTINE,
    }
)
"""Changes of grants that may be newer than anybody can see."""


def recommend(
    snapshot: Snapshot,
    judgement: Judgement,
    evidence: Evidence,
    *,
    grants: GrantIndex,
    catalog: Catalog,
    options: RecommendOptions,
    version: str,
    complete: bool = True,
) -> Plan:
    """The plan of an account: every change with its proof, and the policies that something keeps as they are.

    A policy of which nothing may go is not listed. A shared policy loses only what may go from every user and role that
    it reaches, the members of groups included. What a finding with an exemption is about does not go. `judgement` must
    be of the whole account, since a holder that was not judged would keep everything; so must `grants`.

    With `promote_after_days` only those are changed whose quarantine is that old: they lose what it denies, whatever
    reports say of it, and the quarantine goes once nothing of that is allowed any more.

    The same input gives the same plan, in whatever order principals and policies come. Costs some milliseconds a
    principal of 300 services.

    Raises:
        ProofError: a change is not what it should be, which is a fault of leastwise.
    """
    bench = _Account(snapshot, judgement, evidence, grants=grants, catalog=catalog, options=options)
    changes, left = bench.result()
    return sealed(
        Plan(
            schema=SCHEMA,
            version=version,
            account=PlanAccount.of(snapshot.account),
            scanned_at=snapshot.taken_at,
            complete=complete,
            parameters=_parameters(judgement, options),
            changes=changes,
            left=left,
            notes=tuple(sorted({*judgement.notes, *_undated(changes), *bench.notes(changes)})),
        )
    )


class _Account:
    """What all changes of one account share."""

    def __init__(
        self,
        snapshot: Snapshot,
        judgement: Judgement,
        evidence: Evidence,
        *,
        grants: GrantIndex,
        catalog: Catalog,
        options: RecommendOptions,
    ) -> None:
        self._snapshot, self._judgement, self._options = snapshot, judgement, options
        self._promotion = (
            None
            if options.promote_after_days is None
            else Promotion(snapshot, judgement, evidence, grants=grants, catalog=catalog, options=options)
        )
        promoted = None if self._promotion is None else self._promotion.removals
        self._holders = Holders(snapshot, judgement, grants=grants, catalog=catalog, options=options, promoted=promoted)
        self._texts = Texts(catalog, kept_sids=options.kept_sids)
        self._copies = Copies(snapshot, quota=options.attached_policies)
        self._bench = Workbench(self._holders, catalog, options)
        self._managed = ManagedBench(self._bench, self._texts, self._copies)
        self._finisher = Finisher(snapshot, self._holders if promoted is None else None, catalog)
        self._credentials = CredentialBench(self._holders, evidence, judgement, options.passwords)
        self._quarantine = QuarantineBench(self._holders, self._copies, grants=grants, catalog=catalog)

    def result(self) -> tuple[tuple[Change, ...], tuple[Left, ...]]:
        """The changes in the order in which they are made, and what is left, sorted."""
        found = list(self._found())
        changes = (self._finisher.change(one) for one in found if isinstance(one, Draft))
        left = (one for one in found if isinstance(one, Left))
        return tuple(sorted(changes, key=_order)), tuple(sorted(left))

    def notes(self, changes: Iterable[Change]) -> Iterator[str]:
        """What the reader must know of quarantines of which nothing comes."""
        yield from () if self._promotion is None else self._promotion.notes(changes)

    def _found(self) -> Iterator[Draft | Left]:
        if self._promotion is not None:
            return self._promoted(self._promotion)
        return self._quarantined() if self._options.quarantine else self._smaller()

    def _promoted(self, promotion: Promotion) -> Iterator[Draft | Left]:
        for one in self._documents():
            yield promotion.resting(one, self._holders) if isinstance(one, Draft) else one
        yield from promotion.lifts(self._holders, self._texts)

    def _quarantined(self) -> Iterator[Draft | Left]:
        for principal in self._snapshot.principals():
            if not isinstance(principal, Group):
                yield from self._quarantine.changes(principal)

    def _smaller(self) -> Iterator[Draft | Left]:
        yield from self._documents()
        if not (self._options.selection.is_narrow or self._options.removal.services):
            yield from deleting_changes(self._snapshot, self._judgement, self._holders)
        yield from chain.from_iterable(map(self._credentials.changes, self._snapshot.users))

    def _documents(self) -> Iterator[Draft | Left]:
        # Who leaves a group counts no more where its policies are made smaller, so that comes first.
        yield from list(leaving_changes(self._snapshot, self._texts, self._bench))
        for principal in self._snapshot.principals():
            yield from inline_changes(self._holders.target(principal.arn), self._texts, self._bench)
        policies = sorted(self._snapshot.policies, key=lambda policy: policy.arn)
        yield from chain.from_iterable(map(self._managed.changes, policies))


def _order(change: Change) -> tuple[int, str, Iterable[str], str]:
    name = "" if change.policy is None else f"{change.policy.policy} {change.policy.owner or ''}"
    return _RANK[change.kind], name, change.targets, change.id


def _undated(changes: Iterable[Change]) -> Iterator[str]:
    """What nobody can know of the age of a grant (IAM API: neither inline policies nor attachments have a date)."""
    if any(change.kind in _UNDATED for change in changes):
        yield (
            "AWS keeps no date for inline policies, attachments and memberships: what one of them granted only lately, "
            "and nobody has used yet, looks unused."
        )


def _parameters(judgement: Judgement, options: RecommendOptions) -> Parameters:
    return Parameters(
        unused_days=judgement.parameters.stale_after_days,
        min_age_days=options.min_age_days,
        services_only=options.removal.services_only,
        include_stale=options.removal.include_stale,
        keep=options.removal.keep,
        kept_sids=options.kept_sids,
        aws_managed=options.aws_managed,
        split_shared=options.split_shared,
        strategy=options.strategy.value,
        quarantine=options.quarantine,
        promote_after_days=options.promote_after_days,
        passwords=options.passwords,
        principals=options.selection.include,
        exclude=options.selection.exclude,
        services=options.removal.services,
        break_glass=options.break_glass,
    )
