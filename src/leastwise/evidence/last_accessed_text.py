"""A last-accessed Usage written as the AWS command line prints it, from which it is read back unchanged."""

from datetime import datetime

import msgspec
from msgspec import Struct

from leastwise.evidence.model import ActionUse, Granularity, ServiceUse, Usage
from leastwise.evidence.window import REPORT_PERIOD

__all__ = ["render_last_accessed_json"]


class _Action(Struct, rename="pascal", omit_defaults=True):
    action_name: str
    last_accessed_entity: str | None = None
    last_accessed_time: datetime | None = None
    last_accessed_region: str | None = None


class _Row(Struct, rename="pascal", omit_defaults=True):
    service_name: str
    service_namespace: str
    last_authenticated: datetime | None = None
    last_authenticated_entity: str | None = None
    last_authenticated_region: str | None = None
    tracked_actions_last_accessed: tuple[_Action, ...] | None = None


class _Answer(Struct, rename="pascal"):
    job_status: str
    job_type: str
    job_creation_date: datetime
    services_last_accessed: tuple[_Row, ...]
    is_truncated: bool = False


def render_last_accessed_json(usage: Usage) -> str:
    """The answer of a finished job that says what the usage says; its subject is not part of it."""
    answer = _Answer(
        job_status="COMPLETED",
        job_type="ACTION_LEVEL" if usage.granularity is Granularity.ACTION else "SERVICE_LEVEL",
        job_creation_date=usage.window.start + REPORT_PERIOD,
        services_last_accessed=tuple(_row(usage.services[namespace]) for namespace in sorted(usage.services)),
    )
    return msgspec.json.format(msgspec.json.encode(answer, enc_hook=str), indent=1).decode()


def _row(service: ServiceUse) -> _Row:
    used = {use.name: use for use in service.used}
    tracked = service.tracked
    return _Row(
        service_name=service.name,
        service_namespace=service.namespace,
        last_authenticated=service.last_used_at,
        last_authenticated_entity=service.entity,
        last_authenticated_region=service.region,
        tracked_actions_last_accessed=None
        if tracked is None
        else tuple(_action(name, used.get(name)) for name in tracked),
    )


def _action(name: str, use: ActionUse | None) -> _Action:
    return _Action(name) if use is None else _Action(name, use.entity, use.at, use.region)
