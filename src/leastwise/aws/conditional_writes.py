"""Texts that are written only where there is none yet, and deleted only where they are still the same.

DynamoDB and S3 each decide such a condition and carry out the write as one step, and so can hold a lock.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol, TypeVar

import msgspec
from msgspec import Struct

from leastwise.aws.options import ConnectionOptions
from leastwise.errors import AwsError, ResponseError

__all__ = ["BucketDoor", "ServiceCalls", "StoredText", "TableDoor", "connect_bucket", "connect_table"]

_KEY: Final = "LockID"
_TEXT: Final = "Info"
"""The attributes that Terraform's lock tables have, too, so that one table can serve both."""
_CONFLICT: Final = "ConditionalRequestConflict"
"""Something else is just writing the object (botocore's model of s3 2006-03-01, PutObject)."""
_TABLE_HINT: Final = "the table must be there, in this region and account, with a partition key LockID of type String"
_TABLE_HINTS: Final = dict.fromkeys(("ResourceNotFoundException", "ValidationException"), _TABLE_HINT)
_BUCKET_HINTS: Final = {"NoSuchBucket": "the bucket must be there; `aws s3 mb` makes one"}
"""What to do, by AWS's code."""


_Record = TypeVar("_Record")


class StoredText(Struct, frozen=True):
    """A text as it is stored."""

    text: str
    """The text."""
    mark: str
    """What it is known by when it is deleted."""


class ServiceCalls(Protocol):
    """What calls a service's operations; `leastwise.aws.service_client.ServiceClient` is the real one."""

    async def call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        """The answer, with its body read.

        Raises:
            AwsError: the narrow one for what went wrong.
        """
        ...


class _Text(Struct, frozen=True):
    S: str = ""


class _Item(Struct, frozen=True):
    info: _Text = msgspec.field(name=_TEXT, default=_Text())


class _ItemAnswer(Struct, frozen=True):
    item: _Item | None = msgspec.field(name="Item", default=None)


class _ObjectAnswer(Struct, frozen=True):
    body: bytes = msgspec.field(name="Body")
    mark: str = msgspec.field(name="ETag")


class _Object(Struct, frozen=True):
    key: str = msgspec.field(name="Key")


class _Listing(Struct, frozen=True):
    contents: tuple[_Object, ...] = msgspec.field(name="Contents", default=())
    token: str = msgspec.field(name="NextContinuationToken", default="")


class TableDoor:
    """The texts in a DynamoDB table whose partition key is `LockID`, as Terraform's lock tables have it.

    Every method raises the narrow `AwsError` for what went wrong. After one that says that no answer came, the write
    may have taken effect: read back.
    """

    def __init__(self, calls: ServiceCalls, table: str) -> None:
        self._calls = calls
        self._table = table

    async def put_if_absent(self, key: str, text: str) -> bool:
        """Whether there was none, and this one was written."""
        item = {_KEY: {"S": key}, _TEXT: {"S": text}}
        return await self._write("PutItem", {"Item": item, "ConditionExpression": f"attribute_not_exists({_KEY})"})

    async def read(self, key: str) -> StoredText | None:
        """The text, as the last write left it; None for none, and an empty one for an item that is not of ours."""
        answer = await self._call("GetItem", {"Key": {_KEY: {"S": key}}, "ConsistentRead": True})
        item = _converted(answer, _ItemAnswer, "dynamodb:GetItem").item
        return None if item is None else StoredText(item.info.S, item.info.S)

    async def delete(self, key: str, mark: str) -> bool:
        """Whether the text was still the one that has this mark, and was deleted."""
        condition = {"ConditionExpression": f"{_TEXT} = :mark", "ExpressionAttributeValues": {":mark": {"S": mark}}}
        return await self._write("DeleteItem", {"Key": {_KEY: {"S": key}}, **condition})

    async def _write(self, operation: str, parameters: Mapping[str, object]) -> bool:
        try:
            await self._call(operation, parameters)
        except AwsError as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    async def _call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        with_table = {"TableName": self._table, **parameters}
        return await _called(self._calls, operation, with_table, place=f"dynamodb://{self._table}", hints=_TABLE_HINTS)


class BucketDoor:
    """The texts in an S3 bucket; errors as `TableDoor` raises them. S3 is strongly consistent (its User Guide)."""

    def __init__(self, calls: ServiceCalls, bucket: str) -> None:
        self._calls = calls
        self._bucket = bucket

    async def put(self, key: str, body: bytes) -> None:
        """Write an object, over what is there."""
        await self._call("PutObject", key, {"Body": body})

    async def put_if_absent(self, key: str, text: str) -> bool:
        """Whether there was none, and this one was written."""
        return await self._write("PutObject", key, {"Body": text.encode(), "IfNoneMatch": "*"})

    async def read(self, key: str) -> StoredText | None:
        """The text; None for none. Bytes that are no text are shown as such.

        Whoever lacks `s3:ListBucket` is denied what is not there (S3 API Reference, GetObject).
        """
        try:
            answer = await self._call("GetObject", key, {})
        except AwsError as error:
            if error.code != "NoSuchKey":
                raise
            return None
        found = _converted(answer, _ObjectAnswer, "s3:GetObject")
        return StoredText(found.body.decode(errors="replace"), found.mark)

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        """The keys of all objects that begin so, in order."""
        token: dict[str, str] = {}
        while True:
            parameters = {"Bucket": self._bucket, "Prefix": prefix, **token}
            place = f"s3://{self._bucket}/{prefix}"
            answer = await _called(self._calls, "ListObjectsV2", parameters, place=place, hints=_BUCKET_HINTS)
            listing = _converted(answer, _Listing, "s3:ListBucket")
            for one in listing.contents:
                yield one.key
            if not listing.token:
                return
            token = {"ContinuationToken": listing.token}

    async def delete(self, key: str, mark: str) -> bool:
        """Whether the text was still the one that has this mark, and was deleted.

        Needs `s3:GetObject` besides `s3:DeleteObject` (S3 User Guide, "How to perform conditional deletes").
        """
        return await self._write("DeleteObject", key, {"IfMatch": mark})

    async def _write(self, operation: str, key: str, parameters: Mapping[str, object]) -> bool:
        try:
            await self._call(operation, key, parameters)
        except AwsError as error:
            if error.code not in {"PreconditionFailed", "NoSuchKey", _CONFLICT}:
                raise
            return False
        return True

    async def _call(self, operation: str, key: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        with_place = {"Bucket": self._bucket, "Key": key, **parameters}
        place = f"s3://{self._bucket}/{key}"
        return await _called(self._calls, operation, with_place, place=place, hints=_BUCKET_HINTS)


async def _called(
    calls: ServiceCalls, operation: str, parameters: Mapping[str, object], *, place: str, hints: Mapping[str, str]
) -> dict[str, Any]:
    """The answer to a call; an error names the place, and says by its code what must be there."""
    try:
        return await calls.call(operation, parameters)
    except AwsError as error:
        error.message = f"{place}: {error.message}"
        error.hint = hints.get(error.code, error.hint)
        raise


def _converted(answer: dict[str, Any], kind: type[_Record], operation: str) -> _Record:
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise ResponseError(str(error), operation=operation) from error


@asynccontextmanager
async def connect_table(options: ConnectionOptions, table: str) -> AsyncIterator[TableDoor]:
    """The table of the account and the region that the options lead to; makes no call by itself.

    Raises:
        UsageError: no region, no such region, or an endpoint URL that is none.
        CredentialsError: no such profile, or a broken configuration file.
    """
    # botocore costs 0.2 s of CPU, which only a real connection should pay.
    from leastwise.aws.service_client import open_client  # noqa: PLC0415 - see above

    async with open_client(options, "dynamodb") as client:
        yield TableDoor(client, table)


@asynccontextmanager
async def connect_bucket(options: ConnectionOptions, bucket: str) -> AsyncIterator[BucketDoor]:
    """The bucket, wherever it is; makes no call by itself.

    Raises:
        LeastwiseError: as `connect_table` says.
    """
    from leastwise.aws.service_client import open_client  # noqa: PLC0415 - as above

    async with open_client(options, "s3") as client:
        yield BucketDoor(client, bucket)
