"""The templates: what CloudFormation's linter says of them, and what a stack of them has."""

import json
from itertools import product
from typing import Final

import pytest

from deploy.stack import ACCOUNT, REGION, Stack, actions_of, complaints, parsed
from leastwise.compliance import PARAMETERS, RuleName, parse_parameters
from leastwise.deploy import RULES, TemplateOptions, render_cloudformation, render_member_role, rights
from leastwise.errors import UsageError
from leastwise.pipeline.permissions import COMMANDS

ALL: Final = tuple(RULES)
CHOICES: Final = [
    TemplateOptions(rules=rules, organization=organization, on_change=on_change)
    for rules, organization, on_change in product(
        [("unused-services", "stale-services"), ("unused-actions",), ALL], [False, True], [False, True]
    )
]
LONGEST_TEXT: Final = 51_200
"""What CloudFormation takes without a bucket (CloudFormation User Guide, "Understand CloudFormation quotas")."""
SEND: Final = {"SecurityHub": "true"}
STORE: Final = {"StoreUri": "s3://scans/{account}/last"}
FOR_RULES: Final = ("AWS::Config::ConfigRule", "AWS::Config::OrganizationConfigRule")


def rendered(*, rules: tuple[str, ...] = ALL, organization: bool = False, on_change: bool = False) -> str:
    return render_cloudformation(
        TemplateOptions(rules=rules, organization=organization, on_change=on_change), PARAMETERS
    )


def stack_of(parameters: dict[str, str], *, organization: bool = False, on_change: bool = False) -> Stack:
    return Stack(rendered(organization=organization, on_change=on_change), parameters)


def input_parameters(stack: Stack) -> dict[str, dict[str, str]]:
    """What Config passes to the function, by rule."""
    passed = [one["InputParameters"] for one in stack.of_type("AWS::Config::ConfigRule").values()]
    of_members = stack.of_type("AWS::Config::OrganizationConfigRule").values()
    passed += [json.loads(one["OrganizationCustomRuleMetadata"]["InputParameters"]) for one in of_members]
    return {one["rule"]: one for one in passed}


@pytest.mark.parametrize("options", CHOICES, ids=repr)
def test_the_linter_has_nothing_to_say_of_any_template(options: TemplateOptions) -> None:
    text = render_cloudformation(options, PARAMETERS)
    assert complaints(text) == []
    assert len(text.encode()) < LONGEST_TEXT


def test_the_linter_has_nothing_to_say_of_the_member_s_role() -> None:
    assert complaints(render_member_role()) == []


def test_the_linter_would_say_something() -> None:
    assert complaints(rendered().replace("Timeout: 900", "Timeout: 901"))
    assert complaints(rendered().replace("!Ref LogRetentionDays", "30"))


@pytest.mark.parametrize("organization", [False, True])
@pytest.mark.parametrize("is_sent", [False, True])
@pytest.mark.parametrize("is_stored", [False, True])
def test_the_function_s_rights_are_those_that_are_listed_and_no_more(
    *, organization: bool, is_sent: bool, is_stored: bool
) -> None:
    chosen = (SEND if is_sent else {}) | (STORE if is_stored else {})
    wanted = [
        *rights.FUNCTION,
        *(rights.SECURITY_HUB if is_sent else ()),
        *(rights.STORE if is_stored else ()),
        *(rights.MEMBERS if organization else ()),
    ]
    assert actions_of(stack_of(chosen, organization=organization).statements()) == sorted(wanted)
    assert COMMANDS["config-rule"] == rights.FUNCTION


@pytest.mark.parametrize("is_sent", [False, True])
def test_the_member_s_role_has_the_rights_of_judging_and_no_more(*, is_sent: bool) -> None:
    given = {"FunctionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/function", "OrganizationId": "o-abcdefghij"}
    stack = Stack(render_member_role(), given | (SEND if is_sent else {}))
    assert stack.refused == set()
    assert actions_of(stack.statements()) == sorted([*rights.RULE, *(rights.SECURITY_HUB if is_sent else ())])
    (trust,) = stack.resources["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": given["FunctionRoleArn"]}
    assert trust["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}


def test_only_what_aws_cannot_narrow_is_granted_on_everything() -> None:
    statements = stack_of(SEND | STORE, organization=True).statements()
    everywhere = {action for one in statements if one["Resource"] == "*" for action in actions_of([one])}
    assert everywhere == {*rights.READING, "config:GetResourceConfigHistory", "config:PutEvaluations"}


def test_everything_else_is_granted_on_the_stack_s_own_things() -> None:
    place = f"{REGION}:{ACCOUNT}"
    found = {one["Sid"]: one["Resource"] for one in stack_of(SEND).statements() if one["Resource"] != "*"}
    assert found == {
        "EarlierEvaluations": f"arn:aws:config:{place}:config-rule/*",
        "SendFindings": f"arn:aws:securityhub:{place}:product/{ACCOUNT}/default",
        "EarlierFindings": f"arn:aws:securityhub:{place}:hub/default",
        "State": "<StateBucket.Arn>/state/*",
        "StateThatIsNotThere": "<StateBucket.Arn>",
        "NextInvocation": f"arn:aws:lambda:{place}:function:leastwise-config-rule",
        "DeadLetters": "<DeadLetters.Arn>",
        "Log": "<LogGroup.Arn>",
    }


@pytest.mark.parametrize(
    ("uri", "objects", "bucket"),
    [
        ("s3://scans", "scans/*", "scans"),
        ("s3://scans/last", "scans/last/*", "scans"),
        ("s3://scans/{account}/last", "scans/*/last/*", "scans"),
        ("s3://scans-{account}/last", "scans-*/last/*", "scans-*"),
    ],
)
def test_a_store_is_read_where_it_is_and_nowhere_else(uri: str, objects: str, bucket: str) -> None:
    stack = stack_of({"StoreUri": uri})
    assert stack.refused == set()
    found = {one["Sid"]: one["Resource"] for one in stack.statements()}
    assert found["Store"] == f"arn:aws:s3:::{objects}"
    assert found["StoreList"] == f"arn:aws:s3:::{bucket}"


def test_a_stranger_s_role_is_never_assumed() -> None:
    (members,) = [one for one in stack_of({}, organization=True).statements() if one["Sid"] == "Members"]
    assert members["Resource"] == "arn:aws:iam::*:role/leastwise-config-rule"
    assert members["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-abcdefghij"}}


def test_config_may_invoke_the_function_for_this_account_alone_or_for_an_organization_s() -> None:
    assert stack_of({}).resources["ConfigMayInvoke"]["SourceAccount"] == ACCOUNT
    assert "SourceAccount" not in stack_of({}, organization=True).resources["ConfigMayInvoke"]


@pytest.mark.parametrize("organization", [False, True])
def test_every_parameter_of_the_rule_but_its_name_can_be_set(*, organization: bool) -> None:
    names = {one.name for one in PARAMETERS} - {"rule"} - (set() if organization else {"roleName"})
    given = {"exclude": "role/a*,b", "storeUri": "s3://scans/x", "accounts": ACCOUNT}
    given["readOnlyPolicyArns"] = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    stack = stack_of({name[0].upper() + name[1:]: value for name, value in given.items()}, organization=organization)
    assert stack.refused == set()
    for rule, passed in input_parameters(stack).items():
        assert passed.keys() == {"rule", *names} - ({"granularity"} if rule == "unused-actions" else set())
        assert given.items() <= passed.items()


@pytest.mark.parametrize("organization", [False, True])
def test_the_rule_takes_what_the_template_passes_and_gets_its_own_defaults(*, organization: bool) -> None:
    passed = input_parameters(stack_of({}, organization=organization))
    assert passed.keys() == {*RuleName} == RULES.keys()
    role = {"roleName": "leastwise-config-rule"} if organization else {}
    for rule, values in passed.items():
        assert parse_parameters(json.dumps(values)) == parse_parameters(json.dumps({"rule": rule} | role))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("StaleAfterDays", "0"),
        ("StaleAfterDays", "401"),
        ("GraceDays", "-1"),
        ("PrincipalTypes", "user,robot"),
        ("Exclude", 'a"b'),
        ("ExemptionTag", ""),
        ("Granularity", "Action"),
        ("MinUnused", "0"),
        ("ReadOnlyPolicyArns", "ReadOnlyAccess"),
        ("Accounts", "1234"),
        ("RoleName", "path/role"),
        ("StoreUri", "http://scans"),
        ("StoreUri", "s3://scans/x/"),
        ("SecurityHub", "yes"),
        ("CallsPerSecond", "0"),
    ],
)
def test_a_bad_value_is_refused_before_anything_is_made(name: str, value: str) -> None:
    assert stack_of({name: value}, organization=True).refused == {name}


def test_rules_are_asked_about_every_day_and_only_where_wanted_on_change() -> None:
    daily = stack_of({}).resources["UnusedServicesRule"]
    assert daily["Source"]["SourceDetails"] == [
        {
            "EventSource": "aws.config",
            "MessageType": "ScheduledNotification",
            "MaximumExecutionFrequency": "TwentyFour_Hours",
        }
    ]
    assert "Scope" not in daily
    changed = stack_of({}, on_change=True).resources["UnusedServicesRule"]
    assert len(changed["Source"]["SourceDetails"]) == 3
    assert changed["Scope"]["ComplianceResourceTypes"][0] == "AWS::IAM::User"
    member = stack_of({}, on_change=True, organization=True).resources["UnusedServicesRule"]
    assert len(member["OrganizationCustomRuleMetadata"]["OrganizationConfigRuleTriggerTypes"]) == 3


def test_no_rule_is_there_before_what_it_needs() -> None:
    for organization, needed in ((False, "ConfigMayInvoke"), (True, ["ConfigMayInvoke", "MemberRoles"])):
        resources = parsed(rendered(organization=organization))["Resources"].values()
        rules = [one for one in resources if one["Type"] in FOR_RULES]
        assert len(rules) == len(RULES)
        assert all(one["DependsOn"] == needed for one in rules)


def test_the_stack_set_takes_the_member_s_role_to_every_account() -> None:
    members = stack_of({"ExcludedAccounts": f"{ACCOUNT},999999999999"}, organization=True).resources["MemberRoles"]
    assert members["TemplateBody"] == render_member_role()
    given = {one["ParameterKey"]: one["ParameterValue"] for one in members["Parameters"]}
    assert given.keys() == parsed(render_member_role())["Parameters"].keys()
    (group,) = members["StackInstancesGroup"]
    assert group["DeploymentTargets"] == {"OrganizationalUnitIds": ["r-abcd", "ou-abcd-12345678"]}
    assert group["Regions"] == [REGION]


def test_a_template_has_a_rule_and_none_twice() -> None:
    for rules in ((), ("unused-services", "unused-services"), ("unknown",)):
        with pytest.raises(UsageError):
            TemplateOptions(rules=rules)
