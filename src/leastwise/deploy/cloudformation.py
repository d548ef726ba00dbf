"""The rules as CloudFormation templates, without any transform: of one account, or of an organization."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from leastwise.deploy.fill import fill
from leastwise.deploy.options import ARCHITECTURES, DEFAULT_RUNTIME, RULES, RUNTIMES, TemplateOptions
from leastwise.deploy.parameters import TableParameter, TemplateParameter, TemplateParameters

__all__ = ["render_cloudformation", "render_member_role"]

_TYPES: Final = ("AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group", "AWS::IAM::Policy")
"""What a change of tells Config to ask, as Config names it."""
_ON_CHANGE: Final = ("ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification")
_SCHEDULED: Final = "ScheduledNotification"


def render_cloudformation(options: TemplateOptions, table: Iterable[TableParameter]) -> str:
    """The template, in YAML: the function with the least rights, what guards it, and the rules that were chosen.

    `table` is what the rule takes; the same of both gives the same text. The template of an organization holds that of
    `render_member_role`, too, and a StackSet that takes it to every member.
    """
    parameters = TemplateParameters(table, of_organization=options.organization)
    inserts = {
        "choices": _choices(),
        "conditions": _conditions(parameters.of_rules(options.rules)),
        "member-role": render_member_role().splitlines(),
        "outputs": _outputs(options),
        "parameters": _parameters(parameters.of_rules(options.rules)),
        "rule-statements": _statements(),
        "rules": _rules(options, parameters),
    }
    return fill("rule.yaml", {"organization"} if options.organization else (), inserts=inserts)


def render_member_role() -> str:
    """The template of the role in the account of a member, for accounts that no StackSet reaches."""
    return fill("member-role.yaml", (), inserts={"rule-statements": _statements()})


def _statements() -> list[str]:
    return fill("rule-statements.yaml", (), inserts={}).splitlines()


def _choices() -> Iterator[str]:
    yield from _parameter("Architecture", "What the package was made for.", ARCHITECTURES[0], ARCHITECTURES)
    yield from _parameter("Runtime", "The Python that the package was made for.", DEFAULT_RUNTIME, RUNTIMES)


def _parameter(title: str, description: str, default: str, allowed: Sequence[str]) -> Iterator[str]:
    yield f"{title}:"
    yield "  Type: String"
    yield f"  Description: {_quoted(description)}"
    yield f"  Default: {_quoted(default)}"
    yield f"  AllowedValues: [{', '.join(map(_quoted, allowed))}]"


def _parameters(parameters: Iterable[TemplateParameter]) -> Iterator[str]:
    for one in parameters:
        if one.choices:
            yield from _parameter(one.title, one.description, one.default, one.choices)
            continue
        yield f"{one.title}:"
        yield "  Type: String"
        yield f"  Description: {_quoted(one.description)}"
        yield f"  Default: {_quoted(one.default)}"
        yield f"  AllowedPattern: {_quoted(one.strict_pattern)}"
        yield f"  ConstraintDescription: {_quoted(f'must be {one.allowed}')}"


def _conditions(parameters: Iterable[TemplateParameter]) -> Iterator[str]:
    for one in parameters:
        if not one.default:
            yield f'Has{one.title}: !Not [!Equals [!Ref {one.title}, ""]]'


def _rules(options: TemplateOptions, parameters: TemplateParameters) -> Iterator[str]:
    write = _organization_rule if options.organization else _account_rule
    for rule in options.rules:
        yield ""
        yield from write(rule, parameters.of_rule(rule), is_on_change=options.on_change)


def _account_rule(rule: str, parameters: Iterable[TemplateParameter], *, is_on_change: bool) -> Iterator[str]:
    yield f"{_logical_id(rule)}:"
    yield "  Type: AWS::Config::ConfigRule"
    yield "  DependsOn: ConfigMayInvoke"
    yield "  Properties:"
    yield f'    ConfigRuleName: !Sub "${{NamePrefix}}-{rule}"'
    yield f"    Description: {_quoted(RULES[rule])}"
    if is_on_change:
        yield "    Scope:"
        yield f"      ComplianceResourceTypes: [{', '.join(_TYPES)}]"
    yield "    Source:"
    yield "      Owner: CUSTOM_LAMBDA"
    yield "      SourceIdentifier: !GetAtt Function.Arn"
    yield "      SourceDetails:"
    yield "        - EventSource: aws.config"
    yield f"          MessageType: {_SCHEDULED}"
    yield "          MaximumExecutionFrequency: !Ref Frequency"
    for message in _ON_CHANGE if is_on_change else ():
        yield "        - EventSource: aws.config"
        yield f"          MessageType: {message}"
    yield "    InputParameters:"
    yield f"      rule: {rule}"
    for one in parameters:
        yield f"      {one.name}: {_value(one)}"


def _value(parameter: TemplateParameter) -> str:
    value = f"!Ref {parameter.title}"
    return value if parameter.default else f'!If [Has{parameter.title}, {value}, !Ref "AWS::NoValue"]'


def _organization_rule(rule: str, parameters: Iterable[TemplateParameter], *, is_on_change: bool) -> Iterator[str]:
    yield f"{_logical_id(rule)}:"
    yield "  Type: AWS::Config::OrganizationConfigRule"
    yield "  DependsOn: [ConfigMayInvoke, MemberRoles]"
    yield "  Properties:"
    yield f'    OrganizationConfigRuleName: !Sub "${{NamePrefix}}-{rule}"'
    yield '    ExcludedAccounts: !If [HasExcludedAccounts, !Split [",", !Ref ExcludedAccounts], !Ref "AWS::NoValue"]'
    yield "    OrganizationCustomRuleMetadata:"
    yield f"      Description: {_quoted(RULES[rule])}"
    yield "      LambdaFunctionArn: !GetAtt Function.Arn"
    yield "      OrganizationConfigRuleTriggerTypes:"
    for message in (_SCHEDULED, *(_ON_CHANGE if is_on_change else ())):
        yield f"        - {message}"
    yield "      MaximumExecutionFrequency: !Ref Frequency"
    if is_on_change:
        yield f"      ResourceTypesScope: [{', '.join(_TYPES)}]"
    # The parameters are one text here, of JSON; no value may have a quotation mark in it.
    yield "      InputParameters: !Join"
    yield '        - ""'
    yield f"""        - - '{{"rule":"{rule}"'"""
    for one in parameters:
        yield f"          - {_member(one)}"
    yield "          - '}'"


def _member(parameter: TemplateParameter) -> str:
    text = f"""!Sub ',"{parameter.name}":"${{{parameter.title}}}"'"""
    return text if parameter.default else f'!If [Has{parameter.title}, {text}, ""]'


def _outputs(options: TemplateOptions) -> Iterator[str]:
    for rule in options.rules:
        yield f"{_logical_id(rule)}Name:"
        yield f"  Description: Name of the rule {rule}."
        yield f"  Value: !Ref {_logical_id(rule)}"


def _logical_id(rule: str) -> str:
    return "".join(map(str.capitalize, rule.split("-"))) + "Rule"


def _quoted(text: str) -> str:
    """The text as YAML, which reads JSON's strings as JSON does."""
    return json.dumps(text)
