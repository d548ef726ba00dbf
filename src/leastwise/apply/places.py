"""Where a lock or a journal's copy is kept in AWS, as a user names it: dynamodb://TABLE or s3://BUCKET/PREFIX."""

import re
from typing import Final

from msgspec import Struct

from leastwise.errors import UsageError

__all__ = ["BucketPlace", "TablePlace", "bucket_named", "bucket_place", "lock_place"]

_TABLE: Final = re.compile(r"dynamodb://([A-Za-z0-9_.-]{3,255})")
"""Names of tables (DynamoDB Developer Guide, "Naming rules")."""
_BUCKET: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
"""Names of buckets (S3 User Guide, "General purpose bucket naming rules")."""


class TablePlace(Struct, frozen=True):
    """A DynamoDB table."""

    table: str
    """Its name."""

    def __str__(self) -> str:
        return f"dynamodb://{self.table}"


class BucketPlace(Struct, frozen=True):
    """A bucket, or a folder in it."""

    bucket: str
    """Its name."""
    prefix: str = ""
    """What the keys of its objects begin with; without slashes at its ends, and empty for all."""

    def key(self, name: str) -> str:
        """The key of the object of this name."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def url(self, name: str) -> str:
        """The whole address of the object of this name."""
        return f"s3://{self.bucket}/{self.key(name)}"

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def lock_place(url: str) -> TablePlace | BucketPlace:
    """The place that a user names for locks.

    Raises:
        UsageError: the text names neither a table nor a bucket.
    """
    table = _TABLE.fullmatch(url)
    if table:
        return TablePlace(table.group(1))
    found = bucket_named(url)
    if found is None:
        raise UsageError(f"{url} is no place for a lock", hint="name dynamodb://TABLE or s3://BUCKET/PREFIX")
    return found


def bucket_place(url: str) -> BucketPlace:
    """The place that a user names for copies of journals.

    Raises:
        UsageError: the text names no bucket.
    """
    found = bucket_named(url)
    if found is None:
        raise UsageError(f"{url} is no place for copies of journals", hint="name s3://BUCKET/PREFIX")
    return found


def bucket_named(url: str) -> BucketPlace | None:
    """The bucket that an address names; None if it names none."""
    found = _BUCKET.fullmatch(url)
    return BucketPlace(found.group(1), (found.group(2) or "").strip("/")) if found else None
