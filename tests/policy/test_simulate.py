"""Laws and cases of simulation; the cases are the data files of `evaluation/`."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.policy.document.grammar import DocumentKind
from leastwise.policy.document.model import ActionClause, ResourceClause
from leastwise.policy.document.parse import parse_document
from leastwise.policy.evaluation.decision import Decision, Layer, Outcome, Reason, Stance
from leastwise.policy.evaluation.match import matches_action, matches_resource
from leastwise.policy.evaluation.policies import NamedPolicy, Policies
from leastwise.policy.evaluation.request import Caller, CallerKind, Context, Request, context_of
from leastwise.policy.evaluation.request_keys import completed
from leastwise.policy.evaluation.simulate import simulate
from policy_strategies import DOCUMENT_LAW, PROBES, any_case, contexts, documents, meant_conditions

HERE = Path(__file__).parent
Case: TypeAlias = Mapping[str, object]
Data: TypeAlias = dict[str, object]

ACCOUNT: Final = "111122223333"
USER: Final = f"arn:aws:iam::{ACCOUNT}:user/ann"
SESSION: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"
CALLERS: Final = (USER, SESSION, f"arn:aws:sts::{ACCOUNT}:federated-user/guest", f"arn:aws:iam::{ACCOUNT}:root")
OUTSIDERS: Final = ("sns.amazonaws.com", "cognito-identity.amazonaws.com", "anonymous")
RESOURCES: Final = ("*", "arn:aws:s3:::bucket/key", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q1", "arn:aws:s3:::other")
PRINCIPALS: Final = (
    *("*", {"AWS": "*"}, {"AWS": ACCOUNT}, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {"AWS": [USER, SESSION]}),
    *({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}, {"Service": "sns.amazonaws.com"}, {"AWS": "444455556666"}),
)
ALLOW_ALL: Final[Data] = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
FIELDS: Final = frozenset(
    {
        *("title", "source", "caller", "role", "federated_by", "action", "resource", "resource_account", "context"),
        *("identity", "session", "boundary", "resource_policy", "service_controls", "resource_controls"),
        *("outcome", "because"),
    }
)


@dataclass(frozen=True)
class Library:
    """The policies of one data file."""

    texts: Mapping[str, str]

    def policy(self, name: object, kind: DocumentKind = DocumentKind.IDENTITY) -> NamedPolicy:
        return NamedPolicy(str(name), parse_document(self.texts[str(name)], kind))

    def policies(self, names: object, kind: DocumentKind = DocumentKind.IDENTITY) -> tuple[NamedPolicy, ...]:
        assert isinstance(names, list)
        return tuple(self.policy(name, kind) for name in names)

    def levels(self, levels: object, kind: DocumentKind = DocumentKind.IDENTITY) -> tuple[tuple[NamedPolicy, ...], ...]:
        assert isinstance(levels, list)
        return tuple(self.policies(level, kind) for level in levels)

    def all_of(self, case: Case) -> Policies:
        trust = str(case["action"]).lower().startswith("sts:")
        kind = DocumentKind.TRUST if trust else DocumentKind.RESOURCE
        return Policies(
            identity=self.policies(case.get("identity", [])),
            boundary=self.policy(case["boundary"]) if "boundary" in case else None,
            session=self.policies(case.get("session", [])),
            resource=(self.policy(case["resource_policy"], kind),) if "resource_policy" in case else (),
            service_controls=self.levels(case.get("service_controls", [])),
            resource_controls=self.levels(case.get("resource_controls", []), DocumentKind.RESOURCE),
        )


def evaluation_cases() -> Iterator[tuple[str, Case, Library]]:
    for path in sorted((HERE / "evaluation").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in data["case"]:
            yield f"{path.stem}: {case['title']}", case, Library(data["policies"])


def request_of(case: Case) -> Request:
    context = case.get("context", {})
    assert isinstance(context, dict)
    return Request(
        action=str(case["action"]),
        resource=str(case.get("resource", "*")),
        context=context_of(context),
        caller=caller_of(case) if "caller" in case else None,
        resource_account=str(case.get("resource_account", "")),
    )


def caller_of(case: Case) -> Caller:
    role, federated_by = str(case.get("role", "")), str(case.get("federated_by", ""))
    return Caller.of(str(case["caller"]), role=role, federated_by=federated_by)


def written(reason: Reason) -> str:
    """The reason as a line of a case's `because`."""
    level = "" if reason.level is None else f" {reason.level}"
    statements = " ".join(f"{one.policy}[{one.index}]" for one in reason.statements)
    return f"{reason.layer}{level} {reason.stance}" + (f": {statements}" if statements else "")


@pytest.mark.parametrize(
    ("case", "library"), [pytest.param(case, library, id=name) for name, case, library in evaluation_cases()]
)
def test_case(case: Case, library: Library) -> None:
    assert case["source"]
    assert case.keys() <= FIELDS
    decision = simulate(request_of(case), library.all_of(case))
    because = case["because"]
    assert isinstance(because, list)
    assert (decision.outcome, sorted(map(written, decision.reasons))) == (case["outcome"], sorted(because))


def test_there_are_many_cases_and_every_policy_is_used() -> None:
    paths = list((HERE / "evaluation").glob("*.toml"))
    contents = [tomllib.loads(path.read_text(encoding="utf-8")) for path in paths]
    assert sum(len(content["case"]) for content in contents) >= 150
    for content in contents:
        assert {name for case in content["case"] for name in named_by(case)} == content["policies"].keys()


def named_by(case: Case) -> Iterator[str]:
    for field in ("identity", "session", "boundary", "resource_policy", "service_controls", "resource_controls"):
        yield from flat(case.get(field, []))


def flat(names: object) -> Iterator[str]:
    if isinstance(names, list):
        for one in names:
            yield from flat(one)
    else:
        yield str(names)


# Laws, over documents with every construct in every layer.


identity_documents = st.one_of(
    st.just(ALLOW_ALL), st.just(ALLOW_ALL), documents(), documents(effects=("Allow",)), documents(effects=("Allow",))
)
"""Half of them allow much, so that a request that has to pass many layers is allowed often enough."""


@st.composite
def resource_documents(draw: st.DrawFn) -> Data:
    statements = [dict(statement) for statement in statements_of(draw(identity_documents))]
    for statement in statements:
        statement[draw(st.sampled_from(["Principal"] * 4 + ["NotPrincipal"]))] = draw(st.sampled_from(PRINCIPALS))
    return {"Version": "2012-10-17", "Statement": statements}


def statements_of(data: Data) -> list[Data]:
    found = data["Statement"]
    assert isinstance(found, list | dict)
    return found if isinstance(found, list) else [found]


def named(name: str, data: Data, kind: DocumentKind = DocumentKind.IDENTITY) -> NamedPolicy:
    return NamedPolicy(name, parse_document(json.dumps(data), kind))


def several(
    data: st.SearchStrategy[Data], name: str, kind: DocumentKind = DocumentKind.IDENTITY, least: int = 0
) -> st.SearchStrategy[tuple[NamedPolicy, ...]]:
    lists = st.lists(data, min_size=least, max_size=2)
    return lists.map(lambda drawn: tuple(named(f"{name}{place}", one, kind) for place, one in enumerate(drawn)))


policies_drawn = st.builds(
    Policies,
    identity=several(identity_documents, "identity"),
    boundary=st.one_of(st.none(), identity_documents.map(lambda one: named("boundary", one))),
    session=several(identity_documents, "session"),
    resource=several(resource_documents(), "resource", DocumentKind.RESOURCE),
    service_controls=st.lists(several(identity_documents, "scp", least=1), max_size=2).map(tuple),
    resource_controls=st.lists(several(resource_documents(), "rcp", DocumentKind.RESOURCE, least=1), max_size=1).map(
        tuple
    ),
)
callers_drawn = st.one_of(st.none(), st.sampled_from((*CALLERS, *OUTSIDERS)).map(Caller.of))
requests_drawn = st.builds(
    Request,
    action=any_case(st.sampled_from((*PROBES, "sts:AssumeRole"))),
    resource=st.sampled_from(RESOURCES),
    context=contexts(),
    caller=callers_drawn,
    resource_account=st.sampled_from(("", ACCOUNT, "444455556666")),
)
additions = st.fixed_dictionaries(
    {"Action": st.sampled_from(("*", "s3:*", "s3:Get*")), "Resource": st.sampled_from(("*", "arn:aws:s3:::bucket/*"))},
    optional={"Condition": meant_conditions()},
)


def with_policy(policies: Policies, field: str, added: NamedPolicy) -> Policies:
    values = {name: getattr(policies, name) for name in policies.__struct_fields__}
    if field.endswith("controls"):
        first, *rest = values[field] or [()]
        return Policies(**{**values, field: ((*first, added), *rest)})
    return Policies(**{**values, field: (*values[field], added)})


def statement_policy(effect: str, addition: Data, **more: object) -> Data:
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, **addition, **more}]}


@DOCUMENT_LAW
@given(requests_drawn, policies_drawn, additions, st.sampled_from(PRINCIPALS), st.data())
def test_adding_a_deny_never_grants(
    request: Request, policies: Policies, addition: Data, principal: object, data: st.DataObject
) -> None:
    # A layer that is not there comes into being with the Deny, and then allows nothing: so it grants nothing either.
    field = data.draw(st.sampled_from(["identity", "session", "resource", "service_controls", "resource_controls"]))
    by_resource = field.startswith("resource")
    more = {"Principal": principal} if by_resource else {}
    kind = DocumentKind.RESOURCE if by_resource else DocumentKind.IDENTITY
    denying = named("added", statement_policy("Deny", addition, **more), kind)
    before, after = simulate(request, policies), simulate(request, with_policy(policies, field, denying))
    assert before.is_allowed or not after.is_allowed
    assert before.outcome is not Outcome.EXPLICIT_DENY or after.outcome is Outcome.EXPLICIT_DENY


@DOCUMENT_LAW
@given(requests_drawn, policies_drawn, additions)
def test_adding_an_allow_to_the_identity_never_denies(request: Request, policies: Policies, addition: Data) -> None:
    more = with_policy(policies, "identity", named("added", statement_policy("Allow", addition)))
    before, after = simulate(request, policies), simulate(request, more)
    assert after.is_allowed or not before.is_allowed
    assert (before.outcome is Outcome.EXPLICIT_DENY) is (after.outcome is Outcome.EXPLICIT_DENY)


@DOCUMENT_LAW
@given(requests_drawn, policies_drawn, additions, meant_conditions())
def test_a_condition_more_never_grants_more(
    request: Request, policies: Policies, addition: Data, conditions: Data
) -> None:
    addition.pop("Condition", None)
    free = named("added", statement_policy("Allow", addition))
    bound = named("added", statement_policy("Allow", addition, Condition=conditions))
    if simulate(request, with_policy(policies, "identity", bound)).is_allowed:
        assert simulate(request, with_policy(policies, "identity", free)).is_allowed


def shuffled(policies: tuple[NamedPolicy, ...], data: st.DataObject) -> tuple[NamedPolicy, ...]:
    return tuple(turned(policy, data) for policy in data.draw(st.permutations(policies)))


def turned(policy: NamedPolicy, data: st.DataObject) -> NamedPolicy:
    """The policy with its statements in another order."""
    content = json.loads(policy.document.text)
    statements = statements_of(content)
    has_principals = any("Principal" in key for statement in statements for key in statement)
    kind = DocumentKind.RESOURCE if has_principals else DocumentKind.IDENTITY
    return named(policy.name, {**content, "Statement": data.draw(st.permutations(statements))}, kind)


def gist(decision: Decision) -> tuple[Outcome, list[tuple[Layer, int | None, Stance, list[tuple[str, str]]]]]:
    """The decision but for the places of its statements."""
    return decision.outcome, [
        (one.layer, one.level, one.stance, sorted((ref.policy, ref.sid or "") for ref in one.statements))
        for one in decision.reasons
    ]


@DOCUMENT_LAW
@given(requests_drawn, policies_drawn, st.data())
def test_the_order_of_policies_and_statements_does_not_matter(
    request: Request, policies: Policies, data: st.DataObject
) -> None:
    mixed = Policies(
        identity=shuffled(policies.identity, data),
        boundary=None if policies.boundary is None else turned(policies.boundary, data),
        session=shuffled(policies.session, data),
        resource=shuffled(policies.resource, data),
        service_controls=tuple(shuffled(level, data) for level in policies.service_controls),
        resource_controls=tuple(shuffled(level, data) for level in policies.resource_controls),
    )
    assert gist(simulate(request, mixed)) == gist(simulate(request, policies))


@DOCUMENT_LAW
@given(requests_drawn, policies_drawn)
def test_the_same_input_gives_the_same_decision(request: Request, policies: Policies) -> None:
    again = simulate(
        Request(
            request.action.swapcase(), request.resource, dict(request.context), request.caller, request.resource_account
        ),
        policies,
    )
    assert again == simulate(request, policies)


@DOCUMENT_LAW
@given(requests_drawn, policies_drawn)
def test_each_decision_says_why(request: Request, policies: Policies) -> None:
    decision = simulate(request, policies)
    wanted = {
        Outcome.ALLOWED: Stance.ALLOW,
        Outcome.EXPLICIT_DENY: Stance.EXPLICIT_DENY,
        Outcome.IMPLICIT_DENY: Stance.NO_STATEMENT,
    }[decision.outcome]
    assert decision.reasons
    for reason in decision.reasons:
        assert reason.stance is wanted
        effects = {statement.effect.value for statement in reason.statements}
        assert effects <= {"Deny" if wanted is Stance.EXPLICIT_DENY else "Allow"}
        assert wanted is not Stance.EXPLICIT_DENY or reason.statements
        assert (reason.level is not None) is reason.layer.endswith("control")


@DOCUMENT_LAW
@given(requests_drawn, policies_drawn)
def test_only_the_statements_named_are_needed(request: Request, policies: Policies) -> None:
    decision = simulate(request, policies)
    if decision.is_allowed:
        kept = {
            (reason.layer, reason.level, one.policy, one.index)
            for reason in decision.reasons
            for one in reason.statements
        }
        assert simulate(request, without_the_rest(policies, kept)) == decision


def without_the_rest(policies: Policies, kept: set[tuple[Layer, int | None, str, int]]) -> Policies:
    """The policies with every Allow disarmed that the decision does not name."""

    def pruned(policy: NamedPolicy, layer: Layer, level: int | None = None) -> NamedPolicy:
        content = json.loads(policy.document.text)
        statements = statements_of(content)
        disarmed = [
            one
            if one["Effect"] == "Deny" or (layer, level, policy.name, place) in kept
            else {
                **{key: value for key, value in one.items() if "Action" not in key},
                "Action": "none:None",
            }
            for place, one in enumerate(statements)
        ]
        by_resource = layer in (Layer.RESOURCE, Layer.RESOURCE_CONTROL)
        kind = DocumentKind.RESOURCE if by_resource else DocumentKind.IDENTITY
        return named(policy.name, {**content, "Statement": disarmed}, kind)

    def leveled(levels: tuple[tuple[NamedPolicy, ...], ...], layer: Layer) -> tuple[tuple[NamedPolicy, ...], ...]:
        return tuple(tuple(pruned(one, layer, place) for one in level) for place, level in enumerate(levels))

    return Policies(
        identity=tuple(pruned(one, Layer.IDENTITY) for one in policies.identity),
        boundary=None if policies.boundary is None else pruned(policies.boundary, Layer.BOUNDARY),
        session=tuple(pruned(one, Layer.SESSION) for one in policies.session),
        resource=tuple(pruned(one, Layer.RESOURCE) for one in policies.resource),
        service_controls=leveled(policies.service_controls, Layer.SERVICE_CONTROL),
        resource_controls=leveled(policies.resource_controls, Layer.RESOURCE_CONTROL),
    )


# Callers and keys.


@pytest.mark.parametrize(
    ("name", "kind", "account"),
    [
        (USER, CallerKind.USER, ACCOUNT),
        (SESSION, CallerKind.ROLE_SESSION, ACCOUNT),
        (f"arn:aws-cn:sts::{ACCOUNT}:federated-user/x", CallerKind.FEDERATED_USER, ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:root", CallerKind.ROOT, ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:saml-provider/corp", CallerKind.FEDERATED, ""),
        (f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com", CallerKind.FEDERATED, ""),
        ("accounts.google.com", CallerKind.FEDERATED, ""),
        ("cognito-identity.amazonaws.com", CallerKind.FEDERATED, ""),
        ("states.us-east-1.amazonaws.com", CallerKind.SERVICE, ""),
        ("anonymous", CallerKind.ANONYMOUS, ""),
    ],
)
def test_a_caller_is_known_by_its_name(name: str, kind: CallerKind, account: str) -> None:
    caller = Caller.of(name)
    assert (caller.kind, caller.account) == (kind, account)


@pytest.mark.parametrize(
    "name",
    [
        *(f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:group/g", "arn:aws:s3:::bucket", "arn:aws"),
        f"arn:aws:sts::{ACCOUNT}:assumed-role",
    ],
)
def test_what_makes_no_requests_is_no_caller(name: str) -> None:
    with pytest.raises(ValueError, match=r"makes no requests|not an ARN"):
        Caller.of(name)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        (
            f"arn:aws:iam::{ACCOUNT}:user/team/ann",
            {
                "aws:username": "ann",
                "aws:PrincipalType": "User",
                "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/team/ann",
                "aws:PrincipalAccount": ACCOUNT,
                "aws:ResourceAccount": ACCOUNT,
                "aws:PrincipalIsAWSService": "false",
            },
        ),
        (
            SESSION,
            {
                "aws:PrincipalType": "AssumedRole",
                "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/app",
                "aws:PrincipalAccount": ACCOUNT,
                "aws:ResourceAccount": ACCOUNT,
                "aws:PrincipalIsAWSService": "false",
            },
        ),
        (
            f"arn:aws:iam::{ACCOUNT}:root",
            {
                "aws:PrincipalType": "Account",
                "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:root",
                "aws:PrincipalAccount": ACCOUNT,
                "aws:ResourceAccount": ACCOUNT,
                "aws:PrincipalIsAWSService": "false",
            },
        ),
        ("sns.amazonaws.com", {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": "sns.amazonaws.com"}),
        ("anonymous", {"aws:PrincipalType": "Anonymous", "aws:PrincipalAccount": "anonymous"}),
    ],
)
def test_keys_follow_from_the_caller(name: str, keys: dict[str, str]) -> None:
    assert completed(Request("s3:GetObject", caller=Caller.of(name))).context == context_of(keys)


def test_keys_that_the_request_has_stay() -> None:
    given_keys: Context = {"aws:username": (), "aws:principalaccount": ("999999999999",)}
    context = completed(Request("s3:GetObject", context=given_keys, caller=Caller.of(USER))).context
    assert {key: context[key] for key in given_keys} == given_keys


def test_without_a_caller_nothing_follows_but_the_resources_account() -> None:
    assert completed(Request("s3:GetObject")).context == {}
    assert completed(Request("s3:GetObject", resource_account=ACCOUNT)).context == {"aws:resourceaccount": (ACCOUNT,)}


# Hostile input.


def test_patterns_of_many_stars_do_not_blow_up() -> None:
    pattern = "arn:aws:s3:::" + "*a" * 300 + "*b"
    text = "arn:aws:s3:::" + "a" * 20_000
    for variables, more in ((True, ""), (True, "${aws:username}"), (False, "?" * 2_000)):
        clause = ResourceClause((pattern + more,), negated=False)
        assert not matches_resource(clause, text, context={"aws:username": ("b",)}, variables=variables)


def test_long_patterns_match_as_short_ones_do() -> None:
    long = "s3:Get" + "?" * 2_000 + "*"
    assert matches_action(ActionClause((long,), negated=False), "S3:get" + "x" * 2_000)
    assert not matches_action(ActionClause((long,), negated=False), "s3:get" + "x" * 1_999)


@pytest.mark.parametrize("count", [999, 1001, 50_000])
def test_many_patterns_match_as_few_do(count: int) -> None:
    # So many are not made into regular expressions, which would cost seconds and be kept.
    patterns = tuple(f"S3:*a{number}b?" for number in range(count))
    for negated in (False, True):
        assert matches_action(ActionClause(patterns, negated=negated), f"s3:xA{count - 1}bx") is not negated
        assert matches_action(ActionClause(patterns, negated=negated), f"s3:xa{count}bx") is negated
    resources = tuple(f"arn:aws:s3:::*a{number}b?" for number in range(count))
    found = [
        matches_resource(ResourceClause(resources, negated=False), f"arn:aws:s3:::{name}", context={}, variables=False)
        for name in ("xa7bx", "xA7bx")
    ]
    assert found == [True, False]


def test_a_policy_that_grants_all_allows_any_text() -> None:
    policies = Policies.of([parse_document(json.dumps(ALLOW_ALL))])
    for text in ("", ":", "*", "\x00", "\ud800", "a" * 100_000):
        assert simulate(Request(text, text, {text: (text,)}), policies).is_allowed
