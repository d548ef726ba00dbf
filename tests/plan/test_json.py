"""The plan file: what was written is read back the same, and nothing else is read as a plan."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from leastwise.errors import PlanError, UsageError
from leastwise.plan import SCHEMA, Plan, digest_of, read_plan, render_plan, sealed
from leastwise.report import schema_text
from plan.plans import plans, whole_plan

LAW = settings(max_examples=100, deadline=None)
PLAN = whole_plan()
TEXT = render_plan(PLAN)
VALIDATOR = jsonschema.Draft202012Validator(
    json.loads(schema_text(SCHEMA)), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)

Json = Any
"""A decoded JSON text, which a test takes apart as any other program would."""


def _places(value: Json, way: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """The ways to all that stands anywhere in a JSON value."""
    inner: list[tuple[str | int, Json]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [place for key, item in inner for place in [(*way, key), *_places(item, (*way, key))]]


PLACES = _places(json.loads(TEXT), ())


@given(plans())
@LAW
def test_what_was_written_is_read_back(plan: Plan) -> None:
    text = render_plan(plan)
    assert read_plan(text, source="plan.json") == plan
    assert read_plan(text.encode(), source="plan.json") == plan
    assert render_plan(read_plan(text, source="plan.json")) == text


@given(plans())
@LAW
def test_what_was_written_is_valid_by_the_shipped_schema(plan: Plan) -> None:
    VALIDATOR.validate(json.loads(render_plan(plan)))


@given(plans())
@LAW
def test_the_digest_is_of_all_else_that_the_plan_says(plan: Plan) -> None:
    written = json.loads(render_plan(plan)) | {"digest": ""}
    compact = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    assert sealed(plan) == plan
    assert plan.digest.startswith("sha256:")
    assert plan.digest == digest_of(compact)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_plan_that_was_edited_anywhere_is_not_read(data: st.DataObject) -> None:
    written = json.loads(TEXT)
    *way, last = data.draw(st.sampled_from(PLACES))
    within = written
    for key in way:
        within = within[key]
    other: list[Json] = [
        None,
        "",
        "x",
        0,
        1.0,
        7,
        True,
        False,
        [],
        {},
        [None],
        PLAN.digest,
        "arn:aws:iam::aws:policy/P",
    ]
    within[last] = data.draw(st.sampled_from([one for one in other if json.dumps(one) != json.dumps(within[last])]))
    with pytest.raises(PlanError):
        read_plan(json.dumps(written), source="plan.json")


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert render_plan(whole_plan()) == TEXT
    assert TEXT.startswith('{\n "schema": "leastwise/plan/1",\n')
    assert TEXT.endswith("}\n")
    assert "T12:00:00Z" in TEXT


def test_white_space_between_tokens_is_no_edit() -> None:
    assert read_plan(json.dumps(json.loads(TEXT), indent=4) + "\n\n", source="plan.json") == PLAN
    assert read_plan(TEXT.replace("\n", "\r\n"), source="plan.json") == PLAN


def with_another_document(plan: Json) -> None:
    plan["changes"][0]["steps"][0]["document"] = '{"Statement": []}'


def with_a_field_of_its_own(plan: Json) -> None:
    plan["changes"][0]["reviewed_by"] = "ana"


def with_a_field_of_its_own_in_a_step(plan: Json) -> None:
    plan["changes"][0]["steps"][0]["force"] = True


def without_a_change(plan: Json) -> None:
    plan["changes"] = []


def without_a_field_that_has_a_default(plan: Json) -> None:
    del plan["changes"][0]["steps"][5]["drops"]


def with_fields_in_another_order(plan: Json) -> None:
    plan["notes"] = plan.pop("notes")


def with_a_time_without_zone(plan: Json) -> None:
    plan["scanned_at"] = "2026-11-24T12:00:00"


def without_its_digest(plan: Json) -> None:
    del plan["digest"]


@pytest.mark.parametrize(
    "edit",
    [
        with_another_document,
        with_a_field_of_its_own,
        with_a_field_of_its_own_in_a_step,
        without_a_change,
        without_a_field_that_has_a_default,
        with_fields_in_another_order,
        with_a_time_without_zone,
        without_its_digest,
    ],
)
def test_an_edit_by_hand_is_noticed(edit: Callable[[Json], None]) -> None:
    plan = json.loads(TEXT)
    edit(plan)
    assert_edited(json.dumps(plan))


def test_a_field_that_is_written_twice_is_noticed() -> None:
    complete = '"complete": true,'
    assert complete in TEXT
    assert_edited(TEXT.replace(complete, f'"complete": false, {complete}'))


def test_a_character_that_is_written_as_an_escape_is_noticed() -> None:
    assert_edited(TEXT.replace('"version": "a"', '"version": "\\u0061"'))


def test_a_plan_that_was_never_sealed_is_not_read() -> None:
    assert_edited(render_plan(replace(PLAN, digest="")))


def assert_edited(text: str) -> None:
    with pytest.raises(PlanError) as caught:
        read_plan(text, source="plan.json")
    assert caught.value.message == (
        "plan.json: the plan was edited after leastwise wrote it: it is not what its digest stands for"
    )
    assert "`leastwise plan`" in caught.value.hint


def without_an_account(plan: Json) -> None:
    del plan["account"]


def without_a_policy_in_a_step(plan: Json) -> None:
    del plan["changes"][0]["steps"][0]["policy"]


def without_the_kind_of_a_step(plan: Json) -> None:
    del plan["changes"][0]["steps"][0]["do"]


def with_an_unknown_step(plan: Json) -> None:
    plan["changes"][0]["steps"][0]["do"] = "delete-account"


def with_an_unknown_precondition(plan: Json) -> None:
    plan["changes"][0]["preconditions"][0]["check"] = "full-moon"


def with_a_name_for_an_arn(plan: Json) -> None:
    plan["changes"][0]["steps"][0]["principal"] = "ci-deploy"


def with_nobody_for_an_arn(plan: Json) -> None:
    plan["changes"][0]["steps"][0]["principal"] = None


def with_a_word_for_a_count(plan: Json) -> None:
    plan["parameters"]["unused_days"] = "many"


def with_a_day_for_a_time(plan: Json) -> None:
    plan["scanned_at"] = "2026-11-24"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_an_account, "missing required field `account`"),
        (without_a_policy_in_a_step, "missing required field `policy` - at `$.changes[0].steps[0]`"),
        (without_the_kind_of_a_step, "missing required field `do` - at `$.changes[0].steps[0]`"),
        (with_an_unknown_step, "'delete-account' - at `$.changes[0].steps[0].do`"),
        (with_an_unknown_precondition, "'full-moon' - at `$.changes[0].preconditions[0].check`"),
        (with_a_name_for_an_arn, "not an ARN: 'ci-deploy' - at `$.changes[0].steps[0].principal`"),
        (with_nobody_for_an_arn, "an ARN must be a string - at `$.changes[0].steps[0].principal`"),
        (with_a_word_for_a_count, "`$.parameters.unused_days`"),
        (with_a_day_for_a_time, "`$.scanned_at`"),
    ],
)
def test_a_spoiled_plan_is_refused_with_the_path(spoil: Callable[[Json], None], said: str) -> None:
    plan = json.loads(TEXT)
    spoil(plan)
    with pytest.raises(PlanError, match="not a whole leastwise/plan/1") as caught:
        read_plan(json.dumps(plan), source="plan.json")
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(plan)


@pytest.mark.parametrize(
    "edit",
    [
        with_a_field_of_its_own,
        with_a_field_of_its_own_in_a_step,
        with_a_time_without_zone,
        without_its_digest,
        without_a_field_that_has_a_default,
    ],
)
def test_the_schema_refuses_what_leastwise_would_not_write(edit: Callable[[Json], None]) -> None:
    plan = json.loads(TEXT)
    edit(plan)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(plan)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "plan.json: not JSON: "),
        ("--- a\n+++ b\n", "plan.json: not JSON: "),
        (TEXT[:-20], "plan.json: not JSON: "),
        (TEXT + "{}", "plan.json: not JSON: "),
        (b"\xff\xfe{}", "plan.json: not JSON: "),
        (TEXT.encode().replace(b'"version": "a"', b'"version": "\xff"'), "plan.json: not JSON: "),
        ("\ud800", "plan.json: not JSON: "),
        ('{"other":' + "[" * 100_000, "plan.json: not JSON: "),
        ("[]", "plan.json: JSON, but no plan of leastwise: "),
        ('{"schema": 1}', "plan.json: JSON, but no plan of leastwise: "),
        ('{"changes": []}', "plan.json: JSON, but no plan of leastwise: it names no schema"),
        ('{"schema": "sarif"}', "plan.json: JSON, but no plan of leastwise: its schema is 'sarif'"),
        ('{"schema": "leastwise/scan/1"}', "plan.json: a scan, and no plan: its schema is 'leastwise/scan/1'"),
        (
            '{"schema": "leastwise/plan/2"}',
            "plan.json: a plan of schema 'leastwise/plan/2'; this version of leastwise reads 'leastwise/plan/1'",
        ),
    ],
)
def test_what_is_no_plan_is_said_to_be_none(text: str | bytes, said: str) -> None:
    with pytest.raises(PlanError) as caught:
        read_plan(text, source="plan.json")
    assert caught.value.message.startswith(said)
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_plan_that_cannot_be_read_is_a_fault_of_the_input() -> None:
    assert issubclass(PlanError, UsageError)
