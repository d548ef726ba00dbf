"""The JSON Schemas that ship: they are those of the types, and all that the commands write is valid by them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import botocore.exceptions
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aws_client import client_of
from leastwise.apply import Comparison, Outcome
from leastwise.cli.applying import RunDocument
from leastwise.cli.schemas import generate_schema
from leastwise.report import schema_text
from leastwise.report.json_format import indented
from leastwise.report.json_schema import SchemaName
from leastwise.sandbox import Sandbox, SandboxOptions
from plan.plans import values
from ran import Run
from shapes import assert_refused_wherever_it_is_spoiled, is_valid, validate

SCHEMAS: Final[tuple[SchemaName, ...]] = get_args(SchemaName)
NOW: Final = ("--yes", "--quiet", "--settle", "0.2", "--format", "json")
"""For a machine, which waits for no AWS that is never late here."""
USER: Final = "user/mai.tran"
ROLE: Final = "role/service-role/platform-backup"
RUN: Final = "leastwise/run/1"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_shipped_schema_is_that_of_the_types(name: SchemaName) -> None:
    assert schema_text(name) == generate_schema(name), "run: python -m leastwise.cli.schemas"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_shipped_schema_describes_every_field(name: SchemaName) -> None:
    shapes = json.loads(schema_text(name))
    jsonschema.Draft202012Validator.check_schema(shapes)
    assert shapes["$id"] == f"urn:{name.replace('/', ':')}"
    for shape in [shapes, *shapes["$defs"].values()]:
        assert shape["description"], shape["title"]
        assert all(field.get("description") for field in shape.get("properties", {}).values()), shape["title"]


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "leastwise/scan/1"])
def test_of_all_but_a_scan_every_field_is_written_and_no_other(name: SchemaName) -> None:
    shapes = json.loads(schema_text(name))
    for shape in [shapes, *shapes["$defs"].values()]:
        if "properties" in shape:
            assert shape["additionalProperties"] is False
            assert shape["required"] == [*shape["properties"]]


@pytest.fixture(scope="module")
def strict() -> Iterator[Sandbox]:
    """A company whose callers may do what their policies say, and no more."""
    with Sandbox(SandboxOptions(job_seconds=0, account_id="666666666666", enforce_policies=True)) as sandbox:
        yield sandbox


@pytest.fixture
def live(run: Run, strict: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Run:
    key = strict.admin_credentials
    monkeypatch.setenv("AWS_ENDPOINT_URL", strict.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return run


def assert_journals_are_valid() -> int:
    """How many lines they have."""
    lines = [line for path in Path("leastwise-runs").glob("*.jsonl") for line in path.read_bytes().splitlines()]
    for line in lines:
        validate(line, "leastwise/journal/1")
    return len(lines)


def test_a_plan_carried_out_and_put_back_and_its_proofs_are_valid(live: Run) -> None:
    assert live("plan", "--plan-file", "plan.json").code == 3
    plan = validate(Path("plan.json").read_bytes(), "leastwise/plan/1")
    tried = validate(live("apply", "plan.json", "--dry-run", "--quiet", "--format", "json").out, RUN)
    assert tried["run"] == ""
    assert {one["result"] for one in tried["outcomes"]} == {"would-do"}
    made = validate(live("apply", "plan.json", *NOW).out, RUN)
    assert [one["change"] for one in made["outcomes"]] == [one["id"] for one in plan["changes"]]
    back = validate(live("rollback", made["run"], *NOW).out, RUN)
    assert len(back["comparisons"]) >= len(plan["changes"])
    assert assert_journals_are_valid() > 8 * len(plan["changes"])
    asked = {one for change in plan["changes"] for one in (change["id"], *change["principals"][:1])}
    for one in asked:
        ran = live("explain", one, "--plan", "plan.json", "--format", "json")
        assert validate(ran.out, "leastwise/proof/1")["changes"]


def test_what_is_left_alone_since_somebody_changed_it_is_valid(live: Run, strict: Sandbox) -> None:
    assert live("plan", "--principal", ROLE, "--plan-file", "plan.json").code == 3
    iam, name = client_of(strict), {"RoleName": "platform-backup", "PolicyName": "backup-and-snapshots"}
    found = iam.get_role_policy(**name)["PolicyDocument"]
    iam.put_role_policy(**name, PolicyDocument=json.dumps(found, indent=7))
    left = validate(live("apply", "plan.json", *NOW).out, RUN)
    assert any(one["difference"] for one in left["outcomes"])
    assert_journals_are_valid()


def test_a_quarantine_and_what_it_denied_are_valid(live: Run, strict: Sandbox) -> None:
    admin = client_of(strict)
    own = admin.create_access_key(UserName="mai.tran")["AccessKey"]
    mai = client_of(strict, key_id=own["AccessKeyId"], secret=own["SecretAccessKey"])
    admin.update_account_password_policy(MinimumPasswordLength=14)

    def quarantines() -> int:
        listing = validate(live("quarantine", "list", "--format", "json").out, "leastwise/quarantines/1")
        return len(listing["quarantines"])

    assert quarantines() == 0
    assert live("plan", "--quarantine", "--principal", USER, "--plan-file", "q.json").code == 3
    run = validate(live("apply", "q.json", *NOW).out, RUN)["run"]
    assert quarantines() == 1
    watch = ("watch", run, "--plan", "q.json", "--format", "json")
    assert validate(live(*watch).out, "leastwise/watch/1")["complaints"] == []
    with pytest.raises(botocore.exceptions.ClientError, match="explicit deny"):
        mai.get_account_password_policy()
    [complaint] = validate(live(*watch).out, "leastwise/watch/1")["complaints"]
    assert complaint["action"] == "iam:GetAccountPasswordPolicy"
    lifted = validate(live("quarantine", "lift", "--principal", USER, *NOW).out, RUN)
    assert [one["result"] for one in lifted["outcomes"]] == ["done"]
    assert assert_journals_are_valid() > 10


@given(st.lists(values(Outcome), max_size=3), st.lists(values(Comparison), max_size=3), st.text(max_size=9))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_of_a_run_is_valid(outcomes: list[Outcome], comparisons: list[Comparison], run: str) -> None:
    validate(indented(RunDocument(RUN, run, tuple(outcomes), tuple(comparisons))), RUN)


def test_a_run_is_refused_wherever_it_is_spoiled() -> None:
    outcome = {"change": "c", "title": "t", "result": "refused", "detail": "d"}
    difference = {"object": "o", "expected": "e", "found": "f", "text": ""}
    run = {
        "schema": RUN,
        "run": "20261124T120000Z-0a1b2c3d",
        "outcomes": [outcome | {"difference": difference}, outcome | {"difference": None}],
        "comparisons": [{"object": "o", "is_back": True, "detail": ""}],
    }
    assert_refused_wherever_it_is_spoiled(run, RUN)
    assert not is_valid(run | {"schema": "leastwise/run/2"}, RUN)
