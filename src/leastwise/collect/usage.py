"""Pages of a last-accessed report as the Usage that they are evidence of."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from leastwise.aws import LastAccessedPage, LastAccessedRow, TrackedUse
from leastwise.evidence import ActionUse, ServiceUse, Usage, report_usage
from leastwise.policy import Arn

__all__ = ["usage_of"]

_KEPT: Final = 8192
"""Lists of actions remembered; AWS has about 450 services, each with a few over all principals."""


def usage_of(subject: Arn, pages: Sequence[LastAccessedPage]) -> Usage:
    """What the pages of one finished job say of the subject."""
    rows = (row for page in pages for row in page.services)
    return report_usage(subject, map(_service_use, rows), generated_at=pages[0].created_at)


def _service_use(row: LastAccessedRow) -> ServiceUse:
    return ServiceUse(
        namespace=row.namespace,
        name=row.name,
        last_used_at=row.last_authenticated,
        region=row.region,
        entity=_arn(row.entity),
        tracked=_in_order(row.tracked.names) if row.tracked is not None else None,
        used=_action_uses(row.tracked.used) if row.tracked is not None else (),
    )


def _action_uses(used: Iterable[TrackedUse]) -> tuple[ActionUse, ...]:
    by_name = sorted(used, key=lambda use: use.name)
    return tuple(ActionUse(use.name, use.at, use.region, _arn(use.entity)) for use in by_name)


@lru_cache(maxsize=_KEPT)
def _in_order(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names sorted, for AWS promises no order; an empty list says what none does. Equal answers are one object."""
    return tuple(sorted(set(names))) or None


def _arn(text: str | None) -> Arn | None:
    return Arn(text) if text else None
