"""A CloudFormation template as CloudFormation would deploy it: its functions resolved, what is not wanted left out."""

import re
from collections.abc import Mapping
from typing import Any, Final

from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]
from cfnlint.decode import decode_str  # type: ignore[import-untyped]

Json = Any

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-central-1"
GIVEN: Final = {
    "CodeBucket": "my-code",
    "CodeKey": "rule.zip",
    "OrganizationId": "o-abcdefghij",
    "OrganizationalUnits": "r-abcd,ou-abcd-12345678",
}
"""Parameters without a default."""
_PSEUDO: Final = {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": REGION}
_REFERENCE: Final = re.compile(r"\$\{([A-Za-z0-9.:]+)\}")
_ABSENT: Final = object()


def complaints(template: str) -> list[str]:
    """What cfn-lint says of it, warnings too."""
    return [str(match) for match in lint(template, config=ManualArgs(regions=["us-east-1", REGION]))]


def parsed(template: str) -> Json:
    """The template, with the short forms of functions spelt out."""
    decoded, mistakes = decode_str(template)
    assert not mistakes, mistakes
    return decoded


class Stack:
    """A template deployed with some parameters."""

    def __init__(self, template: str, parameters: Mapping[str, str]) -> None:
        self.template = parsed(template)
        declared = self.template["Parameters"]
        given = {name: value for name, value in (GIVEN | dict(parameters)).items() if name in declared}
        assert parameters.keys() <= declared.keys(), parameters.keys() - declared.keys()
        self.values = {name: str(given.get(name, one.get("Default"))) for name, one in declared.items()}
        self.refused = {name for name, value in self.values.items() if not _is_taken(declared[name], value)}
        self.resources = {
            name: self.resolved(one.get("Properties", {})) for name, one in self.template["Resources"].items()
        }

    def of_type(self, kind: str) -> dict[str, Json]:
        """The properties of all resources of a type, by logical id."""
        types = {name: one["Type"] for name, one in self.template["Resources"].items()}
        return {name: one for name, one in self.resources.items() if types[name] == kind}

    def statements(self, role: str = "Role") -> list[Json]:
        """The statements of a role's one policy."""
        (policy,) = self.resources[role]["Policies"]
        return list(policy["PolicyDocument"]["Statement"])

    def resolved(self, node: Json) -> Json:
        """The node without functions in it."""
        if isinstance(node, dict):
            if len(node) == 1 and (name := next(iter(node))).startswith(("Fn::", "Ref", "Condition")):
                return self._called(str(name), node[name])
            found = {str(key): self.resolved(value) for key, value in node.items()}
            return {key: value for key, value in found.items() if value is not _ABSENT}
        if isinstance(node, list):
            return [value for value in map(self.resolved, node) if value is not _ABSENT]
        return node

    def _called(self, name: str, argument: Json) -> Json:  # noqa: PLR0911 - a line for each function
        match name, argument:
            case "Ref", "AWS::NoValue":
                return _ABSENT
            case "Ref", _:
                return self._value(argument)
            case "Fn::If", [condition, yes, no]:
                return self.resolved(yes if self._holds(self.template["Conditions"][condition]) else no)
            case "Fn::GetAtt", _:
                return self._value(argument if isinstance(argument, str) else ".".join(argument))
            case "Fn::Sub", [text, names]:
                return self._filled(text, self.resolved(names))
            case "Fn::Sub", _:
                return self._filled(argument, {})
        arguments = self.resolved(argument)
        match name:
            case "Fn::Join":
                return arguments[0].join(arguments[1])
            case "Fn::Split":
                return arguments[1].split(arguments[0])
            case "Fn::Select":
                return arguments[1][int(arguments[0])]
        return {name: arguments}

    def _holds(self, condition: Json) -> bool:
        ((name, argument),) = condition.items()
        if name == "Fn::Not":
            return not self._holds(argument[0])
        assert name == "Fn::Equals"
        left, right = self.resolved(argument)
        return bool(left == right)

    def _value(self, name: str) -> str:
        if name in self.template["Resources"] or "." in name:
            return f"<{name}>"
        return _PSEUDO[name] if name in _PSEUDO else self.values[name]

    def _filled(self, text: str, names: Mapping[str, str]) -> str:
        return _REFERENCE.sub(lambda found: names[found[1]] if found[1] in names else self._value(found[1]), text)


def _is_taken(declared: Json, value: str) -> bool:
    if "AllowedValues" in declared:
        return value in map(str, declared["AllowedValues"])
    pattern = declared.get("AllowedPattern")
    return pattern is None or re.fullmatch(pattern, value) is not None


def actions_of(statements: list[Json]) -> list[str]:
    """Every action, as often as it is granted."""
    found: list[str] = []
    for one in statements:
        assert one["Effect"] == "Allow"
        found += [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
    return sorted(found)
