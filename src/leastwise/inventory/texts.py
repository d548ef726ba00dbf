"""Policy documents parsed once each: many principals hold the same text."""

from functools import lru_cache
from typing import Final

from leastwise.errors import PolicyError
from leastwise.inventory import PolicyText
from leastwise.policy import DocumentKind, parse_document

__all__ = ["policy_text"]

_KEPT: Final = 4096
"""Documents remembered; AWS allows an account 1,500 customer policies by default (IAM quotas)."""


@lru_cache(maxsize=_KEPT)
def policy_text(text: str, *, kind: DocumentKind = DocumentKind.IDENTITY) -> PolicyText:
    """The text with what it means, or with the fault for which IAM would refuse it."""
    try:
        return PolicyText(text, parse_document(text, kind=kind))
    except PolicyError as error:
        return PolicyText(text, None, str(error))
