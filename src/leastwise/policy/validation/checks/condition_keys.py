"""Condition keys that no request holds."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from leastwise.catalog import Action
from leastwise.policy.validation.checks.guess import Guesses
from leastwise.policy.validation.checks.known_keys import KnownKeys
from leastwise.policy.validation.checks.subject import SEVERAL_PAGES, Check, Fault, Subject, shown
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]


def _formless(subject: Subject) -> Iterator[Fault]:
    for statement, one, _ in subject.conditions():
        if ":" not in one.key:
            path = subject.path(statement, "Condition", one.operator, one.key)
            yield Fault(path, f"a condition key needs a prefix, e.g. aws:SourceIp: {shown(one.key)}", at_key=True)


def _unknown(subject: Subject) -> Iterator[Fault]:
    known, guesses = KnownKeys(subject), Guesses()
    for statement, one, _ in subject.conditions():
        prefix = one.key.partition(":")[0].lower()
        if ":" not in one.key or known.find(statement, one.key) is not None:
            continue
        path = subject.path(statement, "Condition", one.operator, one.key)
        if known.are_known(prefix):
            guess = guesses.of(one.key, prefix, partial(known.names, prefix))
            yield Fault(path, f"unknown condition key {shown(one.key)}{guess}", at_key=True)
        elif known.are_known("sts") and not _is_provider(prefix):
            yield Fault(path, f"unknown condition key {shown(one.key)}: no service {shown(prefix)}", at_key=True)


def _is_provider(prefix: str) -> bool:
    # Identity providers that a customer has set up name their keys after their host.
    return "." in prefix or "/" in prefix


def _irrelevant(subject: Subject) -> Iterator[Fault]:
    known = KnownKeys(subject)
    for statement, one, _ in subject.conditions():
        key = known.find(statement, one.key)
        actions = subject.known(statement)
        if key is None or known.global_key(one.key) is not None or not actions:
            continue
        taken = _keys_of(subject, actions)
        if taken is not None and _stem(key.name) not in taken:
            path = subject.path(statement, "Condition", one.operator, one.key)
            yield Fault(path, f"no action of the statement is known to have the key {shown(one.key)}", at_key=True)


def _keys_of(subject: Subject, actions: tuple[Action, ...]) -> set[str] | None:
    """The stems of the keys that the actions have; None if those of one are not known."""
    found: set[frozenset[str]] = set()
    for action in actions:
        keys = subject.catalog.condition_keys(action)
        if keys is None or action.namespace in SEVERAL_PAGES:
            return None
        found.add(keys)
    return {_stem(key) for keys in found for key in keys}


def _stem(key: str) -> str:
    # What stands behind the slash is the user's own, and AWS writes its placeholder in many ways, `tag-key` among them.
    return key.partition("/")[0].lower()


CHECKS: Final = (
    Check("invalid-condition-key-format", Severity.WARNING, "Invalid condition key format", _formless),
    Check(
        "unknown-condition-key",
        Severity.WARNING,
        "Invalid global condition key; Invalid service condition key",
        _unknown,
    ),
    Check("irrelevant-condition-key", Severity.SUGGESTION, "", _irrelevant),
)
"""The checks of this module."""
