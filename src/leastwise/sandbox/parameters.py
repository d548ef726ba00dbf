"""What IAM's model wants of parameters: the words of names, paths and documents (botocore, iam 2010-05-08)."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from leastwise.sandbox.refusals import constraint

__all__ = ["check_parameters"]


class _Rule(msgspec.Struct, frozen=True):
    pattern: str
    most: int


_NAME: Final = _Rule(r"[\w+=,.@-]+", 128)
_RULES: Final[Mapping[str, _Rule]] = {
    "AccessKeyId": _Rule(r"[\w]+", 128),
    "Description": _Rule("[\t\n\r\x20-\x7e\xa1-\xff]*", 1000),
    "GroupName": _NAME,
    "Path": _Rule(r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", 512),
    "PolicyDocument": _Rule("[\t\n\r\x20-\xff]+", 131072),
    "PolicyName": _NAME,
    "RoleName": _Rule(r"[\w+=,.@-]+", 64),
    "Status": _Rule("Active|Inactive", 8),
    "UserName": _NAME,
    "VersionId": _Rule(r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", 128),
}
_GIVEN: Final[Mapping[str, tuple[str, ...]]] = {
    "CreatePolicy": ("Description", "Path", "PolicyDocument", "PolicyName"),
    "CreatePolicyVersion": ("PolicyDocument",),
    "DeletePolicyVersion": ("VersionId",),
    "GetPolicyVersion": ("VersionId",),
    "PutGroupPolicy": ("GroupName", "PolicyDocument", "PolicyName"),
    "PutRolePolicy": ("RoleName", "PolicyDocument", "PolicyName"),
    "PutUserPolicy": ("UserName", "PolicyDocument", "PolicyName"),
    "SetDefaultPolicyVersion": ("VersionId",),
    "UpdateAccessKey": ("AccessKeyId", "Status"),
}
"""The operations that moto does not look at closely enough, and their parameters."""
_OPTIONAL: Final = frozenset({"Description", "Path", "UserName"})


def check_parameters(operation: str, form: Mapping[str, str]) -> None:
    """Refuse a parameter that is missing, too long, or made of other characters than the model has for it.

    Raises:
        Refusal: as said.
    """
    for name in _GIVEN.get(operation, ()):
        value, rule = form.get(name), _RULES[name]
        member = name[0].lower() + name[1:]
        if value is None:
            if name not in _OPTIONAL:
                raise constraint(member, "Member must not be null")
            continue
        if len(value) > rule.most:
            raise constraint(member, f"Member must have length less than or equal to {rule.most}")
        if not re.fullmatch(rule.pattern, value, re.ASCII):
            shown = rule.pattern.encode("unicode_escape").decode()
            raise constraint(member, f"Member must satisfy regular expression pattern: {shown}")
