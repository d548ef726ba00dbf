"""Errors of AWS as gaps: why a source could not answer for a subject."""

from typing import Final

from leastwise.errors import (
    AccessDeniedError,
    AwsError,
    CredentialsError,
    DeadlineExceededError,
    NoSuchEntityError,
)
from leastwise.evidence import Gap, GapReason, Source
from leastwise.policy import Arn

__all__ = ["gap_of"]

_REASONS: Final = (
    (AccessDeniedError, GapReason.NOT_READABLE),
    (CredentialsError, GapReason.NOT_READABLE),
    (NoSuchEntityError, GapReason.REPORT_LOST),
    (DeadlineExceededError, GapReason.TIMED_OUT),
)
"""Which reason an error gives; everything else is an AWS that could not be reached or understood."""


def gap_of(error: AwsError, *, subject: Arn, source: Source) -> Gap:
    """Why the source could not answer for the subject."""
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), GapReason.UNREACHABLE)
    detail = f"{error.message} (request id {error.request_id})" if error.request_id else error.message
    return Gap(subject, source, reason, detail=detail, operation=error.operation, code=error.code)
