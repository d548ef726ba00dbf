"""The answer of GetServiceLastAccessedDetails, as the AWS command line prints it, read into evidence."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.errors import SavedScanError
from leastwise.evidence.merge import evidence_of
from leastwise.evidence.model import (
    ActionUse,
    Evidence,
    Gap,
    GapReason,
    Granularity,
    ServiceUse,
    Source,
    Usage,
)
from leastwise.evidence.moment import moment_of
from leastwise.evidence.window import report_window
from leastwise.policy import Arn

__all__ = ["parse_last_accessed_json", "report_usage"]

_COMMAND: Final = "aws iam get-service-last-accessed-details"
_OPERATION: Final = "iam:GetServiceLastAccessedDetails"

_Moment = str | float | None
"""As printed: ISO 8601, or seconds since 1970."""


class _Action(Struct, rename="pascal"):
    action_name: str
    last_accessed_time: _Moment = None
    last_accessed_region: str | None = None
    last_accessed_entity: str | None = None


class _Row(Struct, rename="pascal"):
    service_name: str
    service_namespace: str
    last_authenticated: _Moment = None
    last_authenticated_region: str | None = None
    last_authenticated_entity: str | None = None
    tracked_actions_last_accessed: tuple[_Action, ...] | None = None


class _Error(Struct, rename="pascal"):
    code: str = ""
    message: str = ""


class _Answer(Struct, rename="pascal"):
    job_status: str
    job_creation_date: _Moment = None
    job_type: str | None = None
    services_last_accessed: tuple[_Row, ...] = ()
    is_truncated: bool = False
    error: _Error | None = None


def parse_last_accessed_json(text: str | bytes, *, subject: Arn, source: str = "") -> Evidence:
    """What one printed answer says of its subject, which the answer itself does not name.

    A finished answer is a Usage. One that failed, or was printed before its job ended, is a Gap. A page that says that
    more follows is both: what it lists was seen, and what it does not list may stand on the page that is missing.
    `source` names the text in errors, e.g. its file.

    Raises:
        SavedScanError: the text is not such an answer.

    >>> answer = '{"JobStatus": "IN_PROGRESS", "JobCreationDate": "2026-11-24T12:00:00+00:00"}'
    >>> evidence = parse_last_accessed_json(answer, subject=Arn("arn:aws:iam::111122223333:role/ci"))
    >>> [gap.reason.value for gaps in evidence.gaps.values() for gap in gaps]
    ['timed-out']
    """
    try:
        answer = msgspec.json.decode(text, type=_Answer)
        return _evidence(answer, subject)
    except (ValueError, OverflowError) as error:
        where = source or f"the last-accessed report of {subject}"
        hint = f"expected what `{_COMMAND}` prints as JSON"
        raise SavedScanError(f"{where}: not a last-accessed report: {error}", hint=hint) from error


def report_usage(
    subject: Arn,
    services: Iterable[ServiceUse],
    *,
    generated_at: datetime,
    granularity: Granularity = Granularity.ACTION,
    is_complete: bool = True,
) -> Usage:
    """A finished report: what it says of each service it lists, seen from the moment that its job was made.

    The report is a snapshot of that moment (IAM API, GetServiceLastAccessedDetails).
    """
    return Usage(
        subject=subject,
        source=Source.LAST_ACCESSED,
        granularity=granularity,
        window=report_window(generated_at),
        services={service.namespace: service for service in services},
        is_complete=is_complete,
    )


def _evidence(answer: _Answer, subject: Arn) -> Evidence:
    if answer.job_status == "FAILED":
        return evidence_of(gaps=[_failed(answer.error or _Error(), subject)])
    if answer.job_status == "IN_PROGRESS":
        detail = "the answer was printed before its job ended"
        return evidence_of(gaps=[Gap(subject, Source.LAST_ACCESSED, GapReason.TIMED_OUT, detail, _OPERATION)])
    if answer.job_status != "COMPLETED":
        raise ValueError(f"JobStatus is {answer.job_status!r}")
    return evidence_of([_usage(answer, subject)], gaps=[_cut_off(subject)] if answer.is_truncated else [])


def _failed(error: _Error, subject: Arn) -> Gap:
    detail = f"{error.code}: {error.message}" if error.message else error.code
    return Gap(subject, Source.LAST_ACCESSED, GapReason.REPORT_FAILED, detail, _OPERATION, error.code)


def _cut_off(subject: Arn) -> Gap:
    detail = "the answer says that more rows follow on another page"
    return Gap(subject, Source.LAST_ACCESSED, GapReason.NOT_COLLECTED, detail, _OPERATION)


def _usage(answer: _Answer, subject: Arn) -> Usage:
    generated_at = moment_of(answer.job_creation_date)
    if generated_at is None:
        raise ValueError("it has no JobCreationDate")
    services = tuple(_service_use(row) for row in answer.services_last_accessed)
    is_fine = answer.job_type == "ACTION_LEVEL" or any(service.tracked is not None for service in services)
    granularity = Granularity.ACTION if is_fine else Granularity.SERVICE
    return report_usage(
        subject,
        services,
        generated_at=generated_at,
        granularity=granularity,
        is_complete=not answer.is_truncated,
    )


def _service_use(row: _Row) -> ServiceUse:
    # A service none of whose actions is tracked has no list; an empty one says the same.
    actions = row.tracked_actions_last_accessed or None
    return ServiceUse(
        namespace=row.service_namespace,
        name=row.service_name,
        last_used_at=moment_of(row.last_authenticated),
        region=row.last_authenticated_region,
        entity=_arn(row.last_authenticated_entity),
        tracked=None if actions is None else tuple(sorted({action.action_name for action in actions})),
        used=_action_uses(actions or ()),
    )


def _action_uses(actions: Iterable[_Action]) -> tuple[ActionUse, ...]:
    dated = ((action, moment_of(action.last_accessed_time)) for action in actions)
    return tuple(
        ActionUse(action.action_name, at, action.last_accessed_region, _arn(action.last_accessed_entity))
        for action, at in dated
        if at is not None
    )


def _arn(text: str | None) -> Arn | None:
    return Arn(text) if text else None
