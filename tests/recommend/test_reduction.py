"""Reducing documents: both halves of the proof as laws, and the cases that other tools got wrong."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leastwise.catalog import load_catalog
from leastwise.policy import (
    ActionClause,
    ActionSet,
    Answer,
    Document,
    Effect,
    Policies,
    Request,
    compare,
    document_grants,
    parse_document,
    simulate,
    statement_actions,
)
from leastwise.recommend import (
    ProofError,
    Reduction,
    Removal,
    Strategy,
    fitted_reduction,
    prove,
    reduce_document,
)
from policy_strategies import DOCUMENT_LAW, KNOWN, PROBES, RESOURCES, SMALL, action_patterns, contexts, texts

action_sets = st.one_of(
    st.lists(st.sampled_from(KNOWN), max_size=4).map(lambda names: ActionSet.of(names, SMALL)),
    st.lists(st.sampled_from(["s3:*", "sqs:*", "iam:*", "new:*"]), max_size=2).map(
        lambda names: ActionSet.of(names, SMALL) - ActionSet.of(["iam:PassRole"], SMALL)
    ),
    st.lists(action_patterns(), max_size=3).map(lambda names: ActionSet.of(names, SMALL)),
)
"""What goes: single actions, whole services but for what no report shows, and anything at all."""


def removal_for(actions: ActionSet, needed: frozenset[str]) -> Removal:
    """What may go, without what is needed: no principal has both."""
    return Removal(actions - ActionSet.of(needed, SMALL), needed)


removals = st.builds(
    removal_for,
    action_sets,
    st.frozensets(st.sampled_from(["new:*", "newer:*", "s3:NewThing", "sqs:NewThing"]), max_size=2),
)

requests = st.builds(Request, st.sampled_from(PROBES), st.sampled_from(RESOURCES), contexts())


def read(*statements: Mapping[str, object]) -> Document:
    return parse_document(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(*actions: str, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def allows(document: Document | None, request: Request) -> bool:
    return document is not None and simulate(request, Policies.of([document])).is_allowed


def left(reduction: Reduction) -> Document | None:
    return None if reduction.text is None else parse_document(reduction.text)


@given(texts(), removals, st.sampled_from(Strategy), st.lists(requests, max_size=10))
@DOCUMENT_LAW
def test_nothing_is_won_and_nothing_is_lost_but_what_goes(
    text: str, removal: Removal, strategy: Strategy, drawn: list[Request]
) -> None:
    document = parse_document(text)
    reduction = reduce_document(document, removal, strategy=strategy)
    after = left(reduction)
    for request in drawn:
        before_allows, after_allows = allows(document, request), allows(after, request)
        assert before_allows or not after_allows
        if request.action in KNOWN and request.action not in removal.actions:
            assert before_allows == after_allows


@given(texts(), removals, st.sampled_from(Strategy), st.lists(st.sampled_from(RESOURCES), max_size=3))
@DOCUMENT_LAW
def test_what_is_needed_stays_although_nobody_knows_it(
    text: str, removal: Removal, strategy: Strategy, resources: list[str]
) -> None:
    document = parse_document(text)
    after = left(reduce_document(document, removal, strategy=strategy))
    for needed in sorted(removal.needed):
        for resource in resources:
            request = Request(needed.replace("*", "Thing"), resource, {})
            whole = needed.endswith("*") and "new" in needed
            if allows(document, request) and not (whole and not _grants_all(document, needed)):
                assert allows(after, request)


def _grants_all(document: Document, pattern: str) -> bool:
    return any(
        ActionSet.of([pattern], SMALL) <= statement_actions(one, SMALL)
        for one in document.statements
        if one.effect is Effect.ALLOW
    )


@given(texts(), removals, st.sampled_from(Strategy))
@DOCUMENT_LAW
def test_what_goes_is_granted_no_more(text: str, removal: Removal, strategy: Strategy) -> None:
    document = parse_document(text)
    after = left(reduce_document(document, removal, strategy=strategy, kept_sids=""))
    if after is not None:
        assert not document_grants(after, SMALL).allowed.known & removal.actions.known


@given(texts(), removals, st.sampled_from(Strategy))
@DOCUMENT_LAW
def test_every_reduction_is_proved(text: str, removal: Removal, strategy: Strategy) -> None:
    document = parse_document(text)
    reduction = reduce_document(document, removal, strategy=strategy)
    after = left(reduction)
    # Of some conditions with variables under a Deny nothing is ever proved, not even that they are the same.
    assume(after is None or compare(document, document, SMALL).answer is Answer.YES)
    proof = prove(document, reduction, removal)
    assert proof.kept == (0 if after is None else document_grants(after, SMALL).allowed.known)
    assert bool(proof.removed) <= bool(document_grants(document, SMALL).allowed.known & removal.actions.known)


@given(texts(), removals, st.sampled_from(Strategy))
@DOCUMENT_LAW
def test_reducing_again_changes_nothing(text: str, removal: Removal, strategy: Strategy) -> None:
    after = left(reduce_document(parse_document(text), removal, strategy=strategy))
    if after is not None:
        assert reduce_document(after, removal, strategy=strategy).is_nothing


@given(texts(), removals, removals)
@DOCUMENT_LAW
def test_removing_less_never_grants_less(text: str, one: Removal, other: Removal) -> None:
    document = parse_document(text)
    less, more = (
        left(reduce_document(document, removal)) for removal in (one, Removal(one.actions | other.actions, one.needed))
    )
    known = [0 if found is None else document_grants(found, SMALL).allowed.known for found in (less, more)]
    assert not known[1] & ~known[0]


@given(texts())
@DOCUMENT_LAW
def test_removing_nothing_changes_nothing(text: str) -> None:
    document = parse_document(text)
    assert reduce_document(document, Removal.nothing(SMALL)) == Reduction({}, text)


def reduced(document: Document, *removed: str, strategy: Strategy = Strategy.PRESERVE) -> list[dict[str, object]]:
    """The statements that are left when these actions go, proved on the real catalog; none where none is left."""
    removal = Removal(ActionSet.of(removed, load_catalog()))
    reduction = reduce_document(document, removal, strategy=strategy)
    prove(document, reduction, removal)
    statements: list[dict[str, object]] = [] if reduction.text is None else json.loads(reduction.text)["Statement"]
    return statements


def test_a_service_that_goes_takes_its_pattern_and_nothing_else() -> None:
    document = read(allow("s3:*", "ec2:*", "sqs:*"))
    assert reduced(document, "sqs:*") == [allow("s3:*", "ec2:*")]
    assert reduced(document, "sqs:*", strategy=Strategy.MINIMAL) == [allow("ec2:*", "s3:*")]


def test_a_star_becomes_the_services_that_stay() -> None:
    used = ("dynamodb", "ec2", "iam", "lambda", "logs", "s3", "sqs")
    gone = [f"{one.namespace}:*" for one in load_catalog().services if one.namespace not in used]
    assert reduced(read(allow("*")), *gone) == [allow(*(f"{name}:*" for name in used))]


def test_a_not_action_excepts_what_goes_and_keeps_all_that_is_to_come() -> None:
    document = read({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"})
    [statement] = reduced(document, "sqs:*", "s3:DeleteBucket")
    assert statement == {"Effect": "Allow", "NotAction": ["iam:*", "s3:DeleteBucket", "sqs:*"], "Resource": "*"}


def test_a_star_that_loses_little_becomes_a_not_action_rather_than_a_list_of_hundreds() -> None:
    [statement] = reduced(read(allow("*")), "sqs:*", "s3:DeleteBucket")
    assert statement == {"Effect": "Allow", "NotAction": ["s3:DeleteBucket", "sqs:*"], "Resource": "*"}


def test_a_not_action_that_would_except_hundreds_becomes_a_list_only_where_it_must_be_short() -> None:
    gone = [f"{one.namespace}:*" for one in load_catalog().services if one.namespace not in ("ec2", "s3", "iam")]
    document = read({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"})
    removal = Removal(ActionSet.of(gone, load_catalog()), frozenset({"newone:*"}))
    assert json.loads(reduce_document(document, removal).text or "")["Statement"][0]["NotAction"][0] == "iam:*"
    found = fitted_reduction(document, removal, limit=6_144)
    assert found is not None
    prove(document, found[0], found[1])
    [statement] = json.loads(found[0].text or "")["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["ec2:*", "s3:*", "newone:*"], "Resource": "*"}


def test_what_only_a_report_knows_is_named_where_its_pattern_is_split() -> None:
    removal = Removal(ActionSet.of(["s3:DeleteBucket"], load_catalog()), frozenset({"s3:NewThing", "other:*"}))
    for strategy in Strategy:
        document = read(allow("s3:*"))
        reduction = reduce_document(document, removal, strategy=strategy)
        prove(document, reduction, removal)
        [statement] = json.loads(reduction.text or "")["Statement"]
        assert "s3:NewThing" in ActionSet.of(statement["Action"], load_catalog())
        assert "other:Thing" not in ActionSet.of(statement["Action"], load_catalog())


def test_a_text_that_lost_what_only_a_report_knows_is_refused() -> None:
    document = read(allow("s3:*"))
    removal = Removal(ActionSet.of(["s3:DeleteBucket"], load_catalog()), frozenset({"s3:NewThing"}))
    made = reduce_document(document, Removal(removal.actions))
    with pytest.raises(ProofError, match="which is used and not in the catalog"):
        prove(document, made, removal)


def test_a_pattern_that_loses_one_action_keeps_all_its_other_known_ones() -> None:
    [statement] = reduced(read(allow("sqs:Send*", "s3:Delete*", "s3:DeleteObject")), "s3:DeleteBucket")
    patterns = statement["Action"]
    assert isinstance(patterns, list)
    wanted = ActionSet.of(["sqs:Send*", "s3:Delete*"], load_catalog()) - ActionSet.of(
        ["s3:DeleteBucket"], load_catalog()
    )
    assert ActionSet.of(patterns, load_catalog()).known == wanted.known
    assert patterns[0] == "sqs:Send*"


def test_conditions_resources_order_and_denies_keep_their_bytes() -> None:
    text = """{ "Version":"2012-10-17", "Statement": [
      {"Sid": "Keep1", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
      {"Effect": "Deny", "Action": "sqs:*", "NotResource": "arn:aws:sqs:*:*:q"},
      {"Condition": {"Bool": {"aws:SecureTransport": true}}, "NotResource": ["arn:aws:s3:::a"], "Effect": "Allow",
       "Action": ["s3:GetObject", "sqs:*"]} ] }"""
    reduction = reduce_document(parse_document(text), Removal(ActionSet.of(["sqs:*"], load_catalog())))
    assert reduction.text == text.replace(', "sqs:*"]', "]")


def test_a_document_of_which_nothing_stays_has_no_text() -> None:
    document = read(allow("sqs:*"), allow("sqs:SendMessage"))
    removal = Removal(ActionSet.of(["sqs:*"], load_catalog()))
    reduction = reduce_document(document, removal)
    assert reduction == Reduction({0: None, 1: None}, None)
    shown = prove(document, reduction, removal)
    assert (shown.kept, shown.removed, shown.after) == (0, removal.actions.known, None)


def test_what_nobody_knows_stays_unless_its_whole_service_goes() -> None:
    document = read(allow("foo:Bar", "s3:GetObjekt", "sqs:SendMessage"))
    assert reduced(document, "sqs:*", "s3:GetObject") == [allow("foo:Bar", "s3:GetObjekt")]
    assert reduced(document, "foo:*", "sqs:*") == [allow("s3:GetObjekt")]


_CONDITION = {"Bool": {"aws:SecureTransport": "true"}}
_DENY = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
_BEFORE = read(allow("s3:Get*", "sqs:*", Condition=_CONDITION), _DENY)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        ([allow("s3:*", Condition=_CONDITION), _DENY], "no more than before"),
        ([allow("s3:Get*"), _DENY], "not there any more"),
        ([allow("s3:Get*", Condition=_CONDITION)], "not there any more"),
        ([allow("s3:GetObject", Condition=_CONDITION), _DENY], "which was not to go"),
        ([allow("s3:Get*", Condition=_CONDITION, Sid="New"), _DENY], "not there any more"),
        ([allow("s3:Get*", Condition=_CONDITION), _DENY | {"Action": "s3:Get*"}], "its Deny is another"),
        ([allow("s3:Get*", Condition=_CONDITION), _DENY, _DENY], "a statement more than it should"),
        ([_DENY], "not there any more"),
    ],
)
def test_a_text_that_is_not_what_it_should_be_is_refused(statements: list[Mapping[str, object]], fault: str) -> None:
    removal = Removal(ActionSet.of(["sqs:*"], load_catalog()))
    reduction = Reduction({0: ActionClause(("s3:Get*",), negated=False)}, read(*statements).text)
    with pytest.raises(ProofError, match=fault):
        prove(_BEFORE, reduction, removal)


def test_a_statement_that_granted_more_than_what_goes_may_not_go() -> None:
    with pytest.raises(ProofError, match=r"Statement\[0\] .* lost s3:Get"):
        prove(_BEFORE, Reduction({0: None}, read(_DENY).text), Removal(ActionSet.of(["sqs:*"], load_catalog())))
