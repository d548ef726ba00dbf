"""What a call of S3 works on, as its address says it."""

from typing import Final
from urllib.parse import unquote

import msgspec

from leastwise.sandbox.actions import services
from leastwise.sandbox.operations import Checked
from leastwise.sandbox.signatures import SignedRequest

__all__ = ["S3Target", "s3_target"]

_NO_BUCKET: Final = frozenset({"localhost", "127"})
"""How the host begins that a bucket's name does not stand before."""


class S3Target(msgspec.Struct, frozen=True):
    """A bucket, or an object in it."""

    bucket: str
    """The bucket's ARN."""
    arn: str
    """The ARN of what the call works on: the bucket's or the object's."""


def s3_target(checked: Checked, request: SignedRequest) -> S3Target | None:
    """What a call works on; None where its address does not say: no bucket, or objects that its body names."""
    bucket, key = _place(request)
    if not bucket or checked.action is None:
        return None
    types = services().resource_types("s3", checked.action)
    arn = f"arn:aws:s3:::{bucket}"
    if "object" in types:
        return S3Target(arn, f"{arn}/{key}") if key else None
    return S3Target(arn, arn) if "bucket" in types else None


def _place(request: SignedRequest) -> tuple[str, str]:
    path = unquote(request.path).lstrip("/")
    head = request.headers.get("host", "localhost").split(":")[0].split(".")[0]
    if head in _NO_BUCKET:
        bucket, _, key = path.partition("/")
        return bucket, key
    return head, path
