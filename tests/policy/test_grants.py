"""Laws and examples of what documents grant."""

import json
from typing import Any

from hypothesis import given

from leastwise.policy import (
    ActionSet,
    Document,
    DocumentGrants,
    Effect,
    Statement,
    document_grants,
    parse_document,
    statement_actions,
    unknown_patterns,
)
from policy_strategies import DOCUMENT_LAW, NAMESPACES, PROBES, SMALL, documents, naive_match, statements

Data = dict[str, Any]


def read(*drawn: Data) -> Document:
    return parse_document(json.dumps({"Statement": list(drawn)}))


def grants(*drawn: Data) -> DocumentGrants:
    return document_grants(read(*drawn), SMALL)


def is_about(statement: Statement, action: str) -> bool:
    """The oracle: whether the statement matches the action."""
    matched = any(naive_match(pattern, action) for pattern in statement.actions.patterns)
    return matched != statement.actions.negated


def always_denies(statement: Statement) -> bool:
    resources = statement.resources
    every_resource = resources is not None and not resources.negated and "*" in resources.patterns
    return statement.effect is Effect.DENY and every_resource and not statement.conditions


@DOCUMENT_LAW
@given(statements())
def test_a_statement_is_about_what_its_patterns_match(drawn: Data) -> None:
    statement = read(drawn).statements[0]
    actions = statement_actions(statement, SMALL)
    assert [action in actions for action in PROBES] == [is_about(statement, action) for action in PROBES]


@DOCUMENT_LAW
@given(documents())
def test_attribution_in_a_document_is_sound_and_complete(drawn: Data) -> None:
    document = parse_document(json.dumps(drawn))
    found = document_grants(document, SMALL)
    for action in PROBES:
        allowing = tuple(
            one.index for one in document.statements if one.effect is Effect.ALLOW and is_about(one, action)
        )
        denied = any(always_denies(one) and is_about(one, action) for one in document.statements)
        assert found.statements_for(action) == allowing
        assert (action in found.denied) == denied
        assert (action in found.actions) == (bool(allowing) and not denied)


@DOCUMENT_LAW
@given(documents())
def test_a_statement_counts_in_a_service_if_an_action_of_it_is_left(drawn: Data) -> None:
    document = parse_document(json.dumps(drawn))
    found = document_grants(document, SMALL)
    for namespace in NAMESPACES:
        service = ActionSet.of([f"{namespace}:*"], SMALL)
        wanted = tuple(grant.index for grant in found.allows if grant.actions & found.actions & service)
        assert found.statements_in(namespace, found.actions) == wanted
        assert bool(wanted) == found.actions.reaches(namespace)


@DOCUMENT_LAW
@given(documents(), statements(effects=("Deny",)))
def test_adding_a_deny_never_grants(drawn: Data, deny: Data) -> None:
    statements_of = drawn["Statement"] if isinstance(drawn["Statement"], list) else [drawn["Statement"]]
    assert grants(*statements_of, deny).actions <= grants(*statements_of).actions


@DOCUMENT_LAW
@given(documents(), statements(effects=("Allow",)))
def test_adding_an_allow_takes_nothing_away(drawn: Data, allow: Data) -> None:
    statements_of = drawn["Statement"] if isinstance(drawn["Statement"], list) else [drawn["Statement"]]
    assert grants(*statements_of).actions <= grants(*statements_of, allow).actions


ALLOW_ALL: Data = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY_SQS: Data = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}


def test_an_unconditional_deny_takes_away() -> None:
    assert not grants(ALLOW_ALL, DENY_SQS).actions.reaches("sqs")
    assert grants(ALLOW_ALL, DENY_SQS).statements_in("sqs", grants(ALLOW_ALL, DENY_SQS).actions) == ()


def test_a_deny_with_a_condition_or_on_some_resources_takes_nothing_away() -> None:
    with_condition = DENY_SQS | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    on_some = DENY_SQS | {"Resource": "arn:aws:sqs:*:*:queue"}
    on_others = {"Effect": "Deny", "Action": "sqs:*", "NotResource": "*"}
    for deny in (with_condition, on_some, on_others):
        assert grants(ALLOW_ALL, deny).actions == grants(ALLOW_ALL).actions


def test_an_empty_condition_is_none() -> None:
    assert not grants(ALLOW_ALL, DENY_SQS | {"Condition": {}}).actions.reaches("sqs")
    assert not grants(ALLOW_ALL, DENY_SQS | {"Condition": {"StringEquals": {}}}).actions.reaches("sqs")


def test_services_that_nobody_knows_are_granted_by_star_not_action_and_name() -> None:
    named: Data = {"Effect": "Allow", "Action": "newsvc:Do*", "Resource": "*"}
    others: Data = {"Effect": "Allow", "NotAction": "newsvc:*", "Resource": "*"}
    found = grants(named, others, ALLOW_ALL)
    assert found.statements_in("newsvc", found.actions) == (0, 2)
    assert found.statements_in("NewSvc", found.actions) == (0, 2)
    assert found.statements_in("another", found.actions) == (1, 2)
    assert found.statements_for("newsvc:DoThis") == (0, 2)


def test_what_is_unknown_is_named_with_its_statement() -> None:
    unknown = unknown_patterns(
        read(
            {"Effect": "Allow", "Action": ["s3:Get*", "foo:*"], "Resource": "*"},
            {"Effect": "Deny", "NotAction": ["s3:GetObjekt", "*", "Sqs:Tag"], "Resource": "*"},
        ),
        SMALL,
    )
    assert [(one.statement, one.pattern, one.problem) for one in unknown] == [
        (0, "foo:*", "unknown service 'foo'"),
        (1, "s3:GetObjekt", "no known action matches 's3:GetObjekt'"),
        (1, "Sqs:Tag", "no known action matches 'Sqs:Tag'"),
    ]
