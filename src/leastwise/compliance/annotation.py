"""The line that AWS Config shows beside a result: at most 256 characters, and no name cut in two.

Config counts as Java does, so that a character beyond the first 65,536 counts twice.
"""

from collections.abc import Sequence
from typing import Final

from leastwise.findings import Reason

__all__ = ["LONGEST_ANNOTATION", "again", "length_of", "named", "told"]

LONGEST_ANNOTATION: Final = 256
"""AWS Config API Reference, Evaluation, Annotation."""
_CUT: Final = "..."
_AGAIN: Final = "Unknown now ("
_EARLIER: Final = "); earlier: "
_ROOM: Final = LONGEST_ANNOTATION - len(_AGAIN) - max(map(len, Reason)) - len(_EARLIER)
"""What `named` fills, so that an annotation can be told again as it is."""


def length_of(text: str) -> int:
    """How many characters AWS Config counts in the text."""
    return len(text) + sum(character > "\uffff" for character in text)


def named(head: str, names: Sequence[str], *, tail: str = "", most: int = _ROOM) -> str:
    """The head, as many of the names as fit, how many more there are, and the tail; nothing else is left out.

    >>> named("Never accessed: ", ["ec2", "s3", "sqs"], tail=".")
    'Never accessed: ec2, s3, sqs.'
    >>> named("Never accessed: ", ["ec2", "elasticache", "sqs"], most=36)
    'Never accessed: ec2, ... +2 more'

    The tail goes where there is no room for it, and then the end of the head.
    """
    whole = f"{head}{', '.join(names)}{tail}"
    if length_of(whole) <= most:
        return whole
    room = most - length_of(head) - length_of(tail) - len(_more(len(names)))
    if room < 0:
        return named(head, names, most=most) if tail else told(f"{head}{_more(len(names))}", most=most)
    shown = _fitting(names, room)
    return f"{head}{''.join(f'{name}, ' for name in names[:shown])}{_more(len(names) - shown)}{tail}"


def told(text: str, *, most: int = LONGEST_ANNOTATION) -> str:
    """The text in one line; where it is too long, as many of its words as fit, and `...`."""
    words = text.split()
    line = " ".join(words)
    if length_of(line) <= most:
        return line
    shown = 0
    taken = len(_CUT)
    for word in words:
        taken += length_of(word) + 1
        if taken > most:
            break
        shown += 1
    return " ".join((*words[:shown], _CUT))


def again(reason: Reason, earlier: str) -> str:
    """That nothing is known now, and why, and what was said when something was; never told of a telling."""
    known = earlier
    if earlier.startswith(_AGAIN) and _EARLIER in earlier:
        known = earlier.partition(_EARLIER)[2]
    return told(f"{_AGAIN}{reason}{_EARLIER}{known or 'NON_COMPLIANT'}")


def _more(count: int) -> str:
    return f"{_CUT} +{count} more"


def _fitting(names: Sequence[str], room: int) -> int:
    """How many of the first names fit, each with its comma."""
    for shown, name in enumerate(names):
        room -= length_of(name) + 2
        if room < 0:
            return shown
    return len(names)
