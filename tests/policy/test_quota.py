"""Laws and cases of fitting documents into quotas: small enough, few enough, and the same grants."""

import json
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from leastwise.catalog import load_catalog
from leastwise.policy import (
    MANAGED_CHARACTERS,
    ActionSet,
    Answer,
    Document,
    Fitted,
    Misfit,
    Policies,
    Request,
    Wildcards,
    compare,
    fit,
    parse_document,
    render_compact,
    simulate,
    size_in_characters,
    statement_actions,
)
from policy_strategies import DOCUMENT_LAW, KNOWN, PROBES, RESOURCES, SMALL, contexts, documents, policy_of, texts

LIMITS = st.integers(60, 400)
COUNTS = st.integers(1, 6)
MODES = st.sampled_from(Wildcards)
probes = st.builds(Request, st.sampled_from(PROBES), st.sampled_from(RESOURCES), contexts())
known_probes = st.builds(Request, st.sampled_from(KNOWN), st.sampled_from(RESOURCES), contexts())


@st.composite
def allowances(draw: st.DrawFn) -> str:
    """Policies that allow without conditions, and of which several statements differ in their actions alone."""
    actions = st.lists(st.sampled_from((*KNOWN, "s3:Get*", "sqs:*", "s3:*Object")), min_size=1, max_size=6)
    resources = st.sampled_from(["*", "arn:aws:s3:::bucket/*", ["arn:aws:s3:::bucket/a", "arn:aws:s3:::bucket/b"]])
    count = draw(st.integers(1, 4))
    return policy_of(
        [{"Effect": "Allow", "Action": draw(actions), "Resource": draw(resources)} for _ in range(count)],
    )


def together(found: Iterable[str]) -> Policies:
    """The documents, attached to one principal."""
    return Policies.of([parse_document(text) for text in found])


def outcome_of(request: Request, found: Iterable[str]) -> str:
    return simulate(request, together(found)).outcome


def fitted(text: str, limit: int, count: int, mode: Wildcards = Wildcards.EXACT) -> Fitted | Misfit:
    return fit(parse_document(text), SMALL, limit=limit, documents=count, wildcards=mode)


def denials(found: Sequence[Document]) -> Policies:
    """Policies that allow what the documents deny, so that the denials of two can be compared."""
    statements = [json.loads(one.quote(statement)) for one in found for statement in one.statements]
    denies = [{**one, "Effect": "Allow", "Sid": ""} for one in statements if one["Effect"] == "Deny"]
    return Policies.of([parse_document(policy_of([one], found[0].version or "2008-10-17")) for one in denies])


@DOCUMENT_LAW
@given(texts(), LIMITS, COUNTS, MODES)
def test_each_document_is_within_the_limit_and_they_are_no_more_than_allowed(
    text: str, limit: int, count: int, mode: Wildcards
) -> None:
    found = fitted(text, limit, count, mode)
    if isinstance(found, Fitted):
        assert 1 <= len(found.texts) <= count
        assert all(size_in_characters(one) <= limit for one in found.texts)
        assert all(parse_document(one).statements for one in found.texts)


@DOCUMENT_LAW
@given(texts(), LIMITS, COUNTS)
def test_no_comparison_tells_what_was_fitted_from_the_original(text: str, limit: int, count: int) -> None:
    found = fitted(text, limit, count)
    assume(isinstance(found, Fitted))
    assert isinstance(found, Fitted)
    before, after = Policies.of([parse_document(text)]), together(found.texts)
    assert compare(before, after, SMALL).answer is not Answer.NO
    assert compare(after, before, SMALL).answer is not Answer.NO


@DOCUMENT_LAW
@given(allowances(), LIMITS, COUNTS)
def test_without_denies_and_conditions_it_is_proved_to_be_the_same(text: str, limit: int, count: int) -> None:
    found = fitted(text, limit, count)
    assume(isinstance(found, Fitted))
    assert isinstance(found, Fitted)
    before, after = Policies.of([parse_document(text)]), together(found.texts)
    assert compare(before, after, SMALL).answer is Answer.YES
    assert compare(after, before, SMALL).answer is Answer.YES


@DOCUMENT_LAW
@given(texts(), LIMITS, COUNTS, st.lists(probes, min_size=1, max_size=12))
def test_every_request_has_the_outcome_that_it_had(text: str, limit: int, count: int, drawn: list[Request]) -> None:
    found = fitted(text, limit, count)
    assume(isinstance(found, Fitted))
    assert isinstance(found, Fitted)
    for request in drawn:
        assert outcome_of(request, found.texts) == outcome_of(request, [text])


@DOCUMENT_LAW
@given(texts(), LIMITS, COUNTS, st.lists(known_probes, min_size=1, max_size=12))
def test_open_wildcards_change_nothing_for_known_actions(
    text: str, limit: int, count: int, drawn: list[Request]
) -> None:
    found = fitted(text, limit, count, Wildcards.OPEN)
    assume(isinstance(found, Fitted))
    assert isinstance(found, Fitted)
    for request in drawn:
        assert outcome_of(request, found.texts) == outcome_of(request, [text])


@DOCUMENT_LAW
@given(texts(documents(effects=("Allow", "Deny", "Deny"))), LIMITS, COUNTS)
def test_open_wildcards_are_never_put_into_a_deny(text: str, limit: int, count: int) -> None:
    found = fitted(text, limit, count, Wildcards.OPEN)
    assume(isinstance(found, Fitted))
    assert isinstance(found, Fitted)
    before, after = denials([parse_document(text)]), denials([parse_document(one) for one in found.texts])
    assert compare(before, after, SMALL).answer is not Answer.NO
    assert compare(after, before, SMALL).answer is not Answer.NO


@DOCUMENT_LAW
@given(texts(), st.integers(0, 40), MODES)
def test_what_is_short_enough_is_returned_to_the_byte(text: str, more: int, mode: Wildcards) -> None:
    assert fitted(text, size_in_characters(text) + more, 1, mode) == Fitted((text,), None)


@DOCUMENT_LAW
@given(texts(), LIMITS, MODES)
def test_the_number_of_a_misfit_suffices_and_one_fewer_does_not(text: str, limit: int, mode: Wildcards) -> None:
    misfit = fitted(text, limit, 1, mode)
    assume(isinstance(misfit, Misfit))
    assert isinstance(misfit, Misfit)
    if misfit.documents is None:
        assert isinstance(fitted(text, limit, 30, mode), Misfit)
        return
    found = fitted(text, limit, misfit.documents, mode)
    assert isinstance(found, Fitted)
    assert len(found.texts) == misfit.documents
    assert isinstance(fitted(text, limit, misfit.documents - 1, mode), Misfit)


@DOCUMENT_LAW
@given(texts(), LIMITS)
def test_a_misfit_names_a_statement_or_a_number_and_never_both(text: str, limit: int) -> None:
    misfit = fitted(text, limit, 1)
    assume(isinstance(misfit, Misfit))
    assert isinstance(misfit, Misfit)
    assert (misfit.statement is None) is not (misfit.documents is None)
    if misfit.statement is not None:
        assert f"Statement[{misfit.statement}]" in misfit.reason


@DOCUMENT_LAW
@given(texts(), LIMITS, COUNTS)
def test_sids_stay_unique_and_none_is_new(text: str, limit: int, count: int) -> None:
    found = fitted(text, limit, count)
    assume(isinstance(found, Fitted))
    assert isinstance(found, Fitted)
    sids = [one.sid for text in found.texts for one in parse_document(text).statements if one.sid]
    assert len(set(sids)) == len(sids)
    assert set(sids) <= {one.sid for one in parse_document(text).statements}


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


READS = ["s3:GetObject", "s3:GetObjectAcl", "s3:ListBucket"]


def size_of(*statements: dict[str, object]) -> int:
    return len(render_compact(parse_document(policy_of(list(statements)))))


def test_removing_white_space_suffices() -> None:
    text = policy_of([allow(READS)]) + "\n" * 1000
    assert fitted(text, size_of(allow(READS)), 1) == Fitted((text,), None)


def test_statements_that_differ_in_actions_alone_are_merged() -> None:
    text = policy_of([allow("sqs:SendMessage", Sid="A"), allow("sqs:TagQueue"), allow("s3:GetObject")])
    found = fitted(text, size_of(allow(["s3:GetObject", "sqs:SendMessage", "sqs:TagQueue"], Sid="A")), 1)
    assert isinstance(found, Fitted)
    assert found.wildcards is Wildcards.EXACT
    assert [one.sid for one in parse_document(found.texts[0]).statements] == ["A"]


def test_statements_that_differ_in_more_than_their_actions_are_not_merged() -> None:
    parts: list[dict[str, object]] = [
        allow("s3:GetObject"),
        {**allow("s3:PutObject"), "Effect": "Deny"},
        allow("s3:GetObjectAcl", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        allow("s3:ListBucket", "arn:aws:s3:::bucket"),
        {"Effect": "Allow", "NotAction": "sqs:*", "Resource": "*"},
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
    ]
    found = fitted(policy_of([*parts, allow("sqs:TagQueue")]), size_of(*parts) + len(',["sqs:TagQueue"]'), 1)
    assert isinstance(found, Fitted)
    assert found.wildcards is Wildcards.EXACT
    kept = parse_document(found.texts[0]).statements
    assert [one.actions.patterns for one in kept] == [
        ("s3:GetObject", "sqs:TagQueue"),
        *(("s3:PutObject",), ("s3:GetObjectAcl",), ("s3:ListBucket",), ("sqs:*",), ("s3:*",)),
    ]


def test_what_a_pattern_of_the_list_covers_goes() -> None:
    found = fitted(policy_of([allow(["s3:Get*", *READS[:2]])]), size_of(allow("s3:Get*")), 1)
    assert found == Fitted((render_compact(parse_document(policy_of([allow("s3:Get*")]))),), Wildcards.EXACT)


def test_statements_are_laid_into_several_documents_and_stand_as_they_were_written() -> None:
    parts = [allow("s3:GetObject", "arn:aws:s3:::bucket/*"), allow("sqs:SendMessage", "arn:aws:sqs:*:*:q")]
    found = fitted(policy_of(parts), max(map(size_of, parts)), 2)
    assert isinstance(found, Fitted)
    assert found.wildcards is None
    assert sorted(found.texts) == sorted(render_compact(parse_document(policy_of([one]))) for one in parts)


def test_a_list_of_actions_is_split_and_the_parts_but_the_first_lose_the_sid() -> None:
    text = policy_of([allow(READS, Sid="Read")])
    found = fitted(text, size_of(allow(READS[:2], Sid="Read")), 2)
    assert isinstance(found, Fitted)
    split = [parse_document(one).statements[0] for one in found.texts]
    assert [one.sid for one in split] == ["Read", None]
    assert [pattern for one in split for pattern in one.actions.patterns] == READS


def test_one_action_of_a_list_may_fill_a_document_to_the_last_character() -> None:
    long = "sqs:" + "N" * 40
    found = fitted(policy_of([allow([long, f"{long[:-1]}M"])]), size_of(allow(long)), 2)
    assert isinstance(found, Fitted)
    assert [size_in_characters(one) for one in found.texts] == [size_of(allow(long))] * 2


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (allow("s3:GetObject", f"arn:aws:s3:::{'b' * 300}"), "with one action pattern"),
        (allow(READS, f"arn:aws:s3:::{'b' * 300}"), "even with one of its actions"),
        ({"Effect": "Deny", "NotAction": [f"sqs:Action{n}" for n in range(40)], "Resource": "*"}, "NotAction cannot"),
    ],
)
def test_a_statement_that_is_too_long_alone_is_named(statement: dict[str, object], reason: str) -> None:
    text = policy_of([allow("sqs:*"), {**statement, "Sid": "Long"}])
    found = fitted(text, 250, 9)
    assert isinstance(found, Misfit)
    assert found.statement == 1
    assert found.documents is None
    assert "Statement[1] (Long)" in found.reason
    assert reason in found.reason


def test_the_excess_of_a_statement_is_what_is_to_be_cut() -> None:
    text = policy_of([allow("sqs:*"), allow("s3:GetObject", f"arn:aws:s3:::{'b' * 300}")])
    needed = size_of(allow("s3:GetObject", f"arn:aws:s3:::{'b' * 300}"))
    found = fitted(text, needed - 7, 9)
    assert isinstance(found, Misfit)
    assert "is 7 characters too long" in found.reason
    assert isinstance(fitted(text, needed, 9), Fitted)


def test_a_not_action_stays_whole() -> None:
    names = [f"sqs:Action{n}" for n in range(10)]
    barred: dict[str, object] = {"Effect": "Allow", "NotAction": names, "Resource": "*"}
    found = fitted(policy_of([allow(READS), barred]), size_of(barred), 2)
    assert isinstance(found, Fitted)
    kept = [one for text in found.texts for one in parse_document(text).statements if one.actions.negated]
    assert len(kept) == 1
    assert set(kept[0].actions.patterns) == set(names)


def test_open_wildcards_are_written_only_when_asked_for() -> None:
    text = policy_of([allow(["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:ListBucket"])])
    limit = size_of(allow("s3:*")) + 5
    assert isinstance(fitted(text, limit, 1), Misfit)
    found = fitted(text, limit, 1, Wildcards.OPEN)
    assert isinstance(found, Fitted)
    assert found.wildcards is Wildcards.OPEN
    assert "s3:" in found.texts[0]
    assert (
        statement_actions(parse_document(found.texts[0]).statements[0], SMALL).known
        == ActionSet.of(["s3:*"], SMALL).known
    )


@pytest.mark.parametrize(
    "clause",
    [
        {"Effect": "Deny", "Action": ["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:ListBucket"]},
        {"Effect": "Deny", "NotAction": ["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:ListBucket"]},
        {"Effect": "Allow", "NotAction": ["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:ListBucket"]},
    ],
)
def test_a_deny_and_a_not_action_are_not_opened_though_it_would_make_them_fit(clause: dict[str, object]) -> None:
    limit = size_of(allow("s3:*")) + 10
    assert isinstance(fitted(policy_of([{**clause, "Resource": "*"}]), limit, 1, Wildcards.OPEN), Misfit)


def test_open_wildcards_stay_within_what_they_may_reach() -> None:
    within = ActionSet.of(["s3:*Object*", "s3:ListBucket"], SMALL)
    text = policy_of([allow(["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject"])])
    found = fit(parse_document(text), SMALL, limit=size_of(allow(READS[:2])), wildcards=Wildcards.OPEN, within=within)
    assert isinstance(found, Fitted)
    assert found.wildcards is Wildcards.OPEN
    assert statement_actions(parse_document(found.texts[0]).statements[0], SMALL) <= within
    with pytest.raises(ValueError, match="within lacks"):
        fit(parse_document(text), SMALL, limit=60, wildcards=Wildcards.OPEN, within=ActionSet.of(["sqs:*"], SMALL))


MANAGED = {name: json.dumps(one["Document"]) for name, one in json.loads(aws_managed_policies_data).items()}
LARGE = sorted(name for name, text in MANAGED.items() if size_in_characters(text) > MANAGED_CHARACTERS)


def test_many_managed_policies_are_larger_than_a_customer_may_have() -> None:
    assert len(LARGE) >= 80
    assert "ReadOnlyAccess" in LARGE


@pytest.mark.parametrize("name", ["ReadOnlyAccess", "SecurityAudit", "AWSConfigServiceRolePolicy", "ViewOnlyAccess"])
def test_a_large_managed_policy_is_fitted_and_proved_to_be_the_same(name: str) -> None:
    document = parse_document(MANAGED[name])
    misfit = fit(document, load_catalog(), limit=MANAGED_CHARACTERS)
    count = misfit.documents if isinstance(misfit, Misfit) else 1
    assert count is not None
    found = fit(document, load_catalog(), limit=MANAGED_CHARACTERS, documents=count)
    assert isinstance(found, Fitted)
    assert len(found.texts) == count
    assert all(size_in_characters(one) <= MANAGED_CHARACTERS for one in found.texts)
    before, after = Policies.of([document]), together(found.texts)
    assert compare(before, after, load_catalog()).answer is Answer.YES
    assert compare(after, before, load_catalog()).answer is Answer.YES


def test_every_large_managed_policy_fits_unless_its_not_action_is_too_long_alone() -> None:
    misfits = set()
    for name in LARGE:
        found = fit(parse_document(MANAGED[name]), load_catalog(), limit=MANAGED_CHARACTERS, documents=40)
        if isinstance(found, Misfit):
            assert "a NotAction cannot be split" in found.reason
            misfits.add(name)
            continue
        assert all(size_in_characters(one) <= MANAGED_CHARACTERS for one in found.texts), name
        fewest = -(-sum(map(len, found.texts)) // MANAGED_CHARACTERS)
        assert len(found.texts) <= fewest + 1, name
    assert misfits == {
        "AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary",
        "SageMakerStudioProjectUserRolePermissionsBoundary",
    }
