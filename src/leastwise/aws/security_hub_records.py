"""What Security Hub says of findings: records, and its JSON read into them."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from leastwise.aws.answer_json import read_json
from leastwise.aws.answer_xml import MalformedAnswerError

__all__ = ["FailedFinding", "StoredFinding", "StoredFindingsPage", "read_failed_findings", "read_stored_findings"]

_Time = Annotated[datetime, Meta(tz=True)]
_ACTIVE = "ACTIVE"


class FailedFinding(Struct, frozen=True):
    """A finding that was not taken."""

    id: str = msgspec.field(name="Id")
    """The finding's own id."""
    code: str = msgspec.field(name="ErrorCode")
    """AWS's error code."""
    message: str = msgspec.field(name="ErrorMessage")
    """AWS's sentence."""


class StoredFinding(Struct, frozen=True):
    """A finding that Security Hub has."""

    id: str
    """The finding's own id."""
    first_seen_at: datetime
    """Since when it is known: `FirstObservedAt`, or `CreatedAt` where it has none."""
    created_at: datetime
    """When it was first sent."""
    updated_at: datetime
    """The time that its last update gave."""
    is_active: bool
    """Whether it is not archived."""
    text: bytes
    """All of it, as JSON."""


class StoredFindingsPage(Struct, frozen=True):
    """One answer of GetFindings."""

    findings: tuple[StoredFinding, ...]
    """Its findings."""
    marker: str | None
    """Where the next page begins; None on the last."""

    @property
    def is_truncated(self) -> bool:
        """Whether more follow."""
        return self.marker is not None


class _Import(Struct, frozen=True, rename="pascal"):
    failed_count: int
    success_count: int
    failed_findings: tuple[FailedFinding, ...] = ()


class _Page(Struct, frozen=True, rename="pascal"):
    findings: tuple[Raw, ...]
    next_token: str | None = None


class _Head(Struct, frozen=True, rename="pascal"):
    id: str
    created_at: _Time
    updated_at: _Time
    first_observed_at: _Time | None = None
    record_state: str = _ACTIVE


def read_failed_findings(body: bytes) -> tuple[FailedFinding, ...]:
    """What BatchImportFindings did not take.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it, or counts failures that it does not name.
    """
    answer = read_json(body, _Import)
    if answer.failed_count != len(answer.failed_findings):
        raise MalformedAnswerError(
            f"the answer counts {answer.failed_count} findings that failed, and names {len(answer.failed_findings)}"
        )
    return answer.failed_findings


def read_stored_findings(body: bytes) -> StoredFindingsPage:
    """A page of what GetFindings answered.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    page = read_json(body, _Page)
    return StoredFindingsPage(tuple(_stored(bytes(one)) for one in page.findings), page.next_token or None)


def _stored(text: bytes) -> StoredFinding:
    head = read_json(text, _Head)
    return StoredFinding(
        id=head.id,
        first_seen_at=head.first_observed_at or head.created_at,
        created_at=head.created_at,
        updated_at=head.updated_at,
        is_active=head.record_state == _ACTIVE,
        text=text,
    )
