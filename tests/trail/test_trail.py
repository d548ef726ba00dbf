"""Records of every shape become the same denied calls, and what cannot be read is told."""

import gzip
import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.policy import Arn
from leastwise.trail import DeniedCall, TrailReading, action_of, is_denial, joined, read_events, read_trail
from leastwise.trail import read_trail_files as read_files
from trail.events import ISSUER, ROLE, USER, lookup_output, record

HERE: Final = Path(__file__).parent
CASES: Final = tomllib.loads((HERE / "actions.toml").read_text())["case"]
CODES: Final = tomllib.loads((HERE / "codes.toml").read_text())
CALL: Final = DeniedCall(
    at=datetime(2026, 11, 24, 11, 59, 30, tzinfo=UTC),
    principal=Arn(USER),
    action="s3:GetObject",
    region="eu-west-1",
    error_code="AccessDenied",
    message="Access Denied",
    event_id="e-1",
)
SHAPES: Final[dict[str, Callable[[list[dict[str, Any]]], str]]] = {
    "log": lambda records: json.dumps({"Records": records}),
    "indented log": lambda records: json.dumps({"Records": records}, indent=2),
    "lines": lambda records: "\n".join(map(json.dumps, records)),
    "lookup": lambda records: json.dumps(lookup_output(*records), indent=4),
    "list": json.dumps,
}


def read(*records: dict[str, Any]) -> TrailReading:
    return read_trail(json.dumps({"Records": records}).encode(), where="log.json")


RECORDS: Final = st.builds(
    record,
    userIdentity=st.sampled_from(
        [{"type": "IAMUser", "arn": USER}, ISSUER, {"type": "AWSService"}, None, {"arn": "x"}]
    ),
    errorCode=st.sampled_from(["AccessDenied", "NoSuchKey", None]),
    eventTime=st.sampled_from(["2026-11-24T11:59:30Z", "2026-11-24T12:59:30+01:00", "yesterday"]),
    eventName=st.sampled_from(["GetObject", "PutObject", None]),
)


@given(records=st.lists(RECORDS, min_size=2, max_size=8))
def test_every_record_is_counted_and_every_shape_says_the_same(records: list[dict[str, Any]]) -> None:
    numbered = [{**one, "eventID": f"e-{number}"} for number, one in enumerate(records)]
    readings = [read_trail(shape(numbered).encode(), where="x") for shape in SHAPES.values()]
    readings.append(read_events(map(json.dumps, numbered), where="x"))
    assert all(one == readings[0] for one in readings)
    harmless = sum(_is_harmless(one) for one in numbered)
    first = readings[0]
    assert first.events == len(numbered)
    assert len(first.denied) + first.nobody + len(first.faults) + harmless == len(numbered)


def _is_harmless(one: dict[str, Any]) -> bool:
    return one.get("errorCode") != "AccessDenied" and one["eventTime"] != "yesterday" and "eventName" in one


def test_a_denied_call_is_read_whole() -> None:
    assert read(record()) == TrailReading(events=1, denied=(CALL,))


def test_one_bare_record_is_read() -> None:
    assert read_trail(json.dumps(record()).encode(), where="x").denied == (CALL,)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['event']}-{case['action']}")
def test_the_action_that_was_missing_is_found(case: dict[str, str]) -> None:
    assert action_of(case["source"], case["event"], case.get("message", "")) == case["action"]


@pytest.mark.parametrize("code", CODES["denials"])
def test_a_code_of_a_denial_is_known(code: str) -> None:
    assert is_denial(code, "")


@pytest.mark.parametrize("code", CODES["others"])
def test_another_code_is_no_denial(code: str) -> None:
    assert not is_denial(code, "no")


def test_a_message_that_names_a_missing_action_makes_any_error_a_denial() -> None:
    message = "The role is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/k"
    (call,) = read(record(errorCode="InvalidParameterValueException", errorMessage=message)).denied
    assert call.action == "kms:Decrypt"


SESSION: Final = ISSUER["arn"]


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        (ISSUER, ROLE),
        ({"type": "AssumedRole", "arn": SESSION}, "arn:aws:iam::111122223333:role/deploy"),
        ({"type": "Root", "arn": "arn:aws:iam::111122223333:root"}, "arn:aws:iam::111122223333:root"),
        (
            {
                "type": "FederatedUser",
                "arn": "arn:aws:sts::111122223333:federated-user/ann",
                "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": USER}},
            },
            USER,
        ),
        ({"type": "IAMUser", "arn": USER, "sessionContext": {"attributes": {}}}, USER),
    ],
)
def test_who_called_is_the_user_or_the_role_behind_the_session(identity: dict[str, Any], principal: str) -> None:
    assert [one.principal for one in read(record(userIdentity=identity)).denied] == [principal]


@pytest.mark.parametrize(
    "identity",
    [{"type": "AWSService", "invokedBy": "s3.amazonaws.com"}, {"type": "AWSAccount", "accountId": "1"}, None],
)
def test_a_denial_of_no_user_and_no_role_is_counted(identity: dict[str, Any] | None) -> None:
    assert read(record(userIdentity=identity)) == TrailReading(events=1, nobody=1)


def test_a_record_that_cannot_be_read_is_told_with_its_place() -> None:
    reading = read(record(eventName=None), record())
    assert (reading.events, reading.denied) == (2, (CALL,))
    (fault,) = reading.faults
    assert fault.where == "log.json, record 1"
    assert "eventName" in fault.problem


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"Records": [{"eventTime":\n "2026', b"\xff\xfe\n\xff", b"7"])
def test_a_text_that_is_no_log_is_one_fault(content: bytes) -> None:
    reading = read_trail(content, where="x")
    assert (reading.denied, len(reading.faults)) == ((), 1)


def test_an_event_that_two_logs_have_is_one_denied_call() -> None:
    twice, other = joined([read(record()), read(record())]), read(record(eventID=None), record(eventID=None))
    assert (twice.events, twice.denied) == (2, (CALL,))
    assert len(other.denied) == 2


def test_files_are_read_gzipped_or_not_and_folders_to_their_ground(tmp_path: Path) -> None:
    below, digests = tmp_path / "2026" / "11", tmp_path / "CloudTrail-Digest"
    below.mkdir(parents=True)
    digests.mkdir()
    log = json.dumps({"Records": [record()]}).encode()
    (below / "a.json.gz").write_bytes(gzip.compress(log))
    (below / "b.json").write_bytes(log.replace(b"e-1", b"e-2"))
    (below / "c.json.gz").write_bytes(gzip.compress(log)[:-12])
    (below / "notes.txt").write_text("no log")
    (digests / "d.json").write_text("{}")
    reading = read_files([tmp_path])
    assert [one.event_id for one in reading.denied] == ["e-1", "e-2"]
    assert [fault.where for fault in reading.faults] == [str(below / "c.json.gz")]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (fault,) = read_files([tmp_path / "missing.json"]).faults
    assert "missing.json" in fault.where
