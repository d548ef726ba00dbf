"""Whether a resource pattern of a policy can match an ARN of a known format."""

from functools import lru_cache
from typing import Final

from leastwise.catalog import arn_pattern
from leastwise.policy.sets.language import Answer, canonical, covers, matches, overlaps, surely_disjoint

__all__ = ["may_match"]

_PARTS: Final = 6
_CACHED: Final = 16_384
_FLAT: Final = "${BucketName}"
"""A placeholder whose values have no slash (Amazon S3 User Guide, "Bucket naming rules"): what has one is an object."""
_LONGEST: Final = 300
"""Characters of a part beyond which an overlap is not decided."""


@lru_cache(_CACHED)
def may_match(pattern: str, arn_format: str) -> bool:
    """Whether some ARN of the format may be matched by the pattern; True also where that was not decided.

    ARNs are compared part by part, as a wildcard is meant to stand within a part (IAM User Guide, "Resource"); a
    pattern of fewer parts is compared as a whole.

    >>> bucket, thing = "arn:${Partition}:s3:::${BucketName}", "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    >>> may_match("arn:aws:s3:::b", bucket), may_match("arn:aws:s3:::b", thing), may_match("arn:aws:s3:::b/*", bucket)
    (True, False, False)
    """
    parts = pattern.split(":", _PARTS - 1)
    wanted = arn_pattern(arn_format)
    if len(parts) < _PARTS:
        return _overlap(pattern, wanted)
    if "/" in parts[-1] and arn_format.split(":", _PARTS - 1)[-1] == _FLAT:
        return False
    return all(map(_overlap, parts, wanted.split(":", _PARTS - 1)))


def _overlap(one: str, other: str) -> bool:
    first, second = canonical(one), canonical(other)
    if "*" in (first, second) or max(len(first), len(second)) > _LONGEST:
        return True
    if surely_disjoint(first, second):
        return False
    if "*" not in first and "?" not in first:
        return matches(second, first)
    return covers(first, second) or covers(second, first) or overlaps((first, second), ()) is not Answer.NO
