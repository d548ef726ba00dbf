"""What `leastwise plan` shows in a terminal."""

from typing import Final

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from leastwise.plan import Change, ChangeKind, Parameters, Plan
from leastwise.report.plan import render_plan_text
from report.plan.sample_changes import delete_password, detach, lift_quarantine
from report.plan.sample_edits import edit_inline
from report.plan.sample_plans import CROWD, EMPTY, EVERYTHING, HOSTILE, SAMPLES, SCATTERED, left, plan_of

COUNTED: Final = "and 234 more"


def text_of(plan: Plan, *, verbose: bool = False, width: int = 500) -> str:
    return render_plan_text(plan, width=width, color=False, verbose=verbose)


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", ["everything", "empty", "hostile"])
def test_a_plan_as_it_is_shown(name: str, width: int, snapshot: SnapshotAssertion) -> None:
    assert text_of(SAMPLES[name], width=width) == snapshot


def test_a_policy_of_many_as_it_is_shown(snapshot: SnapshotAssertion) -> None:
    assert text_of(CROWD, width=80) == snapshot


def test_a_long_list_as_it_is_shown(snapshot: SnapshotAssertion) -> None:
    assert text_of(SCATTERED, width=80) == snapshot


def test_colours_are_those_of_any_terminal(snapshot: SnapshotAssertion) -> None:
    text = render_plan_text(plan_of(edit_inline(), delete_password()), width=80, color=True)
    assert text.splitlines()[5:30] == snapshot


def test_a_sample_has_every_kind_of_change() -> None:
    assert {change.kind for change in EVERYTHING.changes} == set(ChangeKind)


def test_an_empty_plan_says_so_first_and_names_what_is_left() -> None:
    first, *rest = text_of(EMPTY).splitlines()
    assert first == (
        "Plan for account 111122223333 (acme-prod), scanned 2026-11-24 12:00 UTC: "
        "no changes, nothing that is granted can go."
    )
    assert "left-00-boundary" in "".join(rest)


def test_a_plan_without_anything_is_one_line() -> None:
    assert text_of(plan_of()).count("\n") == 1


def test_long_lists_are_counted_unless_everything_is_wanted() -> None:
    assert COUNTED in text_of(CROWD)
    assert "role/services/worker-239" not in text_of(CROWD)
    assert COUNTED not in text_of(CROWD, verbose=True)
    assert "role/services/worker-239" in text_of(CROWD, verbose=True)


def test_names_of_policies_that_are_left_are_counted_unless_everything_is_wanted() -> None:
    plan = plan_of(left=left())
    assert "limit-23" not in text_of(plan)
    assert "and 19 more" in text_of(plan)
    assert "limit-23" in text_of(plan, verbose=True)


def test_what_is_above_a_hunk_stands_above_that_hunk() -> None:
    lines = text_of(plan_of(edit_inline())).splitlines()
    hunks = [index for index, line in enumerate(lines) if line.startswith("@@")]
    above = [lines[index - 1] for index in hunks]
    assert [line.split(":")[0] for line in above] == ['# Statement[0] "AppData"', '# Statement[3] "Experiments"']


def test_what_cannot_be_undone_is_red() -> None:
    text = render_plan_text(plan_of(delete_password()), width=80, color=True)
    line = next(line for line in text.splitlines() if "undone by" in line)
    assert "\x1b[1;31mnothing:\x1b[0m" in line


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ((edit_inline(),), "1 change; it can be undone."),
        ((delete_password(),), "1 change; it cannot be undone."),
        ((edit_inline(), detach()), "2 changes; each can be undone."),
        ((edit_inline(), delete_password()), "2 changes; 1 of them cannot be undone."),
    ],
)
def test_the_last_line_says_how_much_can_be_undone(changes: tuple[Change, ...], ending: str) -> None:
    assert text_of(plan_of(*changes)).splitlines()[-1] == ending


def test_a_policy_that_is_only_detached_is_told_of_and_not_shown() -> None:
    told = structs.replace(detach(), documents=edit_inline().documents)
    text = text_of(plan_of(told))
    assert "sqs never used in 400 days by user/people/dave" in text
    assert "@@" not in text


def test_the_principal_of_an_inline_policy_is_not_named_twice() -> None:
    one = next(one for one in left() if one.policy.owner is not None)
    text = text_of(plan_of(left=(structs.replace(one, detail=str(one.policy.owner)),)))
    assert "arn:aws" not in text
    assert text.count("role/apps/holder-") == 1


def parameters(**changed: object) -> Parameters:
    return structs.replace(EVERYTHING.parameters, **changed)


@pytest.mark.parametrize(
    ("decided", "sentence"),
    [
        (parameters(include_stale=False), "What was never used in 90 days goes; what was used longer ago stays."),
        (parameters(unused_days=1), "What was never used in 1 day goes; what was used longer ago goes, too."),
        (parameters(services_only=True), "Only whole services go."),
        (parameters(keep=("s3:*", "kms:Decrypt")), "What stays in any case: s3:*, kms:Decrypt."),
        (
            parameters(promote_after_days=30),
            "What a quarantine has denied for 30 days goes from those whom it is about; nothing else is changed.",
        ),
        (parameters(quarantine=True), "What goes is denied first, and nothing else is changed."),
    ],
)
def test_what_a_person_decided_is_said(decided: Parameters, sentence: str) -> None:
    assert sentence in text_of(structs.replace(EVERYTHING, parameters=decided))


def test_what_a_scan_could_not_see_is_said() -> None:
    sentence = "The scan was not complete: what could not be had is unknown, and stays."
    assert sentence in text_of(EVERYTHING)
    assert sentence not in text_of(HOSTILE)


def test_a_lifted_quarantine_is_not_told_as_a_removal() -> None:
    text = " ".join(text_of(plan_of(lift_quarantine())).split())
    assert "Quarantines are lifted, and lifting gives back what other policies grant." in text
    assert "proof only a Deny goes: lifting gives back what other policies grant (1 statement)" in text
    assert "nothing new is granted" not in text
    assert "never used" not in text
