"""Plans as HCL: read by Terraform where it is installed, by a parser of HCL, and by a reader of this file."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import hcl2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from leastwise.plan import (
    AddToGroup,
    Attach,
    Change,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    KeptVersion,
    Plan,
    PutInline,
    RemoveFromGroup,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
)
from leastwise.policy import Arn, parse_document, render_document
from leastwise.report.plan.hcl import label, literal, quoted
from leastwise.report.plan.terraform import render_plan_terraform
from policy_strategies import texts
from report.plan.drawn_plans import DOUBLED, LAW, NAMES, plans
from report.plan.sample_plans import (
    ALICE,
    ANALYSTS,
    EMPTY,
    EVERYTHING,
    HOSTILE,
    NOW,
    SAMPLES,
    TEAM_BASE,
    WEB,
    edit_inline,
    iam,
    plan_of,
)

TERRAFORM: Final = shutil.which("terraform")
NEEDS_TERRAFORM: Final = pytest.mark.skipif(TERRAFORM is None, reason="terraform is not on the PATH")
ANY: Final = st.text(st.characters(max_codepoint=0xFF) | st.sampled_from('${}%\\"\nEOT '), max_size=40)
"""Every character that IAM takes in a document, and some that it does not; Unicode's form C changes none of them."""
ESCAPE: Final = re.compile(r'\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|([nrt"\\]))')
ONE: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def rendered(plan: Plan) -> str:
    return "".join(render_plan_terraform(plan))


def read_back(expression: str) -> str:
    """The text that an expression stands for, by HCL's specification of templates."""
    if not expression.startswith('"'):
        ended = re.fullmatch(r"<<EOT\n(.*\n)EOT|chomp\(<<EOT\n(.*)\nEOT\n  \)", expression, re.DOTALL)
        assert ended, expression
        found = ended[1] if ended[2] is None else ended[2]
        assert not re.search(r"^[ \t]*EOT[ \t]*$", found, re.MULTILINE)
        assert ended[2] is None or not found.endswith("\n")
        return without_templates(found)
    inner = expression[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inner)
    assert "\n" not in inner
    return ESCAPE.sub(unescaped, without_templates(inner))


def without_templates(text: str) -> str:
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", text), "HCL would evaluate it"
    return text.replace("$${", "${").replace("%%{", "%{")


def unescaped(found: re.Match[str]) -> str:
    return ONE[found[3]] if found[3] else chr(int(found[1] or found[2], 16))


@given(ANY | st.text() | texts())
@example("$${a}%%{b}$$$${c}")
@example("{\n EOT\n}")
@example("")
@example("a\n\n")
@example("a\r\nb")
def test_a_text_is_read_back_to_the_character(text: str) -> None:
    assert read_back(literal(text)) == text
    assert read_back(quoted(text)) == text


@NEEDS_TERRAFORM
@settings(LAW, max_examples=15)
@given(st.lists(ANY | texts(), min_size=1, max_size=30))
@example(["$${a}%%{b}$$$${c}", "{\n EOT\n}", "", "a\n\n", "a\r\nb", "\u0085\u009b\x00", "${aws:username}", "a$", "a%"])
def test_terraform_reads_a_text_back_to_the_character(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[str]
) -> None:
    values = {f"{kind}{at}": write(text) for at, text in enumerate(drawn) for kind, write in
              (("literal", literal), ("quoted", quoted))}  # fmt: skip
    text = "".join(f'output "{name}" {{\n  value = {value}\n}}\n' for name, value in values.items())
    assert evaluated(tmp_path_factory.mktemp("outputs"), text) == {
        f"{kind}{at}": text for at, text in enumerate(drawn) for kind in ("literal", "quoted")
    }


def evaluated(folder: Path, text: str) -> dict[str, object]:
    """What Terraform makes of outputs, which takes no provider."""
    (folder / "main.tf").write_bytes(text.encode())
    terraform("apply", "-auto-approve", "-input=false", "-no-color", folder=folder)
    outputs = json.loads(terraform("output", "-json", "-no-color", folder=folder))
    return {name: output["value"] for name, output in outputs.items()}


def terraform(*arguments: str, folder: Path) -> str:
    ran = subprocess.run(  # noqa: S603 - the program that the PATH names, with arguments of ours
        [TERRAFORM or "terraform", *arguments], cwd=folder, capture_output=True, check=False,
        env={"CHECKPOINT_DISABLE": "1", "HOME": str(folder)},
    )  # fmt: skip
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode()
    return ran.stdout.decode()


@NEEDS_TERRAFORM
@pytest.mark.parametrize("name", SAMPLES)
def test_terraform_would_format_it_no_other_way(name: str, tmp_path: Path) -> None:
    (tmp_path / "plan.tf").write_text(rendered(SAMPLES[name]))
    assert terraform("fmt", "-check", "-diff", "plan.tf", folder=tmp_path) == ""


@NEEDS_TERRAFORM
@settings(LAW, max_examples=15)
@given(plans())
@example(EVERYTHING)
@example(HOSTILE)
@example(EMPTY)
def test_terraform_takes_it_as_a_configuration(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    folder = tmp_path_factory.mktemp("configuration")
    (folder / "plan.tf").write_bytes(rendered(plan).encode())
    # The one command that reads a whole configuration without having its providers.
    assert "hashicorp/aws" in terraform("providers", folder=folder) or '\nresource "' not in rendered(plan)


Blocks = dict[tuple[str, str], Mapping[str, str]]


@cache
def parsed(text: str) -> tuple[Blocks, dict[str, str]]:
    """Resources by type and label, and import ids by address, as a parser of HCL reads them."""
    found = hcl2.loads(text)
    resources: Blocks = {}
    for one in found.get("resource", []):
        ((type_, labelled),) = one.items()
        ((name, body),) = labelled.items()
        assert (type_, name) not in resources, "Terraform takes an address once"
        resources[type_.strip('"'), name.strip('"')] = body
    imports = {one["to"][2:-1]: read_back(one["id"]) for one in found.get("import", [])}
    assert set(found) <= {"resource", "import", "__comments__"}
    return resources, imports


def value(expression: str) -> str:
    """The text of an attribute; this parser gives a heredoc without its last line feed, and as if it were quoted."""
    heredoc = re.fullmatch(r'(?:"|(.*\("))<<EOT\n(.*)\nEOT"(?:\)})?', expression, re.DOTALL)
    if heredoc is None:
        return read_back(expression)
    return without_templates(heredoc[2]) + ("" if heredoc[1] == '${chomp("' else "\n")


def values(resources: Blocks) -> list[tuple[str, dict[str, str]]]:
    """Type and attributes of each resource, without the labels and what is no text."""
    return [
        (type_, {name: value(text) for name, text in body.items() if name not in {"lifecycle", "groups"}
                 and not name.startswith("__") and not text.startswith("${aws_")})
        for (type_, _), body in resources.items()
    ]  # fmt: skip


def written(text: str) -> str:
    """What the AWS provider takes of a document: no white space in front, no key twice."""
    return REWRITTEN if DOUBLED in text else text.lstrip()


def expected(change: Change) -> Iterator[tuple[str, dict[str, str]]]:
    """What a change must become, from its steps alone."""
    for step in change.steps:
        match step:
            case PutInline(principal, name, document):
                yield f"aws_iam_{principal.kind}_policy", {
                    "name": name, principal.kind: principal.name, "policy": written(document)
                }  # fmt: skip
            case CreatePolicy(policy, document, description):
                described = {"description": description} if description else {}
                yield "aws_iam_policy", named(policy) | described | {"policy": written(document)}
            case CreateVersion(policy, document):
                yield "aws_iam_policy", named(policy) | {"policy": written(document)}
            case Attach(policy, principal):
                arn = {"policy_arn": policy} if policy.account == "aws" else {}
                yield f"aws_iam_{principal.kind}_policy_attachment", {principal.kind: principal.name} | arn


def named(policy: Arn) -> dict[str, str]:
    path = policy.resource.removeprefix("policy").removesuffix(policy.name)
    return {"name": policy.name} | ({"path": path} if path != "/" else {})


REWRITTEN: Final = render_document(parse_document(DOUBLED))


def sorted_by_text(found: Iterator[tuple[str, dict[str, str]]]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in found)


@LAW
@given(plans())
def test_a_parser_finds_every_policy_and_attachment_with_its_very_text(plan: Plan) -> None:
    resources, imports = parsed(rendered(plan))
    wanted = (one for change in plan.changes for one in expected(change))
    assert sorted_by_text(iter(values(resources))) == sorted_by_text(wanted)
    assert {address.partition(".")[0] for address in imports} <= {type_ for type_, _ in resources}
    assert set(imports) <= {f"{type_}.{name}" for type_, name in resources}


@LAW
@given(plans())
def test_what_exists_is_imported_and_what_is_new_is_not(plan: Plan) -> None:
    _, imports = parsed(rendered(plan))
    assert sorted(imports.values()) == sorted(identifier for change in plan.changes for identifier in existing(change))


def existing(change: Change) -> Iterator[str]:
    for step in change.steps:
        match step:
            case PutInline(principal, name) if change.documents[0].before is not None:
                yield f"{principal.name}:{name}"
            case CreateVersion(policy):
                yield policy


TAKEN_OUT: Final[list[tuple[Step, str]]] = [
    (DeleteInline(WEB, "a+b"), '# Take out aws_iam_role_policy, id "web:a+b"'),
    (DeletePolicy(TEAM_BASE), f'# Take out aws_iam_policy, id "{TEAM_BASE}"'),
    (Detach(TEAM_BASE, ALICE), f'# Take out aws_iam_user_policy_attachment, id "alice/{TEAM_BASE}"'),
    (RemoveFromGroup(ALICE, ANALYSTS), '# Take out aws_iam_user_group_membership, id "alice/analysts"'),
    (SetKeyStatus(ALICE, 2, NOW, active=False), '# Set status = "Inactive" in aws_iam_access_key of user alice'),
    (SetKeyStatus(ALICE, 2, NOW, active=True), '# Set status = "Active" in aws_iam_access_key of user alice'),
    (DeletePassword(ALICE), '# Take out aws_iam_user_login_profile, id "alice"'),
]


@pytest.mark.parametrize(("step", "line"), TAKEN_OUT)
def test_what_goes_is_named_by_type_and_import_id(step: Step, line: str) -> None:
    assert line in rendered(plan_of(replace(edit_inline(), steps=(step,)))).split("\n")


@LAW
@given(plans())
def test_no_change_and_no_step_is_lost(plan: Plan) -> None:
    _, *sections = render_plan_terraform(plan)
    assert len(sections) == len(plan.changes)
    for change, section in zip(plan.changes, sections, strict=True):
        assert f"# {change.id} ({change.kind})" in section
        made = len(re.findall('^resource "', section, re.MULTILINE))
        out = len(re.findall("^# (?:Take out|Set status)", section, re.MULTILINE))
        assert made + out >= len(change.steps)
        assert made == len(list(expected(change)))


@LAW
@given(plans())
def test_a_change_is_written_the_same_whatever_else_is_planned(plan: Plan) -> None:
    _, *sections = render_plan_terraform(plan)
    for change, section in zip(plan.changes, sections, strict=True):
        assert list(render_plan_terraform(replace(plan, changes=(change,))))[1:] == [section]


@given(st.lists(st.lists(NAMES, min_size=1, max_size=2).map(tuple), unique=True, min_size=2, max_size=8))
def test_labels_are_identifiers_and_differ(drawn: list[tuple[str, ...]]) -> None:
    labels = [label(*names, identity=" ".join(names)) for names in drawn]
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9_-]*", one) for one in labels)


LIKE_EACH_OTHER: Final = [
    [("a", "b"), ("a--b",)],
    [("a-", "b"), ("a", "-b")],
    [("a+b",), ("a,b",)],
    [("team@base",), (label("team@base", identity="team@base"),)],
    [("7",), ("_7",)],
]


@pytest.mark.parametrize("names", LIKE_EACH_OTHER)
def test_labels_of_names_that_are_like_each_other_differ(names: list[tuple[str, ...]]) -> None:
    assert len({label(*one, identity=" ".join(one)) for one in names}) == len(names)


def test_objects_whose_names_are_like_each_other_get_blocks_of_their_own() -> None:
    copy, roles = iam("policy/copy"), [iam("role/a+b"), iam("role/a,b")]
    steps = (*(Attach(copy, role) for role in roles), *(PutInline(role, "own", DOUBLED) for role in roles))
    resources, _ = parsed(rendered(plan_of(replace(edit_inline(), steps=steps))))
    assert [body["role"] for body in resources.values()] == ['"a+b"', '"a,b"'] * 2


def test_a_name_that_is_an_identifier_is_the_label() -> None:
    resources, _ = parsed(rendered(EVERYTHING))
    assert ("aws_iam_policy", "team-base") in resources
    assert ("aws_iam_role_policy", "web--web-app") in resources


def test_an_attachment_of_a_new_policy_waits_for_it() -> None:
    resources, _ = parsed(rendered(EVERYTHING))
    found = resources["aws_iam_role_policy_attachment", "quarterly-report--quarantine-quarterly-report"]
    assert found["policy_arn"] == "${aws_iam_policy.quarantine-quarterly-report.arn}"


def test_the_description_and_tags_of_what_exists_are_left_alone() -> None:
    resources, _ = parsed(rendered(EVERYTHING))
    ignoring = [name for (_, name), body in resources.items() if "lifecycle" in body]
    assert ignoring == ["team-base"]


def test_a_document_with_a_key_twice_is_written_with_the_last_and_says_so() -> None:
    text = rendered(plan_of(replace(edit_inline(), steps=(PutInline(WEB, "web-app", DOUBLED),))))
    ((_, attributes),) = values(parsed(text)[0])
    assert json.loads(attributes["policy"]) == {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    assert "  # A key stood here twice" in text


def test_a_policy_with_five_versions_is_said_to_lose_one() -> None:
    assert "# It has five versions, as many as there may be: the provider deletes the oldest." in rendered(EVERYTHING)


def test_the_steps_of_inverses_are_written_too() -> None:
    document = '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    kept = (KeptVersion("v1", DOUBLED, is_default=False), KeptVersion("v2", document, is_default=True))
    copy = iam("policy/copy")
    steps = (AddToGroup(ALICE, ANALYSTS), RestorePolicy(copy, NOW, kept), RestoreVersion(TEAM_BASE, "v1", document))
    resources, imports = parsed(rendered(plan_of(replace(edit_inline(), steps=steps))))
    assert [name for _, name in resources] == ["alice--analysts", "copy", "team-base"]
    assert str(resources["aws_iam_user_group_membership", "alice--analysts"]["groups"]) == "['\"analysts\"']"
    assert value(resources["aws_iam_policy", "copy"]["policy"]) == document
    assert imports == {"aws_iam_policy.team-base": TEAM_BASE}


@pytest.mark.parametrize("name", ["everything", "empty", "hostile"])
def test_a_plan_as_it_is_shown(name: str, snapshot: SnapshotAssertion) -> None:
    assert rendered(SAMPLES[name]) == snapshot
