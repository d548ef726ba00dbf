"""Watching: which denied calls are due to what a plan took away, and how to give it back."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct

from leastwise.catalog import Catalog, load_catalog
from leastwise.plan import Change, ChangeKind, DocumentChange, Plan
from leastwise.policy import ActionSet, Arn, document_grants, parse_document
from leastwise.report.watch import Attempt, Cause, Complaint, Unread, WatchReport
from leastwise.trail import DeniedCall, TrailReading

__all__ = ["WatchRequest", "watched"]

_Principal = tuple[str, str, str]
"""Account, kind and name, which tell a principal from all others whatever its path."""


class WatchRequest(Struct, frozen=True):
    """What a user asks for."""

    carried_out: Mapping[str, datetime]
    """By id of a change, when it was carried out; a change that is not in it was not made, and explains nothing."""
    run: str | None = None
    """The run that carried the changes out, as `leastwise rollback` takes it; None to name no commands."""
    regions: tuple[str, ...] = ()
    """The regions whose event history is looked at; empty for the one that is configured."""
    most_events: int | None = None
    """How many events of a region are looked through at most, newest first; None for all."""


def watched(plan: Plan, reading: TrailReading, request: WatchRequest, *, notes: tuple[str, ...] = ()) -> WatchReport:
    """The denied calls that changes of the plan explain: they took just this action from just this principal before.

    Looked at is what a change's texts granted and no longer do, in some statement: whether the call's resource and
    conditions were among what had been granted is not decided, so a change that may be the cause is named too.
    """
    blame = _Blame(plan, request.carried_out, load_catalog())
    found: defaultdict[tuple[Arn, str], list[DeniedCall]] = defaultdict(list)
    for call in reading.denied:
        if any(_is_after(call, request.carried_out[change.id]) for change in blame.of(call)):
            found[blame.arn(call.principal), call.action].append(call)
    complaints = (_complaint(principal, calls, blame, request) for (principal, _), calls in sorted(found.items()))
    return WatchReport(
        account=plan.account.id,
        since=min((at.astimezone(UTC) for at in request.carried_out.values()), default=None),
        events=reading.events,
        denied=len(reading.denied),
        nobody=reading.nobody,
        complaints=tuple(complaints),
        unread=tuple(Unread(fault.where, fault.problem) for fault in reading.faults),
        notes=notes,
    )


class _Blame:
    """What each change that was carried out took from whom, looked at when it is first asked for."""

    def __init__(self, plan: Plan, carried_out: Mapping[str, datetime], catalog: Catalog) -> None:
        self._catalog = catalog
        self._changes: defaultdict[_Principal, list[Change]] = defaultdict(list)
        self._arns: dict[_Principal, Arn] = {}
        self._taken: dict[str, ActionSet] = {}
        for change in plan.changes:
            for arn in change.principals if change.id in carried_out else ():
                self._changes[_key(arn)].append(change)
                self._arns[_key(arn)] = arn

    def of(self, call: DeniedCall) -> tuple[Change, ...]:
        """The changes that took the call's action from its principal, in the plan's order."""
        changes = self._changes.get(_key(call.principal), ())
        return tuple(change for change in changes if call.action in self._taken_by(change))

    def arn(self, principal: Arn) -> Arn:
        """The principal with its path."""
        return self._arns.get(_key(principal), principal)

    def _taken_by(self, change: Change) -> ActionSet:
        if change.id not in self._taken:
            taken = (one for document in change.documents for one in _taken(document, change.kind, self._catalog))
            self._taken[change.id] = ActionSet.union_of(taken, self._catalog)
        return self._taken[change.id]


def _key(principal: Arn) -> _Principal:
    return principal.account, principal.kind, principal.name


def _taken(document: DocumentChange, kind: ChangeKind, catalog: Catalog) -> Iterator[ActionSet]:
    """What a changed text takes away, statement by statement where the plan shows them."""
    if kind is ChangeKind.QUARANTINE:
        yield _denied(document.after, catalog) - _denied(document.before, catalog)
    elif document.statements:
        for one in document.statements:
            yield _allowed(_alone(one.before), catalog) - _allowed(_alone(one.after), catalog)
    else:
        yield _allowed(document.before, catalog) - _allowed(document.after, catalog)


def _alone(statement: str | None) -> str | None:
    return None if statement is None else f'{{"Statement": {statement}}}'


def _allowed(text: str | None, catalog: Catalog) -> ActionSet:
    return ActionSet.nothing(catalog) if text is None else document_grants(parse_document(text), catalog).allowed


def _denied(text: str | None, catalog: Catalog) -> ActionSet:
    return ActionSet.nothing(catalog) if text is None else document_grants(parse_document(text), catalog).denied


def _is_after(call: DeniedCall, carried_out_at: datetime) -> bool:
    # CloudTrail cuts times to the second, so an event of the same second may be from after the change.
    return call.at >= carried_out_at.replace(microsecond=0)


def _complaint(principal: Arn, calls: Iterable[DeniedCall], blame: _Blame, request: WatchRequest) -> Complaint:
    ordered = sorted(calls, key=lambda call: (call.at, call.event_id))
    latest = ordered[-1]
    changes = [change for change in blame.of(latest) if _is_after(latest, request.carried_out[change.id])]
    return Complaint(
        principal=principal,
        action=latest.action,
        causes=tuple(_cause(change, request) for change in changes),
        attempts=tuple(Attempt(one.at, one.region, one.error_code, one.message, one.event_id) for one in ordered),
    )


def _cause(change: Change, request: WatchRequest) -> Cause:
    command = None
    if request.run is not None:
        command = shlex.join(["leastwise", "rollback", request.run, "--change", change.id])
    return Cause(change.id, change.title, request.carried_out[change.id].astimezone(UTC), command)
