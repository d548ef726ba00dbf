"""Policies from files and standard input."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from leastwise.cli.streams import read_input
from leastwise.errors import PolicyError, UsageError
from leastwise.policy import Document, DocumentKind, parse_document

__all__ = ["check_one_standard_input", "document_of", "read_document", "read_text", "shown_source"]

_STANDARD_INPUT: Final = "-"
_WRAPPERS: Final = ("PolicyVersion", "PolicyDocument", "Role", "Policy")
"""What stands around a policy in the answers of IAM."""


def shown_source(policy_file: str) -> str:
    """What messages call it."""
    return "standard input" if policy_file == _STANDARD_INPUT else policy_file


def check_one_standard_input(policy_files: Sequence[str]) -> None:
    """Refuse to read standard input twice.

    Raises:
        UsageError: `-` is named more than once.
    """
    if policy_files.count(_STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read only once", hint="put the other policies into files")


def read_text(policy_file: str) -> str:
    """The text of a file, or of standard input for `-`; a byte order mark, as Windows writes it, is left out.

    Raises:
        UsageError: it cannot be read, or is not UTF-8.
    """
    source = shown_source(policy_file)
    try:
        data = read_input() if policy_file == _STANDARD_INPUT else Path(policy_file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}") from error


def read_document(policy_file: str, kind: str) -> Document:
    """The policy in a file, or in standard input for `-`.

    Raises:
        UsageError: it cannot be read, or IAM would refuse it.
    """
    text = read_text(policy_file)
    if not text.strip():
        raise UsageError(f"{shown_source(policy_file)} is empty: there is no policy to read")
    try:
        return parse_document(text, DocumentKind(kind))
    except PolicyError as error:
        place = f"{shown_source(policy_file)}:{error.line}:{error.column}"
        where = f"{error.path}: " if error.path else ""
        raise UsageError(f"{place}: {where}{error.problem}", hint=_hint(text, error)) from error


def _hint(text: str, error: PolicyError) -> str:
    wrapper = _wrapper(text)
    if wrapper:
        return f"this is what `aws iam` prints; give the policy alone, e.g. with --query {wrapper}"
    if error.path.endswith("Principal"):
        return "--kind trust reads a role's trust policy, --kind resource a resource's"
    return ""


def _wrapper(text: str) -> str:
    """Where in an answer of IAM the policy is; empty if it is none that we know."""
    try:
        found = msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        return ""
    named = next((name for name in _WRAPPERS if name in found), "")
    return {"PolicyVersion": "PolicyVersion.Document", "Role": "Role.AssumeRolePolicyDocument"}.get(named, named)


def document_of(actions: Sequence[str]) -> Document:
    """A policy that allows these action patterns.

    Raises:
        UsageError: IAM would refuse one.
    """
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
    try:
        return parse_document(text)
    except PolicyError as error:
        raise UsageError(f"--action: {error.problem}") from error
