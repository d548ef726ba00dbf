"""The rules as a Terraform module of one file, with the same resources and rights as the CloudFormation template."""

import json
from collections.abc import Iterable, Iterator, Sequence

from leastwise.deploy.cloudformation import render_member_role
from leastwise.deploy.fill import fill
from leastwise.deploy.options import ARCHITECTURES, DEFAULT_RUNTIME, RULES, RUNTIMES, TemplateOptions
from leastwise.deploy.parameters import TableParameter, TemplateParameter, TemplateParameters

__all__ = ["render_terraform"]


def render_terraform(options: TemplateOptions, table: Iterable[TableParameter]) -> str:
    """The text of `main.tf`, formatted as `terraform fmt` does; the same input gives the same text.

    The role of an organization's members is a StackSet here, too, since Terraform reaches one account at a time.
    """
    parameters = TemplateParameters(table, of_organization=options.organization)
    inserts = {
        "choices": _choices(),
        "member-role": [line.replace("${", "$${") for line in render_member_role().splitlines()],
        "rules": _rules(options, parameters),
        "variables": _variables(parameters.of_rules(options.rules)),
    }
    flags = {"organization": options.organization, "on-change": options.on_change}
    return fill("main.tf", {name for name, is_chosen in flags.items() if is_chosen}, inserts=inserts)


def _choices() -> Iterator[str]:
    yield from _variable("architecture", "What the package was made for.", ARCHITECTURES[0])
    yield from _one_of("architecture", ARCHITECTURES)
    yield ""
    yield from _variable("runtime", "The Python that the package was made for.", DEFAULT_RUNTIME)
    yield from _one_of("runtime", RUNTIMES)


def _variable(name: str, description: str, default: str | int) -> Iterator[str]:
    yield f'variable "{name}" {{'
    yield f"  description = {json.dumps(description)}"
    yield f"  type        = {'number' if isinstance(default, int) else 'string'}"
    yield f"  default     = {json.dumps(default)}"
    yield ""


def _one_of(name: str, allowed: Sequence[str]) -> Iterator[str]:
    yield from _checked(f"contains({json.dumps(allowed)}, var.{name})", f"One of {', '.join(allowed)}.")


def _checked(condition: str, message: str) -> Iterator[str]:
    yield "  validation {"
    yield f"    condition     = {condition}"
    yield f"    error_message = {json.dumps(message)}"
    yield "  }"
    yield "}"


def _variables(parameters: Iterable[TemplateParameter]) -> Iterator[str]:
    for position, one in enumerate(parameters):
        if position:
            yield ""
        yield from _variable(one.snake, one.description, int(one.default) if one.default.isdecimal() else one.default)
        if one.choices:
            yield from _one_of(one.snake, one.choices)
        else:
            condition = f"can(regex({json.dumps(one.whole_pattern)}, var.{one.snake}))"
            yield from _checked(condition, f"It must be {one.allowed}.")


def _rules(options: TemplateOptions, parameters: TemplateParameters) -> Iterator[str]:
    width = max(len(rule) for rule in options.rules) + 2
    yield "descriptions = {"
    for rule in options.rules:
        name = f'"{rule}"'
        yield f"  {name:<{width}} = {json.dumps(RULES[rule])}"
    yield "}"
    yield ""
    yield "chosen = {"
    for rule in options.rules:
        yield from _rule(rule, parameters.of_rule(rule))
    yield "}"


def _rule(rule: str, parameters: Sequence[TemplateParameter]) -> Iterator[str]:
    width = max(len(one.name) for one in parameters)
    yield f'  "{rule}" = {{'
    yield f'    {"rule":<{width}} = "{rule}"'
    for one in parameters:
        yield f"    {one.name:<{width}} = var.{one.snake}"
    yield "  }"
