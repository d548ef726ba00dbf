"""The answers of IAM's Get and List operations into records; documents exactly as they were stored."""

from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import TypeVar

from leastwise.aws.answer_xml import (
    MalformedAnswerError,
    Members,
    boolean,
    entries,
    members_of,
    optional_text,
    optional_time,
    parse_document,
    parse_result,
    records,
    text,
    time,
)
from leastwise.aws.iam_records import (
    AccessKeyRecord,
    HolderRecord,
    ListPage,
    PolicyRecord,
    PrincipalKind,
    VersionRecord,
    VersionText,
)
from leastwise.aws.read_authorization import decode_document

__all__ = [
    "member_of",
    "read_access_key",
    "read_attached_arn",
    "read_holders",
    "read_key_last_used",
    "read_list",
    "read_list_of_texts",
    "read_member_arn",
    "read_policy",
    "read_result",
    "read_stored_document",
    "read_version",
    "read_version_text",
]

Item = TypeVar("Item")

_KEY_STATES = {"Active": True, "Inactive": False, "Expired": False}
"""botocore's model of iam 2010-05-08, statusType."""


def read_result(body: bytes, operation: str) -> Members:
    """The members of an operation's result; none where it answers with no result, as most changes do.

    Raises:
        MalformedAnswerError: the bytes are no XML, or no answer to this operation.
    """
    root = parse_document(body)
    if root.tag.rpartition("}")[2] != f"{operation}Response":
        raise MalformedAnswerError(f"the answer is no {operation}Response")
    result = members_of(root).get(f"{operation}Result")
    return {} if result is None else members_of(result)


def member_of(members: Members, name: str) -> Members:
    """The members of a member.

    Raises:
        MalformedAnswerError: there is no such member.
    """
    if name not in members:
        raise MalformedAnswerError(f"the answer lacks {name}")
    return members_of(members[name])


def read_stored_document(members: Members, name: str) -> str:
    """A policy document to the character; IAM sends it percent-encoded (IAM API Reference, GetRolePolicy).

    Raises:
        MalformedAnswerError: there is no such member.
    """
    return decode_document(text(members, name))


def read_list(body: bytes, operation: str, name: str, read: Callable[[Members], Item]) -> ListPage[Item]:
    """A page of the records in one list member.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, operation)
    return _page(members, records(members, name, read))


def read_list_of_texts(body: bytes, operation: str, name: str) -> ListPage[str]:
    """A page of the texts in one list member.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, operation)
    return _page(members, entries(members, name))


def read_holders(body: bytes) -> ListPage[HolderRecord]:
    """A page of the principals that hold a policy: groups, roles and users, which share the pages.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, "ListEntitiesForPolicy")
    return _page(members, tuple(chain.from_iterable(_holders(members, kind) for kind in PrincipalKind)))


def _holders(members: Members, kind: PrincipalKind) -> tuple[HolderRecord, ...]:
    name = kind.value

    def read(holder: Members) -> HolderRecord:
        return HolderRecord(kind, text(holder, f"{name}Name"), text(holder, f"{name}Id"))

    return records(members, f"Policy{name}s", read)


def _page(members: Members, items: tuple[Item, ...]) -> ListPage[Item]:
    is_truncated = boolean(members, "IsTruncated", default=False)
    return ListPage(items, is_truncated=is_truncated, marker=optional_text(members, "Marker"))


def read_attached_arn(members: Members) -> str:
    """The ARN of an attached policy.

    Raises:
        MalformedAnswerError: there is none.
    """
    return text(members, "PolicyArn")


def read_member_arn(members: Members) -> str:
    """The ARN of a principal.

    Raises:
        MalformedAnswerError: there is none.
    """
    return text(members, "Arn")


def read_version(members: Members) -> VersionRecord:
    """A version of a managed policy.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    is_default = boolean(members, "IsDefaultVersion", default=False)
    return VersionRecord(text(members, "VersionId"), is_default=is_default, created_at=time(members, "CreateDate"))


def read_version_text(body: bytes) -> VersionText:
    """A version of a managed policy, with its text: the answer of GetPolicyVersion.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = member_of(parse_result(body, "GetPolicyVersion"), "PolicyVersion")
    return VersionText(read_version(members), read_stored_document(members, "Document"))


def read_policy(body: bytes) -> PolicyRecord:
    """A managed policy's description and tags: the answer of GetPolicy.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = member_of(parse_result(body, "GetPolicy"), "Policy")
    tags = records(members, "Tags", lambda tag: (text(tag, "Key"), text(tag, "Value")))
    return PolicyRecord(optional_text(members, "Description") or "", tags)


def read_access_key(members: Members) -> AccessKeyRecord:
    """An access key.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    status = text(members, "Status")
    if status not in _KEY_STATES:
        raise MalformedAnswerError(f"Status is {status!r}, which AWS does not document")
    return AccessKeyRecord(text(members, "AccessKeyId"), time(members, "CreateDate"), is_active=_KEY_STATES[status])


def read_key_last_used(body: bytes) -> datetime | None:
    """When a key was last used; None for never.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    use = member_of(parse_result(body, "GetAccessKeyLastUsed"), "AccessKeyLastUsed")
    return optional_time(use, "LastUsedDate")
