import re
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from compliance.asking import parameters_of
from leastwise.compliance import (
    PARAMETERS,
    Parameter,
    ResourceType,
    RuleName,
    RuleParameters,
    RuleParametersError,
    parse_parameters,
)
from leastwise.evidence import Granularity
from leastwise.policy import AccountId, Arn

RULE = {"rule": "unused-services"}


def refused(values: object) -> RuleParametersError:
    with pytest.raises(RuleParametersError) as caught:
        parse_parameters(msgspec.json.encode(values).decode())
    return caught.value


@st.composite
def given_values(draw: st.DrawFn) -> dict[str, str]:
    """Values that each match their pattern, white space around them left out."""
    values = {"rule": draw(st.sampled_from(RuleName)).value}
    for parameter in draw(st.lists(st.sampled_from(PARAMETERS[1:]), unique=True)):
        pattern = re.compile(parameter.pattern, re.ASCII)
        values[parameter.name] = draw(st.from_regex(pattern, fullmatch=True).filter(partial(_fits, parameter)))
    return values


def _fits(parameter: Parameter, value: str) -> bool:
    return not value.strip() or re.fullmatch(parameter.pattern, value.strip()) is not None


@given(given_values())
def test_what_the_table_allows_is_taken(values: dict[str, str]) -> None:
    if values["rule"] == "unused-actions":
        values.pop("granularity", None)
    parameters = parameters_of(values)
    assert parameters.rule == values["rule"]
    if "graceDays" in values:
        assert 0 <= parameters.grace_days <= 400


@given(st.sampled_from(PARAMETERS), st.text(min_size=1))
def test_what_the_table_does_not_allow_is_refused_by_name(parameter: Parameter, value: str) -> None:
    if not value.strip() or re.fullmatch(parameter.pattern, value.strip()):
        return
    error = refused({**RULE, parameter.name: value})
    assert [mistake.parameter for mistake in error.mistakes] == [parameter.name]
    assert parameter.name in error.message
    assert parameter.allowed in error.message


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_the_table_agrees_with_itself_and_with_what_is_read(parameter: Parameter) -> None:
    assert parameter.meaning.endswith(".")
    assert not parameter.default or re.fullmatch(parameter.pattern, parameter.default)
    assert all(re.fullmatch(parameter.pattern, choice) for choice in parameter.choices)
    given_default = {**RULE, parameter.name: parameter.default or RULE.get(parameter.name, "")}
    assert parameters_of(given_default) == parameters_of(RULE)


def test_what_is_not_given_is_as_the_table_and_the_type_say() -> None:
    assert parameters_of(RULE) == RuleParameters(RuleName.UNUSED_SERVICES)
    assert len(PARAMETERS) == len(RuleParameters.__struct_fields__)


def test_every_value_is_read() -> None:
    values = {
        "rule": "stale-services",
        "staleAfterDays": " 180 ",
        "graceDays": "0",
        "principalTypes": "policy, role,policy",
        "exclude": "role/admin-*, *:user/ops/*",
        "exemptionTag": "keep it",
        "granularity": "service",
        "minUnused": "3",
        "readOnlyPolicyArns": "arn:aws:iam::aws:policy/ReadOnlyAccess,arn:aws-cn:iam::111122223333:policy/a/b",
        "accounts": "111122223333, 012345678901",
        "roleName": "leastwise-reader",
        "storeUri": "s3://scans-{account}/daily/{account}",
        "securityHub": "true",
        "callsPerSecond": "5",
    }
    assert parameters_of(values) == RuleParameters(
        RuleName.STALE_SERVICES,
        stale_after_days=180,
        grace_days=0,
        principal_types=(ResourceType.POLICY, ResourceType.ROLE),
        exclude=("role/admin-*", "*:user/ops/*"),
        exemption_tag="keep it",
        granularity=Granularity.SERVICE,
        minimum_unused=3,
        read_only_policies=(
            Arn("arn:aws:iam::aws:policy/ReadOnlyAccess"),
            Arn("arn:aws-cn:iam::111122223333:policy/a/b"),
        ),
        accounts=(AccountId("111122223333"), AccountId("012345678901")),
        role_name="leastwise-reader",
        store_uri="s3://scans-{account}/daily/{account}",
        security_hub=True,
        calls_per_second=5,
    )


def test_json_that_is_not_a_string_is_taken_where_it_can_only_mean_one_thing() -> None:
    kind = {"staleAfterDays": 180, "graceDays": 0.0, "securityHub": True, "accounts": 111122223333, "roleName": None}
    strings = {"staleAfterDays": "180", "graceDays": "0", "securityHub": "true", "accounts": "111122223333"}
    assert parse_parameters(msgspec.json.encode({**RULE, **kind}).decode()) == parameters_of({**RULE, **strings})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exemptionTag", True),
        ("securityHub", 1),
        ("graceDays", 1.5),
        ("principalTypes", ["role"]),
        ("accounts", {}),
        ("staleAfterDays", "401"),
        ("staleAfterDays", "0"),
        ("staleAfterDays", "090"),
        ("staleAfterDays", "٩٠"),
        ("principalTypes", "role,,user"),
        ("principalTypes", "Role"),
        ("exclude", "role/a,,role/b"),
        ("readOnlyPolicyArns", "ReadOnlyAccess"),
        ("readOnlyPolicyArns", "arn:aws:iam::aws:role/ReadOnlyAccess"),
        ("accounts", "11112222333"),
        ("roleName", "path/reader"),
        ("storeUri", "https://bucket/scans"),
        ("storeUri", "s3://bucket/{acount}"),
        ("callsPerSecond", "251"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(name: str, value: object) -> None:
    assert [mistake.parameter for mistake in refused({**RULE, name: value}).mistakes] == [name]


def test_every_mistake_is_named_at_once() -> None:
    values = {
        "staleafterdays": "30",
        "graceDays": "-1",
        "principalTypes": "roles",
        "readOnlyPolicyArns": "ReadOnlyAccess",
        "colour": "red",
    }
    assert refused(values).message == snapshot(
        "6 mistakes in the rule's parameters: rule is missing: it must be unused-services, stale-services, "
        'unused-actions or unused-principals; graceDays must be a whole number from 0 to 400, not "-1"; '
        'principalTypes must be a list of user, role, group and policy, with commas between, not "roles"; '
        "readOnlyPolicyArns must be a list of ARNs of managed policies, with commas between; a policy's name alone is "
        'not enough, not "ReadOnlyAccess"; colour is no parameter: known are rule, staleAfterDays, graceDays, '
        "principalTypes, exclude, exemptionTag, granularity, minUnused, readOnlyPolicyArns, accounts, roleName, "
        "storeUri, securityHub, callsPerSecond; staleafterdays is no parameter: did you mean staleAfterDays?"
    )


def test_unused_actions_cannot_be_told_by_services_alone() -> None:
    error = refused({"rule": "unused-actions", "granularity": "service"})
    assert error.message == snapshot(
        "a mistake in the rule's parameters: granularity must be action where the rule is unused-actions, not "
        '"service"'
    )


@pytest.mark.parametrize("text", [None, "", "  ", "{}"])
def test_a_rule_without_parameters_lacks_its_rule(text: str | None) -> None:
    with pytest.raises(RuleParametersError, match="rule is missing: it must be unused-services, "):
        parse_parameters(text)


@pytest.mark.parametrize("text", ["[]", "{", "myRuleParameters", '"rule"', "[" * 100000])
def test_parameters_that_are_no_json_object_are_refused(text: str) -> None:
    with pytest.raises(RuleParametersError, match="ruleParameters must be a JSON object"):
        parse_parameters(text)


def test_accounts_and_stores_are_told_by_account() -> None:
    parameters = parameters_of({**RULE, "accounts": "111122223333", "storeUri": "s3://b/{account}/x"})
    assert parameters.takes(AccountId("111122223333"))
    assert not parameters.takes(AccountId("444455556666"))
    assert parameters_of(RULE).takes(AccountId("444455556666"))
    assert parameters.store_of(AccountId("111122223333")) == "s3://b/111122223333/x"
    assert parameters_of(RULE).store_of(AccountId("111122223333")) is None
