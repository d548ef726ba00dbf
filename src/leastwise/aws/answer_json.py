"""JSON answers, read into types of ours."""

from typing import TypeVar

import msgspec

from leastwise.aws.answer_xml import MalformedAnswerError

__all__ = ["read_json"]

_Answer = TypeVar("_Answer")


def read_json(body: bytes, kind: type[_Answer]) -> _Answer:
    """An answer of a service that speaks JSON.

    Raises:
        MalformedAnswerError: it is not as AWS documents it.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedAnswerError(f"the answer is not as documented: {error}") from error
