"""What `explain` says of a principal, a service and an action."""

import json
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len
from syrupy.assertion import SnapshotAssertion

from leastwise.evidence import Granularity, Source, Window
from leastwise.findings import ActionVerdict, EvidenceNote, Gain, Judgement, PrincipalJudgement, Rule, Scan, Verdict
from leastwise.inventory import PolicyKind
from leastwise.policy import ActionClause, Condition, Effect, Position, ResourceClause, Statement
from leastwise.report import Asked, Explanation, Quote, render_explanation, render_explanation_json

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Everything",
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    },
    {"Effect": "Deny", "Action": ["ec2:Terminate*", "ec2:RunInstances"], "Resource": "*",
     "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
    {"Sid": "NeverPeer", "Effect": "Deny", "Action": "ec2:*Peering*", "Resource": "*"}
  ]
}"""


def quote(
    index: int, start: str, end: str, *, sid: str | None, effect: Effect, conditions: tuple[Condition, ...] = ()
) -> Quote:
    first = POLICY.index(start)
    last = POLICY.index(end, first) + len(end)
    line = POLICY.count("\n", 0, first) + 1
    column = first - POLICY.rfind("\n", 0, first)
    everything = ResourceClause(("*",), negated=False)
    position = Position(first, last, line, column)
    statement = Statement(
        index, sid, effect, ActionClause(("*",), negated=False), everything, conditions, None, position
    )
    arn = "arn:aws:iam::111122223333:policy/teams/team-base"
    return Quote(arn, PolicyKind.MANAGED, "group:developers", statement, POLICY[first:last])


def judged_in(scan: Scan, name: str) -> tuple[Judgement, PrincipalJudgement]:
    judgement = scan.accounts[0].judgement
    assert judgement is not None
    return judgement, next(one for one in judgement.principals if one.principal.name == name)


@pytest.fixture(scope="session")
def explanation(scan: Scan) -> Explanation:
    judgement, judged = judged_in(scan, "deploy")
    mfa = (Condition("Bool", "aws:MultiFactorAuthPresent", ("false",)),)
    return Explanation(
        judgement.parameters,
        judged,
        Asked("ec2", "RunInstances"),
        ActionVerdict("RunInstances", Verdict.UNUSED),
        Gain(42, 3017, 715, 122),
        "Write",
        (quote(0, '{\n      "Sid": "Every', "}", sid="Everything", effect=Effect.ALLOW),),
        (
            quote(1, '{"Effect": "Deny"', "}}}", sid=None, effect=Effect.DENY, conditions=mfa),
            quote(2, '{"Sid": "NeverPeer"', "}", sid="NeverPeer", effect=Effect.DENY),
        ),
        tuple(
            one for one in judgement.findings if one.resource == judged.principal.arn and one.rule is Rule.UNUSED_ACTION
        ),
        ("A condition is not evaluated.",),
    )


@pytest.fixture(scope="session")
def explanation_of_service(explanation: Explanation) -> Explanation:
    return structs.replace(explanation, asked=Asked("ec2"), action=None, access_level="")


@pytest.fixture(scope="session")
def explanation_of_principal(scan: Scan) -> Explanation:
    judgement, judged = judged_in(scan, "report-that-failed")
    return Explanation(judgement.parameters, judged)


WIDTHS: Final = st.integers(60, 220)
POLICY_TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@given(text=POLICY_TEXTS, width=WIDTHS, column=st.integers(1, 200))
def test_any_statement_is_quoted_within_the_width_and_without_control_codes(
    explanation: Explanation, text: str, width: int, column: int
) -> None:
    first = explanation.grants[0]
    position = structs.replace(first.statement.position, column=column)
    statement = structs.replace(first.statement, position=position)
    shown = structs.replace(explanation, grants=(structs.replace(first, text=text, statement=statement),))
    lines = render_explanation(shown, width=width, color=False).removesuffix("\n").split("\n")
    assert all(line.isprintable() and cell_len(line) <= width for line in lines)


@given(text=st.text('{}[]:,* abcd"', max_size=300), width=WIDTHS)
def test_a_quote_loses_nothing_of_a_statement_on_one_line(explanation: Explanation, text: str, width: int) -> None:
    shown = structs.replace(explanation, grants=(structs.replace(explanation.grants[0], text=text),), denies=())
    lines = render_explanation(shown, width=width, color=False).split("\n")
    quoted = "".join(line.partition("│")[2] for line in lines if "│" in line)
    assert quoted.replace(" ", "") == text.replace(" ", "")


@given(width=WIDTHS)
def test_every_kind_of_explanation_fits_every_width(
    explanation_of_service: Explanation, explanation_of_principal: Explanation, width: int
) -> None:
    for one in (explanation_of_service, explanation_of_principal):
        lines = render_explanation(one, width=width, color=False).split("\n")
        assert max(map(cell_len, lines)) <= width


def test_the_lines_of_a_quote_carry_the_numbers_they_have_in_the_document(explanation: Explanation) -> None:
    text = render_explanation(explanation, width=100, color=False)
    document = POLICY.split("\n")
    numbered = [line.split(" │ ") for line in text.split("\n") if " │ " in line and line.split(" │ ")[0].strip()]
    assert len(numbered) == 9
    assert all(words.strip() in document[int(number) - 1] for number, words in numbered)


def test_an_action_is_explained(explanation: Explanation, snapshot: SnapshotAssertion) -> None:
    assert render_explanation(explanation, width=80, color=False) == snapshot


def test_a_service_is_explained(explanation_of_service: Explanation, snapshot: SnapshotAssertion) -> None:
    assert render_explanation(explanation_of_service, width=80, color=False) == snapshot


def test_a_principal_is_explained(explanation_of_principal: Explanation, snapshot: SnapshotAssertion) -> None:
    assert render_explanation(explanation_of_principal, width=80, color=False) == snapshot


def test_an_explanation_is_had_as_json(explanation: Explanation, snapshot: SnapshotAssertion) -> None:
    text = render_explanation_json(explanation)
    assert json.loads(text)["grants"][0]["text"] == explanation.grants[0].text
    assert text == snapshot


def test_only_a_deny_without_conditions_is_said_to_be_subtracted(explanation: Explanation) -> None:
    conditional, unconditional = (
        " ".join(render_explanation(structs.replace(explanation, denies=(deny,)), width=80, color=False).split())
        for deny in explanation.denies
    )
    assert "may deny, depending on the request; nothing is subtracted" in conditional
    assert "denies every request, so it is subtracted" in unconditional


def test_what_is_not_granted_is_said_not_to_be(explanation: Explanation) -> None:
    nothing = structs.replace(explanation, asked=Asked("lightsail", "GetDisks"), action=None, grants=(), denies=())
    text = render_explanation(nothing, width=80, color=False)
    assert "It is granted nothing of lightsail" in text
    assert "No statement grants it." in text


def test_an_action_that_is_not_granted_of_a_service_that_is(explanation: Explanation) -> None:
    not_granted = structs.replace(explanation, action=None, grants=())
    text = render_explanation(not_granted, width=80, color=False)
    assert "ec2:RunInstances is not granted." in text
    assert "ec2 as a whole is used" in text


def test_an_action_is_not_said_to_be_unseen_for_longer_than_its_source_looked(explanation: Explanation) -> None:
    of_services = explanation.principal.evidence[0]
    longer = Window(of_services.window.start - timedelta(days=500), of_services.window.end)
    passwords = EvidenceNote(Source.CREDENTIAL_REPORT, longer, Granularity.PRINCIPAL)
    judged = structs.replace(explanation.principal, evidence=(passwords, of_services))
    text = render_explanation(structs.replace(explanation, principal=judged), width=100, color=False)
    assert "unused: not seen from 2025-10-20 to 2026-11-24." in text


def test_nothing_of_an_idle_principal_was_seen_while_its_own_source_looked(explanation: Explanation) -> None:
    judged = structs.replace(explanation.principal, evidence=explanation.principal.evidence[1:])
    text = render_explanation(structs.replace(explanation, principal=judged), width=100, color=False)
    assert "unused: not seen from 2025-10-20 to 2026-11-24." in text


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "used: last seen on 2026-11-24 in eu-central-1, today."),
        (13, "used: last seen on 2026-11-23 in eu-central-1, 1 day ago."),
    ],
)
def test_how_long_ago_a_use_was_agrees_with_its_date(
    explanation_of_service: Explanation, hours: int, said: str
) -> None:
    judged = explanation_of_service.principal
    at = explanation_of_service.parameters.now - timedelta(hours=hours)
    services = tuple(structs.replace(one, last_used_at=at) for one in judged.services)
    recent = structs.replace(explanation_of_service, principal=structs.replace(judged, services=services))
    assert said in render_explanation(recent, width=100, color=False)


def test_a_stale_service_is_shown_with_the_days_after_which_it_is_stale(explanation_of_service: Explanation) -> None:
    stale = structs.replace(explanation_of_service, asked=Asked("sqs"))
    text = render_explanation(stale, width=100, color=False)
    assert "stale: last seen on 2026-05-08 in eu-central-1, 200 days ago; stale after 90 days." in text
