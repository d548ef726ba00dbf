"""What `explain` shows of the changes of a plan."""

import json
from typing import Final

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from leastwise.plan import Change, ProofMethod
from leastwise.policy import Arn
from leastwise.report.json_format import indented
from leastwise.report.plan import proof_document, render_proof
from leastwise.report.plan.proof_words import first_half, second_half
from report.plan.sample_changes import deactivate_key, delete_policy
from report.plan.sample_edits import edit_inline, new_version
from report.plan.sample_plans import BOB, CAROL, EVERYTHING, SCATTERED, WEB, plan_of

COLOURED: Final = "\x1b[1muser/people/bob\x1b[0m"


def proof_of(*changes: Change, principal: Arn | None = None, width: int = 80, color: bool = False) -> str:
    return render_proof(plan_of(*changes), changes, width=width, color=color, principal=principal)


@pytest.mark.parametrize("width", [80, 200])
def test_proofs_as_they_are_shown(width: int, snapshot: SnapshotAssertion) -> None:
    assert render_proof(EVERYTHING, EVERYTHING.changes, width=width, color=False) == snapshot


def test_a_shared_policy_as_it_is_shown_to_one_who_holds_it(snapshot: SnapshotAssertion) -> None:
    assert render_proof(SCATTERED, SCATTERED.changes, width=80, color=False, principal=CAROL) == snapshot


def test_a_proof_as_json(snapshot: SnapshotAssertion) -> None:
    assert indented(proof_document(EVERYTHING, [edit_inline(), deactivate_key()], principal=WEB)) == snapshot


def test_whoever_asks_is_named_first_and_in_another_tone() -> None:
    assert "Shown for 5: user/people/bob, role/ci/deploy" in proof_of(new_version(), principal=BOB, width=200)
    assert COLOURED in proof_of(new_version(), principal=BOB, color=True)
    assert COLOURED not in proof_of(new_version(), principal=CAROL, color=True)


def test_whoever_is_not_reached_is_told_so() -> None:
    assert "It does not reach user/people/bob." in proof_of(edit_inline(), principal=BOB)
    assert "does not reach" not in proof_of(edit_inline(), principal=WEB)
    document = proof_document(plan_of(edit_inline()), [edit_inline()], principal=BOB)
    assert [one.is_reached for one in document.changes] == [False]


def test_no_change_is_said_to_be_none() -> None:
    assert "No change of the plan is about user/people/bob." in proof_of(principal=BOB)
    assert "No change of the plan is about anybody." in proof_of()


@pytest.mark.parametrize("method", ProofMethod)
def test_every_method_has_a_sentence_for_both_halves(method: ProofMethod) -> None:
    change = structs.replace(edit_inline(), proof=structs.replace(edit_inline().proof, method=method))
    assert first_half(change).endswith(".")
    assert second_half(change, EVERYTHING).endswith(".")


def test_a_policy_that_nobody_holds_needs_no_evidence() -> None:
    text = proof_of(delete_policy())
    assert "Nobody holds it, so that nobody can use it." in text
    assert "No evidence of use was needed." in text


def test_evidence_that_tells_of_some_names_them() -> None:
    text = render_proof(SCATTERED, SCATTERED.changes, width=200, color=False)
    assert "from 2025-10-20 to 2026-11-24 (400 days), of user/alice, user/people/bob." in text
    assert "from 2026-05-08 to 2026-11-24 (200 days), of user/people/carol." in text


def test_json_has_the_figures_and_the_reasons() -> None:
    [entry] = json.loads(indented(proof_document(SCATTERED, SCATTERED.changes)))["changes"]
    assert entry["proof"]["removed"] == 80
    assert entry["is_reached"] is None
    [reason] = entry["reasons"]
    assert [gone["service"] for gone in reason["statements"][0]["gone"]][:2] == ["service03", "service20"]
    assert entry["inverse"][0]["do"] == "put-inline"
