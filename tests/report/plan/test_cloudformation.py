"""Plans as CloudFormation templates: linted by cfn-lint, and read as JSON to see that nothing is lost."""

import json
import re
from typing import Any, Final

import msgspec
import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]
from hypothesis import given
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from leastwise.errors import UsageError
from leastwise.plan import Attach, Change, CreatePolicy, CreateVersion, Plan, PutInline, Step
from leastwise.policy import Arn
from leastwise.report.plan.cloudformation import render_plan_cloudformation
from report.plan.drawn_plans import DOUBLED, LAW, plans
from report.plan.sample_plans import (
    ALICE,
    CROWD,
    DEPLOY,
    EMPTY,
    EVERYTHING,
    HOSTILE,
    WEB,
    edit_inline,
    iam,
    new_version,
    plan_of,
)

Json = Any
REGIONS: Final = ["us-east-1", "eu-central-1"]
"""Fixed, so that the answers do not hang on where the test runs."""
VARIABLES: Final = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", '
    '"Resource": "arn:aws:s3:::home/${aws:username}/*"}}'
)
ODD: Final = "a+b=c,d.e@f-_"
"""A name of every character that IAM takes."""


def data_of(plan: Plan) -> Json:
    return json.loads(render_plan_cloudformation(plan))


def content(text: str) -> Json:
    """JSON data with keys in their order and numbers as they are written; of two equal keys the last."""
    return json.loads(text, object_pairs_hook=_ordered, parse_float=_number, parse_int=_number)


def _ordered(pairs: list[tuple[str, object]]) -> tuple[str, tuple[tuple[str, object], ...]]:
    return "object", tuple(dict(pairs).items())


def _number(text: str) -> tuple[str, str]:
    return "number", text


def member(value: Json, *path: str) -> Json:
    """A member of data that `content` made."""
    for key in path:
        value = dict(value[1])[key]
    return value


def odd() -> Plan:
    """Names of every character, a path, variables in a document, and holders of every kind."""
    policy, role, group = iam(f"policy/a/b/{ODD}"), iam(f"role/x/{ODD}"), iam(f"group/{ODD}")
    steps = (
        PutInline(role, ODD, VARIABLES),
        PutInline(group, ODD, VARIABLES),
        PutInline(ALICE, ODD, VARIABLES),
        CreatePolicy(policy, VARIABLES, "A copy"),
        *(Attach(policy, one) for one in (role, group, ALICE)),
    )
    return plan_of(replace(edit_inline(), steps=steps, documents=()))


@pytest.mark.parametrize("plan", [EVERYTHING, EMPTY, odd()], ids=["everything", "empty", "odd"])
def test_cfn_lint_has_nothing_to_say(plan: Plan) -> None:
    assert lint(render_plan_cloudformation(plan), config=ManualArgs(regions=REGIONS)) == []


def test_cfn_lint_has_nothing_to_say_of_the_template_of_the_import() -> None:
    text = json.dumps(data_of(EVERYTHING)["Metadata"]["Leastwise"]["Import"]["Template"])
    assert lint(text, config=ManualArgs(regions=REGIONS)) == []


def test_cfn_lint_would_say_something() -> None:
    text = render_plan_cloudformation(EVERYTHING).replace('"RoleName"', '"Role"')
    assert lint(text, config=ManualArgs(regions=REGIONS)) != []


def writing(plan: Plan) -> list[PutInline | CreatePolicy | CreateVersion]:
    kinds = PutInline | CreatePolicy | CreateVersion
    return [step for change in plan.changes for step in change.steps if isinstance(step, kinds)]


@LAW
@given(plans())
def test_every_policy_is_a_resource_with_its_document(plan: Plan) -> None:
    text = render_plan_cloudformation(plan)
    resources = [value for _, value in member(content(text), "Resources")[1]]
    steps = writing(plan)
    assert len(resources) == len(steps)
    for found, step in zip(resources, steps, strict=True):
        document = member(found, "Properties", "PolicyDocument")
        if DOUBLED not in step.document:
            assert document == content(step.document)
        assert member(found, "DeletionPolicy") == member(found, "UpdateReplacePolicy") == "Retain"


@LAW
@given(plans())
def test_every_policy_keeps_its_names(plan: Plan) -> None:
    for found, step in zip(data_of(plan)["Resources"].values(), writing(plan), strict=True):
        properties = found["Properties"]
        if isinstance(step, PutInline):
            kind = step.principal.kind.capitalize()
            assert found["Type"] == f"AWS::IAM::{kind}Policy"
            assert (properties[f"{kind}Name"], properties["PolicyName"]) == (step.principal.name, step.policy)
        else:
            assert found["Type"] == "AWS::IAM::ManagedPolicy"
            path = properties.get("Path", "/")
            assert f"policy{path}{properties['ManagedPolicyName']}" == step.policy.resource


@LAW
@given(plans())
def test_what_exists_is_imported_with_the_document_that_it_has(plan: Plan) -> None:
    text = render_plan_cloudformation(plan)
    before = [
        (step, change.documents[0].before)
        for change in plan.changes
        for step in change.steps
        if isinstance(step, PutInline | CreateVersion) and change.documents[0].before is not None
    ]
    importing = json.loads(text)["Metadata"]["Leastwise"].get("Import", {"ResourcesToImport": []})
    identifiers = [one["ResourceIdentifier"] for one in importing["ResourcesToImport"]]
    assert identifiers == [identifier(step) for step, _ in before]
    for one, (_, document) in zip(importing["ResourcesToImport"], before, strict=True):
        path = ("Metadata", "Leastwise", "Import", "Template", "Resources", one["LogicalResourceId"])
        as_it_is = member(content(text), *path)
        if DOUBLED not in document:
            assert member(as_it_is, "Properties", "PolicyDocument") == content(document)
        assert member(as_it_is, "Type") == one["ResourceType"] == json.loads(text)["Resources"][path[-1]]["Type"]


def identifier(step: PutInline | CreateVersion) -> dict[str, str]:
    if isinstance(step, CreateVersion):
        return {"PolicyArn": step.policy}
    return {"PolicyName": step.policy, f"{step.principal.kind.capitalize()}Name": step.principal.name}


@LAW
@given(plans())
def test_no_change_and_no_step_is_lost(plan: Plan) -> None:
    data = data_of(plan)
    left = {one["Change"]["Id"]: one["Steps"] for one in data["Metadata"]["Leastwise"]["NotInTemplate"]}
    noted = {one["Id"] for found in data["Resources"].values() for one in found["Metadata"]["Leastwise"]}
    made = {step.policy for step in writing(plan) if isinstance(step, CreatePolicy)}
    for change in plan.changes:
        assert change.id in noted or change.id in left
        assert left.get(change.id, []) == [as_data(step) for step in change.steps if not is_resource(step, made)]
    attached = sum(len(found["Properties"].get(kind, [])) for found in data["Resources"].values()
                   for kind in ("Roles", "Users", "Groups"))  # fmt: skip
    steps = [step for change in plan.changes for step in change.steps]
    assert attached == sum(isinstance(step, Attach) and step.policy in made for step in steps)


def is_resource(step: Step, made: set[Arn]) -> bool:
    return isinstance(step, PutInline | CreatePolicy | CreateVersion) or (
        isinstance(step, Attach) and step.policy in made
    )


def as_data(step: Step) -> Json:
    return json.loads(msgspec.json.encode(step, enc_hook=str))


@LAW
@given(plans())
def test_logical_ids_are_alphanumeric_and_differ(plan: Plan) -> None:
    ids = list(data_of(plan)["Resources"])
    assert len(ids) == len(writing(plan))
    assert all(re.fullmatch("[A-Za-z0-9]{1,255}", one) for one in ids)


def test_objects_whose_names_are_like_each_other_get_logical_ids_of_their_own() -> None:
    steps = tuple(PutInline(iam(f"role/{name}"), "own", VARIABLES) for name in ("a+b", "a,b", "ab"))
    assert len(data_of(plan_of(replace(edit_inline(), steps=steps)))["Resources"]) == 3


def test_the_longest_names_give_a_logical_id_that_fits() -> None:
    step = PutInline(iam(f"group/{'g' * 128}"), "p" * 128, VARIABLES)
    (found,) = data_of(plan_of(replace(edit_inline(), steps=(step,))))["Resources"]
    assert len(found) == 255


def test_holders_are_properties_of_the_policy_that_they_get() -> None:
    *_, policy = data_of(odd())["Resources"].values()
    assert [policy["Properties"][kind] for kind in ("Roles", "Groups", "Users")] == [[ODD], [ODD], ["alice"]]


def test_an_attachment_by_another_change_names_that_change_too() -> None:
    copy = iam("policy/copy")
    one = replace(edit_inline(), id="first-of-two", steps=(CreatePolicy(copy, VARIABLES, ""), Attach(copy, WEB)))
    two = replace(edit_inline(), id="second-of-two", steps=(Attach(copy, DEPLOY),))
    (found,) = data_of(plan_of(one, two))["Resources"].values()
    assert [note["Id"] for note in found["Metadata"]["Leastwise"]] == ["first-of-two", "second-of-two"]
    assert found["Properties"]["Roles"] == ["web", "deploy"]


def test_a_version_of_which_the_text_before_is_not_known_is_left_to_a_person() -> None:
    change = replace(new_version(), documents=())
    data = data_of(plan_of(change))
    assert data["Resources"] == {}
    assert data["Metadata"]["Leastwise"]["NotInTemplate"][0]["Steps"] == [as_data(one) for one in change.steps]


def test_of_two_equal_keys_the_last_is_kept() -> None:
    text = render_plan_cloudformation(plan_of(rewriting(WEB, "web-app", DOUBLED)))
    assert text.count('"Effect"') == 1
    assert '"Effect": "Allow"' in text


def rewriting(principal: Arn, name: str, document: str) -> Change:
    """A new inline policy."""
    step = PutInline(principal, name, document)
    return replace(edit_inline(), id=f"edit-inline-{name}", steps=(step,), documents=())


def test_as_many_policies_as_a_template_may_have_are_taken() -> None:
    changes = [rewriting(WEB, f"policy-{number}", VARIABLES) for number in range(500)]
    assert len(data_of(plan_of(*changes))["Resources"]) == 500
    with pytest.raises(UsageError, match="501 policies, and a template may have 500") as raised:
        render_plan_cloudformation(plan_of(*changes, rewriting(WEB, "one-too-many", VARIABLES)))
    assert "--principal" in raised.value.hint


def test_a_template_of_more_than_a_megabyte_is_refused() -> None:
    resources = json.dumps(["arn:aws:s3:::" + "x" * 5000])
    document = f'{{"Statement": {{"Effect": "Allow", "Action": "s3:*", "Resource": {resources}}}}}'
    changes = [rewriting(WEB, f"policy-{number}", document) for number in range(175)]
    assert len(render_plan_cloudformation(plan_of(*changes)).encode()) <= 1_000_000
    with pytest.raises(UsageError, match="bytes, and a template may have 1,000,000"):
        render_plan_cloudformation(plan_of(*changes, *(rewriting(WEB, f"more-{one}", document) for one in range(20))))


@pytest.mark.parametrize("plan", [HOSTILE, EVERYTHING, CROWD])
def test_every_line_can_be_printed(plan: Plan) -> None:
    text = render_plan_cloudformation(plan)
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.endswith("}\n")


def test_who_has_nothing_to_deploy_is_told_so() -> None:
    data = data_of(EMPTY)
    assert data["Resources"] == {}
    assert data["Metadata"]["Leastwise"]["HowToUse"][0].startswith("Nothing of the plan can stand in a template")
    assert "Import" not in data["Metadata"]["Leastwise"]


def test_a_plan_as_it_is_shown(snapshot: SnapshotAssertion) -> None:
    assert render_plan_cloudformation(EVERYTHING) == snapshot
