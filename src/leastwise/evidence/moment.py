"""Dates as AWS and its command line print them."""

from datetime import UTC, datetime

__all__ = ["moment_of"]


def moment_of(value: str | float | None) -> datetime | None:
    """The moment, aware and in UTC; None for an absent one.

    Takes ISO 8601 with an offset or `Z`, and seconds since 1970. A text without an offset is UTC, as every date of IAM
    is (IAM User Guide). An absent date is absent: a 0, which some tools print for it, is no use in 1970.

    Raises:
        ValueError: it is no date.

    >>> moment_of("2026-11-24T13:00:00+01:00").isoformat()
    '2026-11-24T12:00:00+00:00'
    """
    if not value:
        return None
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return datetime.fromtimestamp(value, UTC)
