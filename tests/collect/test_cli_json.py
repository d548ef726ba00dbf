"""Account details as JSON: written and read back they are the same, and documents keep every character."""

import json
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from leastwise.collect import SavedWriter, read_saved
from leastwise.collect.cli_json import (
    AuthorizationDetails,
    BoundaryDetail,
    GroupDetail,
    LastUsedDetail,
    PolicyDetail,
    PolicyDocumentDetail,
    PolicyNameDetail,
    RoleDetail,
    TagDetail,
    UserDetail,
    VersionDetail,
    document_text,
    raw_document,
)
from leastwise.errors import SavedScanError
from policy_strategies import documents

LAW: Final = settings(deadline=None, max_examples=60)

SPELLINGS: Final[dict[str, Callable[[object], str]]] = {
    "escaped": json.dumps,
    "plain": lambda value: json.dumps(value, ensure_ascii=False),
    "indented": lambda value: json.dumps(value, indent=4),
    "solidus": lambda value: json.dumps(value).replace("/", "\\/"),
    "spaced": lambda value: json.dumps(value, separators=(" ,\t", "\n:  ")),
}
"""Ways in which tools write the same JSON."""

spellings = st.sampled_from(sorted(SPELLINGS))


@st.composite
def object_texts(draw: st.DrawFn) -> str:
    """A policy document as the AWS command line prints one, as an object, in some tool's spelling."""
    document = draw(documents())
    tricky = draw(st.text())
    return SPELLINGS[draw(spellings)](document | {"Id": tricky, tricky: None})


def details(document: st.SearchStrategy[Raw]) -> st.SearchStrategy[AuthorizationDetails]:
    """An account with every member that there is, in any shape."""
    text, moment = st.text(max_size=8), st.datetimes(timezones=st.just(UTC))
    tags = st.lists(st.builds(TagDetail, text, text), max_size=2).map(tuple)
    inline = st.lists(st.builds(PolicyDocumentDetail, text, document), max_size=2).map(tuple)
    attached = st.lists(st.builds(PolicyNameDetail, text, text), max_size=2).map(tuple)
    boundary = st.none() | st.builds(BoundaryDetail, text)
    last_used = st.none() | st.builds(LastUsedDetail, st.none() | moment, st.none() | text)
    versions = st.lists(st.builds(VersionDetail, text, st.booleans(), moment, document), max_size=2).map(tuple)
    names = st.lists(text, max_size=2).map(tuple)
    users = st.builds(UserDetail, text, text, text, moment, text, inline, names, attached, boundary, tags)
    roles = st.builds(RoleDetail, text, text, text, moment, document, text, inline, attached, boundary, tags, last_used)
    groups = st.builds(GroupDetail, text, text, text, moment, text, inline, attached)
    count = st.integers(0, 10**6)
    policies = st.builds(PolicyDetail, text, text, text, moment, moment, text, count, count, versions)
    return st.builds(
        AuthorizationDetails, *(st.lists(one, max_size=2).map(tuple) for one in (users, groups, roles, policies))
    )


def written(value: AuthorizationDetails, directory: Path) -> bytes:
    """What a saved directory keeps of the details."""
    writer = SavedWriter(directory)
    writer.begin()
    writer.details(value)
    return (directory / "authorization-details.json").read_bytes()


@given(data=st.data())
@LAW
def test_details_written_and_read_back_are_the_same(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    value = data.draw(details(st.text(max_size=20).map(raw_document)))
    content = written(value, tmp_path_factory.mktemp("kept"))
    assert msgspec.json.decode(content, type=AuthorizationDetails) == value


@given(object_texts().flatmap(lambda text: details(st.just(Raw(text.encode())))))
@LAW
def test_documents_that_are_objects_come_back_as_they_were_printed(value: AuthorizationDetails) -> None:
    content = msgspec.json.encode(value)
    assert msgspec.json.decode(content, type=AuthorizationDetails) == value


@given(st.text(), spellings)
@LAW
def test_a_document_that_is_a_string_is_its_content_however_it_is_escaped(text: str, spelling: str) -> None:
    assert document_text(raw_document(text)) == text
    head = '{"VersionId": "v1", "IsDefaultVersion": true, "CreateDate": "2024-01-02T03:04:05Z", "Document": '
    version = f"{head}{SPELLINGS[spelling](text)} }}"
    assert document_text(msgspec.json.decode(version, type=VersionDetail).document) == text


@given(object_texts(), st.sampled_from(["", " ", "\n\t"]))
@LAW
def test_a_document_that_is_an_object_is_its_text_in_the_file(text: str, space: str) -> None:
    inline = f'{{"PolicyName": "work", "PolicyDocument":{space}{text}{space}}}'
    assert document_text(msgspec.json.decode(inline, type=PolicyDocumentDetail).policy_document) == text


ROLE = (
    '{{"RoleDetailList": [{{"Arn": "arn:aws:iam::111122223333:role/r", "RoleName": "r", "RoleId": "AROAR", '
    '"CreateDate": "{date}", "AssumeRolePolicyDocument": {trust}, "RolePolicyList": '
    '[{{"PolicyName": "work", "PolicyDocument": {document}}}]}}], "UserDetailList": [], "GroupDetailList": [], '
    '"Policies": [], "SomethingNew": {{"AWS": "adds members"}}}}'
)
OBJECT = (
    '{ "Statement": {"Effect":"Allow","Action":"s3:Get\\u004fbject" , '
    '"Resource":"arn:aws:s3:::d\\u00e4t\\u00e4/\\ud83d\\ude80"}}'
)


def printed(path: Path, *, date: str = "2024-01-02T03:04:05Z", trust: str = "{}", document: str = OBJECT) -> Path:
    path.write_text(ROLE.format(date=date, trust=trust, document=document), encoding="utf-8")
    return path


def test_both_forms_of_a_document_mean_the_same_and_keep_their_own_text(tmp_path: Path) -> None:
    (as_object,) = read_saved(printed(tmp_path / "a.json")).snapshot.roles
    (as_string,) = read_saved(printed(tmp_path / "a.json", document=json.dumps(OBJECT))).snapshot.roles
    assert as_object.inline[0].policy == as_string.inline[0].policy
    assert as_object.inline[0].policy.text == OBJECT
    assert as_object.inline[0].policy.document is not None


@pytest.mark.parametrize("document", ["null", "3", "[]", '""', '"{"', '{"a": 1, "a": 2}'])
def test_a_document_that_is_none_is_kept_with_its_fault(tmp_path: Path, document: str) -> None:
    (role,) = read_saved(printed(tmp_path / "a.json", document=document)).snapshot.roles
    assert role.inline[0].policy.document is None
    assert role.inline[0].policy.fault


@pytest.mark.parametrize(
    "date", ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00", "2024-01-02T05:04:05+02:00", "2024-01-02T03:04:05"]
)
def test_a_date_is_the_same_moment_whatever_zone_it_is_printed_in(tmp_path: Path, date: str) -> None:
    (role,) = read_saved(printed(tmp_path / "a.json", date=date)).snapshot.roles
    assert role.created_at.isoformat() == "2024-01-02T03:04:05+00:00"


@pytest.mark.parametrize("document", [b'"\\ud800"', b'"\xff"', b'{"Id": "\xff"}'])
def test_a_document_that_is_no_text_is_refused_in_one_line(tmp_path: Path, document: bytes) -> None:
    path = printed(tmp_path / "a.json", document="DOCUMENT")
    path.write_bytes(path.read_bytes().replace(b"DOCUMENT", document))
    with pytest.raises(SavedScanError, match=r"a\.json") as caught:
        read_saved(path)
    assert "\n" not in str(caught.value)
