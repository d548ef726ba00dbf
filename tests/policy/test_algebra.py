"""Comparing what documents and principals grant: every YES is checked on drawn requests, every NO on its witness."""

import json
from collections.abc import Iterable, Mapping
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from leastwise.catalog import arn_pattern, load_catalog, matches
from leastwise.policy import (
    Answer,
    Document,
    DocumentKind,
    NamedPolicy,
    Policies,
    Request,
    compare,
    difference,
    equivalent,
    is_subset,
    matching_statements,
    parse_document,
    simulate,
)
from policy_strategies import DOCUMENT_LAW, PROBES, RESOURCES, SMALL, contexts, documents, texts

_Element = Mapping[str, object]

requests = st.builds(Request, st.sampled_from(PROBES), st.sampled_from(RESOURCES), contexts())


def _allows(document: Document, request: Request) -> bool:
    return simulate(request, Policies.of([document])).is_allowed


def _document(*statements: dict[str, object], version: str = "2012-10-17") -> Document:
    return parse_document(json.dumps({"Version": version, "Statement": list(statements)}))


def _allow(
    action: str | list[str], resource: str | list[str] = "*", more: Mapping[str, object] | None = None
) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **(more or {})}


def _deny(
    action: str | list[str], resource: str | list[str] = "*", more: Mapping[str, object] | None = None
) -> dict[str, object]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **(more or {})}


@given(texts(), texts(), st.lists(requests, min_size=1, max_size=12))
@DOCUMENT_LAW
def test_no_request_contradicts_an_answer(one: str, other: str, drawn: list[Request]) -> None:
    new, old = parse_document(one), parse_document(other)
    found = compare(new, old, SMALL)
    if found.answer is Answer.YES:
        assert [request for request in drawn if _allows(new, request) and not _allows(old, request)] == []
    assert (found.answer is Answer.NO) is (found.witness is not None)
    if found.witness is not None:
        assert _allows(new, found.witness)
        assert not _allows(old, found.witness)


@given(texts(), texts(), st.lists(requests, min_size=1, max_size=12))
@DOCUMENT_LAW
def test_what_tells_two_documents_apart_lies_in_a_gap(one: str, other: str, drawn: list[Request]) -> None:
    new, old = parse_document(one), parse_document(other)
    found = difference(new, old, SMALL)
    assume(found.is_complete)
    for request in drawn:
        if _allows(new, request) and not _allows(old, request):
            assert any(request.action in gap.actions and request.resource in gap.resources for gap in found.gaps)


@given(texts())
@DOCUMENT_LAW
def test_a_document_grants_what_it_grants(text: str) -> None:
    document = parse_document(text)
    answer = is_subset(document, document, SMALL)
    # What a variable of a Deny stands for is not known, so that a part of it may stay undecided.
    assert answer is Answer.YES or ("${" in text and answer is Answer.UNDECIDED)


@given(documents(), documents(effects=("Deny",)))
@DOCUMENT_LAW
def test_a_deny_never_grants(data: dict[str, object], denies: dict[str, object]) -> None:
    before = parse_document(json.dumps(data))
    after = parse_document(json.dumps(data | {"Statement": [*_listed(data), *_unnamed(_listed(denies))]}))
    answer = is_subset(after, before, SMALL)
    assert answer is Answer.YES or ("${" in after.text and answer is Answer.UNDECIDED)


@given(documents(), documents(effects=("Allow",)))
@DOCUMENT_LAW
def test_an_allow_never_takes_away(data: dict[str, object], allows: dict[str, object]) -> None:
    before = parse_document(json.dumps(data))
    after = parse_document(json.dumps(data | {"Statement": [*_listed(data), *_unnamed(_listed(allows))]}))
    answer = is_subset(before, after, SMALL)
    assert answer is Answer.YES or ("${" in after.text and answer is Answer.UNDECIDED)


@given(documents(effects=("Allow",)))
@DOCUMENT_LAW
def test_a_condition_grants_no_more(data: dict[str, object]) -> None:
    plain = [{name: value for name, value in one.items() if name != "Condition"} for one in _listed(data)]
    without = parse_document(json.dumps(data | {"Statement": plain}))
    answer = is_subset(parse_document(json.dumps(data)), without, SMALL)
    assert answer is Answer.YES or ("${" in without.text and answer is Answer.UNDECIDED)


@given(documents(), st.randoms(use_true_random=False))
@DOCUMENT_LAW
def test_the_order_of_statements_does_not_matter(data: dict[str, object], random: object) -> None:
    shuffled = _listed(data)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random without saying so
    one, other = (parse_document(json.dumps(data | {"Statement": found})) for found in (_listed(data), shuffled))
    answer = equivalent(one, other, SMALL).answer
    assert answer is Answer.YES or ("${" in one.text and answer is Answer.UNDECIDED)


@given(texts(), texts(), texts(), st.lists(requests, min_size=1, max_size=12))
@DOCUMENT_LAW
def test_a_boundary_and_levels_bind(one: str, other: str, third: str, drawn: list[Request]) -> None:
    identity, boundary, level = (NamedPolicy(text, parse_document(text)) for text in (one, other, third))
    bound = Policies((identity,), boundary, service_controls=((level,),))
    free = Policies((identity,))
    answer = compare(bound, free, SMALL).answer
    assert answer is Answer.YES or ("${" in one + other + third and answer is Answer.UNDECIDED)
    found = compare(free, bound, SMALL)
    told_apart = [
        request for request in drawn if simulate(request, free).is_allowed and not simulate(request, bound).is_allowed
    ]
    if told_apart:
        assert found.answer is not Answer.YES
    if found.witness is not None:
        assert simulate(found.witness, free).is_allowed
        assert not simulate(found.witness, bound).is_allowed


def _listed(data: dict[str, object]) -> list[dict[str, object]]:
    found = data["Statement"]
    return list(found) if isinstance(found, list) else [found]  # type: ignore[list-item] # a lone statement


def _unnamed(statements: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    return [{name: value for name, value in one.items() if name != "Sid"} for one in statements]


_LIKE = {"Condition": {"StringLike": {"aws:username": "a*"}}}
_SAME = {"Condition": {"StringEquals": {"aws:username": "ann"}}}
_OTHER = {"Condition": {"StringNotEquals": {"aws:username": "ann"}}}
_EU = {"Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}}
_WEST = {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
_CENTRAL = {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}}
_NET = {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
_SUBNET = {"Condition": {"IpAddress": {"aws:SourceIp": ["10.1.0.0/16", "10.2.3.4"]}}}
_OWN = "arn:aws:s3:::home/${aws:username}/*"

_CASES: list[tuple[str, Document, Document, Answer]] = [
    ("a name lies in its pattern", _document(_allow("s3:GetObject")), _document(_allow("s3:Get*")), Answer.YES),
    ("actions not yet invented count", _document(_allow("s3:*")), _document(_allow(["s3:Get*", "s3:Put*"])), Answer.NO),
    ("case of actions does not count", _document(_allow("S3:getobject")), _document(_allow("s3:Get*")), Answer.YES),
    ("case of resources counts", _document(_allow("s3:*", "arn:aws:s3:::A")),
     _document(_allow("s3:*", "arn:aws:s3:::a")), Answer.NO),
    ("two statements cover together", _document(_allow(["s3:GetObject", "sqs:*"])),
     _document(_allow("s3:*"), _allow("sqs:*")), Answer.YES),
    ("two resources cover together", _document(_allow("s3:*", "arn:aws:s3:::a*")),
     _document(_allow("s3:*", "arn:aws:s3:::a"), _allow("s3:*", "arn:aws:s3:::a?*")), Answer.YES),
    ("resource and action are not told apart each for itself",
     _document(_allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a", "arn:aws:s3:::b"])),
     _document(_allow("s3:GetObject", "arn:aws:s3:::a"), _allow("s3:PutObject", "arn:aws:s3:::b")), Answer.NO),
    ("a condition narrows", _document(_allow("s3:*", more=_SAME)), _document(_allow("s3:*")), Answer.YES),
    ("without the condition it is more", _document(_allow("s3:*")), _document(_allow("s3:*", more=_SAME)), Answer.NO),
    ("equals lies in like", _document(_allow("s3:*", more=_SAME)), _document(_allow("s3:*", more=_LIKE)), Answer.YES),
    ("like is more than equals", _document(_allow("s3:*", more=_LIKE)),
     _document(_allow("s3:*", more=_SAME)), Answer.NO),
    ("values of two statements add up", _document(_allow("s3:*", more=_EU)),
     _document(_allow("s3:*", more=_WEST), _allow("s3:*", more=_CENTRAL)), Answer.YES),
    ("opposites add up", _document(_allow("s3:*")),
     _document(_allow("s3:*", more=_SAME), _allow("s3:*", more=_OTHER)), Answer.YES),
    ("a Deny of the opposite is a condition", _document(_allow("s3:*", more=_SAME)),
     _document(_allow("s3:*"), _deny("s3:*", more=_OTHER)), Answer.YES),
    ("and the other way round", _document(_allow("s3:*"), _deny("s3:*", more=_OTHER)),
     _document(_allow("s3:*", more=_SAME)), Answer.YES),
    ("a Deny counts", _document(_allow("s3:*")), _document(_allow("s3:*"), _deny("s3:PutObject")), Answer.NO),
    ("a Deny that both have", _document(_allow("s3:Get*"), _deny("s3:GetObject")),
     _document(_allow("s3:*"), _deny("s3:GetObject")), Answer.YES),
    ("a Deny of what is not allowed", _document(_allow("s3:*")), _document(_allow("s3:*"), _deny("sqs:*")), Answer.YES),
    ("a wider Deny", _document(_allow("s3:*"), _deny("s3:*", more=_SUBNET)),
     _document(_allow("s3:*"), _deny("s3:*", more=_NET)), Answer.NO),
    ("a narrower Deny", _document(_allow("s3:*"), _deny("s3:*", more=_NET)),
     _document(_allow("s3:*"), _deny("s3:*", more=_SUBNET)), Answer.YES),
    ("NotAction is all but", _document(_allow("s3:*")),
     _document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), Answer.YES),
    ("NotAction holds services to come", _document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
     _document(_allow([f"{service.namespace}:*" for service in load_catalog().services])), Answer.NO),
    ("NotResource is all but", _document({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::a*"}),
     _document({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::ab"}), Answer.YES),
    ("NotResource is no less than its opposite",
     _document({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::ab"}),
     _document({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::a*"}), Answer.NO),
    ("a variable is itself", _document(_allow("s3:GetObject", _OWN)), _document(_allow("s3:*", _OWN)), Answer.YES),
    ("a variable lies under a star", _document(_allow("s3:*", _OWN)),
     _document(_allow("s3:*", "arn:aws:s3:::home/*")), Answer.YES),
    ("a variable may be anything", _document(_allow("s3:*", _OWN)),
     _document(_allow("s3:*", "arn:aws:s3:::home/?/*")), Answer.NO),
    ("a variable may be what is excepted", _document(_allow("s3:*", _OWN)),
     _document({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::home/example/*"}), Answer.NO),
    ("a variable beside another resource may be what is excepted", _document(_allow("s3:*", [_OWN, "arn:aws:s3:::b"])),
     _document({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::home/example/*"}), Answer.NO),
    ("a variable beside another resource lies under a star", _document(_allow("s3:*", [_OWN, "arn:aws:s3:::b"])),
     _document(_allow("s3:*", ["arn:aws:s3:::home/*", "arn:aws:s3:::b"])), Answer.YES),
    ("a variable is no variable in the old language", _document(_allow("s3:*", _OWN)),
     _document(_allow("s3:*", _OWN), version="2008-10-17"), Answer.NO),
]  # fmt: skip


@pytest.mark.parametrize(("new", "old", "answer"), [case[1:] for case in _CASES], ids=[case[0] for case in _CASES])
def test_answers(new: Document, old: Document, answer: Answer) -> None:
    assert compare(new, old, load_catalog()).answer is answer


_ANN, _BOB = ("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/bob")
_ROLE = "arn:aws:iam::111122223333:role/deploy"
_PRINCIPALS: list[tuple[object, object, Answer]] = [
    ({"AWS": _ANN}, {"AWS": [_BOB, _ANN]}, Answer.YES),
    ({"AWS": [_BOB, _ANN]}, {"AWS": _ANN}, Answer.NO),
    ({"AWS": _ANN}, {"AWS": "*"}, Answer.YES),
    ("*", {"AWS": "*"}, Answer.YES),
    ({"Service": "ec2.amazonaws.com"}, {"AWS": "*"}, Answer.YES),
    ({"AWS": "*"}, {"Service": "ec2.amazonaws.com"}, Answer.NO),
    ({"AWS": "*"}, {"AWS": _ANN}, Answer.NO),
    ({"AWS": "111122223333"}, {"AWS": "arn:aws:iam::111122223333:root"}, Answer.YES),
    ({"AWS": "arn:aws:iam::111122223333:root"}, {"AWS": "111122223333"}, Answer.YES),
    ({"AWS": "111122223333"}, {"AWS": _ANN}, Answer.NO),
    ({"AWS": _ROLE}, {"AWS": _ANN}, Answer.NO),
    ({"Service": "ec2.amazonaws.com"}, {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}, Answer.YES),
    ({"Service": "ec2.amazonaws.com"}, {"Service": "lambda.amazonaws.com"}, Answer.NO),
    ({"Federated": "accounts.google.com"}, {"Federated": "accounts.google.com", "AWS": _ANN}, Answer.YES),
    ({"Federated": "accounts.google.com"}, {"AWS": _ANN}, Answer.NO),
]
"""Principals of trust policies (IAM User Guide, "AWS JSON policy elements: Principal")."""


@pytest.mark.parametrize(("new", "old", "answer"), _PRINCIPALS)
def test_principals_are_compared_too(new: object, old: object, answer: Answer) -> None:
    documents = [
        json.dumps({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}})
        for principal in (new, old)
    ]
    one, other = (parse_document(text, DocumentKind.TRUST) for text in documents)
    found = compare(one, other, load_catalog())
    assert found.answer is answer
    if found.witness is not None:
        assert found.witness.caller is not None
        assert matching_statements(one, found.witness)
        assert not matching_statements(other, found.witness)


@cache
def _managed(name: str) -> Document:
    versions = json.loads(aws_managed_policies_data)[name]
    return parse_document(json.dumps(versions["Document"]))


_PAIRS = [
    ("ReadOnlyAccess", "AdministratorAccess", Answer.YES),
    ("AdministratorAccess", "ReadOnlyAccess", Answer.NO),
    ("PowerUserAccess", "ReadOnlyAccess", Answer.NO),
    ("ReadOnlyAccess", "PowerUserAccess", Answer.NO),
    ("AdministratorAccess", "PowerUserAccess", Answer.NO),
    ("PowerUserAccess", "AdministratorAccess", Answer.YES),
    ("AmazonS3ReadOnlyAccess", "AmazonS3FullAccess", Answer.YES),
    ("AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", Answer.NO),
    ("IAMReadOnlyAccess", "IAMFullAccess", Answer.YES),
    ("IAMFullAccess", "AdministratorAccess", Answer.YES),
    ("IAMFullAccess", "PowerUserAccess", Answer.NO),
    ("AmazonSQSReadOnlyAccess", "AmazonSQSFullAccess", Answer.YES),
    ("AmazonDynamoDBReadOnlyAccess", "ReadOnlyAccess", Answer.NO),
    ("ViewOnlyAccess", "ReadOnlyAccess", Answer.NO),
    ("AWSLambdaBasicExecutionRole", "CloudWatchLogsFullAccess", Answer.YES),
]
"""Pairs whose answers AWS's descriptions of the policies give, or a look at their few statements."""


@pytest.mark.parametrize(("new", "old", "answer"), _PAIRS)
def test_pairs_of_aws_managed_policies(new: str, old: str, answer: Answer) -> None:
    found = compare(_managed(new), _managed(old), load_catalog())
    assert found.answer is answer
    if found.witness is not None:
        assert _allows(_managed(new), found.witness)
        assert not _allows(_managed(old), found.witness)


def test_a_witness_is_for_an_action_that_takes_its_resource_where_there_is_one() -> None:
    bucket = "arn:aws:s3:::logs"
    found = compare(_document(_allow("s3:*", bucket)), _document(_allow("s3:Get*", bucket)), load_catalog()).witness
    assert found is not None
    action = load_catalog().action(found.action)
    assert action is not None
    formats = [arn_pattern(one.arn_format) for one in load_catalog().resource_types(action) or ()]
    assert any(matches(pattern, found.resource) for pattern in formats)


def test_a_witness_is_allowed_as_far_as_the_policies_that_are_compared_decide() -> None:
    # The role's trust policy must allow too, and no comparison knows it: `simulate` alone would say no.
    found = compare(_document(_allow("sts:AssumeRole")), _document(_allow("s3:*")), load_catalog())
    assert found.answer is Answer.NO
    assert found.witness is not None
    assert found.witness.action == "sts:AssumeRole"


_VARIABLES = [f"arn:aws:s3:::bucket/${{aws:username}}{number}" for number in range(1000)]
_INFIXES = [f"arn:aws:s3:::bucket/*{number}x*" for number in range(5000)]
_KEYS = {f"aws:k{number}": f"v{number}*" for number in range(3000)}
_ALL_BUT_IAM: dict[str, object] = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::*"}
_HOSTILE = {
    "NotAction of many": _document({"Effect": "Allow", "NotAction": [f"s3:*a{n}b*" for n in range(5000)],
                                    "Resource": "*"}, _deny([f"s3:*a{n}b*" for n in range(0, 5000, 3)])),
    "actions of many": _document(_allow([f"s3:?a{n}*b" for n in range(10_000)]),
                                 _deny([f"s3:?a{n}*b" for n in range(0, 10_000, 3)])),
    "many resources": _document(_allow("s3:*", _INFIXES), _deny("s3:Get*", _INFIXES[1::2])),
    "many resources with variables": _document(_allow("s3:*", _VARIABLES), _deny("s3:Get*", _VARIABLES[1::2])),
    "many keys": _document(_allow("s3:*", "*", {"Condition": {"StringLike": _KEYS, "StringNotEquals": _KEYS}}),
                           _deny("s3:*", "*", {"Condition": {"StringLike": _KEYS}})),
    "many values": _document(
        _allow("s3:*", "*", {"Condition": {"StringLike": {"s3:prefix": [f"*v{n}x*" for n in range(3000)]}}}),
        _deny("s3:*", "*", {"Condition": {"StringNotLike": {"s3:prefix": [f"*v{n}y*" for n in range(3000)]}}})),
    "a long value": _document(
        _allow("s3:*", "*", {"Condition": {"StringLike": {"s3:prefix": "${aws:username}" * 100_000}}})),
    "many statements": _document(
        *([_allow("s3:*", "arn:aws:s3:::a?*"), _deny("s3:Get*", "arn:aws:s3:::*b"), _ALL_BUT_IAM] * 3000)),
}  # fmt: skip
"""Documents far beyond any quota, with shapes that ask for more work than there are atoms."""


@pytest.mark.parametrize("shape", _HOSTILE)
def test_documents_made_to_be_slow_are_compared_in_bounds(shape: str) -> None:
    document, plain = _HOSTILE[shape], _document(_allow("s3:*b*", "arn:aws:s3:::*a*"))
    assert compare(document, document, SMALL).answer is not Answer.NO
    for answered in (compare(document, plain, SMALL), compare(plain, document, SMALL)):
        assert (answered.answer is Answer.NO) is (answered.witness is not None)
    found = difference(document, plain, SMALL)
    assert found.gaps or not found.is_complete
