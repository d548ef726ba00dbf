"""Promotion: what a quarantine has denied for long enough, and nobody asked for, is taken out of what allows it.

While a quarantine is there, IAM's reports do not list the services that it denies (IAM User Guide, last accessed
information), so that they say of them neither that they are used nor that they are not. What may go is therefore what
it denies. Taking that away changes nothing that anybody can do, since the Deny stays; it goes by a later plan, when no
policy allows anything of it any more.

An exemption is about a finding, and of what is denied there is none: whoever wants it back lifts the quarantine.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from leastwise.catalog import Catalog
from leastwise.evidence import Evidence, ServiceUse
from leastwise.findings import Judgement
from leastwise.inventory import GrantIndex, Principal, Snapshot
from leastwise.plan import AttachedTo, Change, Precondition, ProofMethod
from leastwise.policy import ActionSet, Answer, Arn
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Holders
from leastwise.recommend.options import RecommendOptions
from leastwise.recommend.quarantines import LiftBench, Quarantine, quarantines
from leastwise.recommend.removal import Removal, removal_of
from leastwise.recommend.texts import Texts

__all__ = ["Promotion"]


class Promotion:
    """The quarantines of an account that are old enough, and what comes of them."""

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
        self._judgement, self._evidence, self._grants = judgement, evidence, grants
        self._catalog, self._options = catalog, options
        self._principals: Mapping[Arn, Principal] = {one.arn: one for one in snapshot.principals()}
        self._bench = LiftBench(snapshot, catalog)
        self._found: dict[Arn, list[Quarantine]] = {}
        self._left: list[str] = []
        for quarantine in quarantines(snapshot, catalog):
            self._take(quarantine)
        self.removals: Mapping[Arn, Removal] = self._removals()
        """By user or role with a quarantine that is old enough, what may go: nobody else loses anything."""

    def _take(self, quarantine: Quarantine) -> None:
        principal = quarantine.principal
        if principal is None or not quarantine.is_in_force:
            return
        why = self._obstacle(quarantine)
        if why is None:
            self._found.setdefault(principal, []).append(quarantine)
        else:
            self._left.append(f"The quarantine of {principal.kind} {principal.name} {why}")

    def _obstacle(self, quarantine: Quarantine) -> str | None:
        """What keeps a quarantine from being promoted, as the end of a sentence; None for nothing."""
        days, now = self._options.promote_after_days or 0, self._judgement.parameters.now
        if not quarantine.is_as_written:
            return "is not promoted: it was edited, or cannot be read."
        if quarantine.since is None:
            return "is not promoted: AWS gives no date for inline policies, so that only 0 days do." if days else None
        if now - quarantine.since < timedelta(days=days):
            return f"is not promoted yet: it is there only since {quarantine.since.date().isoformat()}."
        return None

    def _removals(self) -> Mapping[Arn, Removal]:
        judged = {one.principal.arn: one for one in self._judgement.principals}
        options, found = self._options.removal, dict[Arn, Removal]()
        for arn, held in self._found.items():
            actions = ActionSet.union_of((self._untried(arn, one) for one in held), self._catalog)
            actions -= ActionSet.of(options.keep, self._catalog)
            if options.services:
                actions &= ActionSet.of((f"{one}:*" for one in options.services), self._catalog)
            needed = removal_of(judged[arn], self._catalog, options).needed if arn in judged else frozenset[str]()
            # What is denied cannot be in use, whatever a report of before lists.
            kept = (one for one in needed if not ActionSet.of([one], self._catalog) <= actions)
            found[arn] = Removal(actions, frozenset(kept))
        return found

    def _untried(self, arn: Arn, quarantine: Quarantine) -> ActionSet:
        """What it denies and nobody asked for since: a report counts what was denied as a use (IAM User Guide)."""
        parameters = self._judgement.parameters
        since = quarantine.since or parameters.now - timedelta(days=parameters.stale_after_days)
        if self._is_used_in_vain(arn, since):
            return ActionSet.nothing(self._catalog)
        usages = self._evidence.usages.get(arn, ())
        return quarantine.denied - _tried(
            (row for one in usages for row in one.services.values()), since, self._catalog
        )

    def _is_used_in_vain(self, arn: Arn, since: datetime) -> bool:
        """Whether the principal was used since although nothing is left to it: no report lists what it tried then."""
        uses = (one.last_used_at for one in self._evidence.principals.get(arn, ()))
        is_used = any(at is not None and at >= since for at in uses)
        return is_used and not self._grants.of(self._principals[arn]).actions.known

    def resting(self, draft: Draft, holders: Holders) -> Draft:
        """The change on the condition that the quarantines are there of all whom it reaches or might reach."""
        asked = [arn for one in draft.preconditions if isinstance(one, AttachedTo) for arn in one.principals]
        reached = {*draft.principals, *(arn for one in asked for arn in holders.target(one).holders)}
        quarantined = dict.fromkeys(one for arn in sorted(reached) for one in self._held(arn))
        note = "What goes is denied by a quarantine of each whom it reaches, and was not asked for since."
        return replace(draft, preconditions=(*draft.preconditions, *quarantined), notes=(*draft.notes, note))

    def _held(self, arn: Arn) -> Iterator[Precondition]:
        for one in self._found.get(arn, ()):
            yield from one.is_held_by((arn,))

    def lifts(self, holders: Holders, texts: Texts) -> Iterator[Draft]:
        """The quarantines of which no policy of those who have them allows anything any more."""
        for arn, held in sorted(self._found.items()):
            if holders.obstacle(arn) is None:
                yield from (
                    self._bench.draft(one, (arn,), method=ProofMethod.NEEDLESS)
                    for one in held
                    if self._is_needless(one, self._principals[arn], texts)
                )

    def _is_needless(self, quarantine: Quarantine, principal: Principal, texts: Texts) -> bool:
        """Whether nothing of what it denies is allowed; what cannot be read or decided might."""
        for holding in self._grants.holdings(principal):
            text = texts.read(holding.text)
            if text is None or (text.allowed & quarantine.denied).is_empty() is not Answer.YES:
                return False
        return True

    def notes(self, changes: Iterable[Change]) -> Iterator[str]:
        """Of which quarantines nothing comes, and why."""
        yield from self._left
        reached = {arn for change in changes for arn in change.principals}
        for arn in sorted(self._found.keys() - reached):
            yield f"The quarantine of {arn.kind} {arn.name} stays: what it denies is allowed, and something keeps that."


def _tried(rows: Iterable[ServiceUse], since: datetime, catalog: Catalog) -> ActionSet:
    """What may have been asked for since: of a service that was, all but the tracked actions that were not."""
    asked, tracked, used = set[str](), dict[str, set[str]](), dict[str, set[str]]()
    for row in rows:
        tracked.setdefault(row.namespace, set()).update(row.tracked or ())
        recent = {one.name for one in row.used if one.at >= since}
        used.setdefault(row.namespace, set()).update(recent)
        if recent or (row.last_used_at is not None and row.last_used_at >= since):
            asked.add(row.namespace)
    not_asked = (f"{one}:{name}" for one in asked for name in tracked[one] - used[one])
    return ActionSet.of((f"{one}:*" for one in asked), catalog) - ActionSet.of(not_asked, catalog)
