"""Answers of the last-accessed operations into records; the hot path of a scan.

A report of 300 services has some 7,000 elements, so this module asks lxml for whole columns where it can and makes no
object for an action that was not used.
"""

from itertools import accumulate
from sys import intern

from leastwise.aws.answer_xml import (
    Element,
    MalformedAnswerError,
    Members,
    boolean,
    choice,
    members_of,
    number,
    optional_text,
    optional_time,
    parse_result,
    records,
    text,
    time,
)
from leastwise.aws.reports import (
    EntitiesPage,
    EntityUse,
    Granularity,
    JobError,
    JobStatus,
    LastAccessedPage,
    LastAccessedRow,
    TrackedActions,
    TrackedUse,
)
from leastwise.aws.shared_rows import SharedRows

__all__ = ["read_entities_page", "read_last_accessed_page"]

_LIST = "TrackedActionsLastAccessed"


def read_last_accessed_page(body: bytes, shared: SharedRows) -> LastAccessedPage:
    """One page of a report; equal rows and lists of action names are the same objects as earlier ones of `shared`.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, "GetServiceLastAccessedDetails")
    services = members.get("ServicesLastAccessed")
    return LastAccessedPage(
        status=choice(members, "JobStatus", JobStatus),
        granularity=choice(members, "JobType", Granularity) if "JobType" in members else None,
        created_at=time(members, "JobCreationDate"),
        completed_at=optional_time(members, "JobCompletionDate"),
        services=() if services is None else _read_rows(services, shared),
        is_truncated=boolean(members, "IsTruncated", default=False),
        marker=optional_text(members, "Marker"),
        error=_read_error(members),
    )


def read_entities_page(body: bytes) -> EntitiesPage:
    """One page of the entities that a group's or a policy's permissions reach.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, "GetServiceLastAccessedDetailsWithEntities")
    return EntitiesPage(
        status=choice(members, "JobStatus", JobStatus),
        created_at=time(members, "JobCreationDate"),
        completed_at=optional_time(members, "JobCompletionDate"),
        entities=records(members, "EntityDetailsList", _read_entity),
        is_truncated=boolean(members, "IsTruncated", default=False),
        marker=optional_text(members, "Marker"),
        error=_read_error(members),
    )


def _read_rows(services: Element, shared: SharedRows) -> tuple[LastAccessedRow, ...]:
    rows = [members_of(row) for row in services]
    names = _names_by_list(services, [row[_LIST] for row in rows if _LIST in row])
    uses = _uses_by_list(services)
    return tuple([_read_row(row, names, uses, shared) for row in rows])


def _names_by_list(services: Element, lists: list[Element]) -> dict[Element, tuple[str, ...]]:
    column = [name.text or "" for name in services.iter("{*}ActionName")]
    ends = list(accumulate(map(len, lists)))
    if len(column) != (ends[-1] if ends else 0):
        raise MalformedAnswerError("the answer holds a tracked action without ActionName")
    return {actions: tuple(column[end - len(actions) : end]) for actions, end in zip(lists, ends, strict=True)}


def _uses_by_list(services: Element) -> dict[Element | None, list[TrackedUse]]:
    uses: dict[Element | None, list[TrackedUse]] = {}
    # An action that is listed without a time is tracked and was not used.
    for moment in services.iter("{*}LastAccessedTime"):
        action = moment.getparent()
        if action is not None:
            uses.setdefault(action.getparent(), []).append(_read_use(members_of(action)))
    return uses


def _read_row(
    row: Members,
    names: dict[Element, tuple[str, ...]],
    uses: dict[Element | None, list[TrackedUse]],
    shared: SharedRows,
) -> LastAccessedRow:
    actions = row.get(_LIST)
    tracked = None
    if actions is not None:
        tracked = TrackedActions(names=shared.names(names[actions]), used=tuple(uses.get(actions, ())))
    return shared.row(
        LastAccessedRow(
            namespace=intern(text(row, "ServiceNamespace")),
            name=intern(text(row, "ServiceName")),
            last_authenticated=optional_time(row, "LastAuthenticated"),
            entity=_optional_shared_text(row, "LastAuthenticatedEntity"),
            region=_optional_shared_text(row, "LastAuthenticatedRegion"),
            authenticated_entities=number(row, "TotalAuthenticatedEntities", default=0),
            tracked=tracked,
        )
    )


def _read_use(action: Members) -> TrackedUse:
    return TrackedUse(
        name=intern(text(action, "ActionName")),
        at=time(action, "LastAccessedTime"),
        entity=_optional_shared_text(action, "LastAccessedEntity"),
        region=_optional_shared_text(action, "LastAccessedRegion"),
    )


def _read_entity(members: Members) -> EntityUse:
    if "EntityInfo" not in members:
        raise MalformedAnswerError("the answer lacks EntityInfo")
    info = members_of(members["EntityInfo"])
    return EntityUse(
        arn=text(info, "Arn"),
        name=text(info, "Name"),
        kind=text(info, "Type"),
        id=text(info, "Id"),
        path=optional_text(info, "Path"),
        last_authenticated=optional_time(members, "LastAuthenticated"),
    )


def _read_error(members: Members) -> JobError | None:
    element = members.get("Error")
    if element is None:
        return None
    error = members_of(element)
    return JobError(code=text(error, "Code"), message=text(error, "Message"))


def _optional_shared_text(members: Members, name: str) -> str | None:
    value = optional_text(members, name)
    return None if value is None else intern(value)
