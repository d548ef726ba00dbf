"""The parameters of one rule, read from the JSON text that AWS Config keeps them in."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.compliance.parameter_table import PARAMETERS, Parameter
from leastwise.compliance.resource_types import ResourceType
from leastwise.errors import UsageError
from leastwise.evidence import Granularity
from leastwise.policy import AccountId, Arn
from leastwise.settings import EXEMPTION_TAG

__all__ = ["Mistake", "RuleName", "RuleParameters", "RuleParametersError", "parse_parameters"]


class RuleName(StrEnum):
    """What makes a resource NON_COMPLIANT."""

    UNUSED_SERVICES = "unused-services"
    """A service that it is granted and never accessed."""
    STALE_SERVICES = "stale-services"
    """A service that it is granted and has not accessed for long."""
    UNUSED_ACTIONS = "unused-actions"
    """An action that it is granted and never used."""
    UNUSED_PRINCIPALS = "unused-principals"
    """That it is not used at all: idle, without members, or attached to nobody."""


class RuleParameters(Struct, frozen=True):
    """What one rule looks for, and in whom."""

    rule: RuleName
    """What makes a resource NON_COMPLIANT."""
    stale_after_days: int = 90
    """A use longer ago than this many days is stale; also the least age and window of an `unused`."""
    grace_days: int = 30
    """A resource younger than this many days is NOT_APPLICABLE."""
    principal_types: tuple[ResourceType, ...] = (ResourceType.USER, ResourceType.ROLE, ResourceType.GROUP)
    """The kinds of resource to look at."""
    exclude: tuple[str, ...] = ()
    """Patterns of resources to leave out, over what `Arn.names` gives."""
    exemption_tag: str = EXEMPTION_TAG
    """Key of the tag that exempts its carrier."""
    granularity: Granularity = Granularity.ACTION
    """How fine IAM is asked to look."""
    minimum_unused: int = 1
    """From how many unused services or actions on a resource is NON_COMPLIANT."""
    read_only_policies: tuple[Arn, ...] = ()
    """Managed policies of which nothing counts that only they grant."""
    accounts: tuple[AccountId, ...] = ()
    """The accounts that may be looked at; empty for any."""
    role_name: str | None = None
    """The role to assume in the account of the event; None for none."""
    store_uri: str | None = None
    """Where a scan made elsewhere is kept, `{account}` in it not yet replaced; None if the account itself is asked."""
    security_hub: bool = False
    """Whether findings are sent to Security Hub too."""
    calls_per_second: int = 20
    """At most so many calls a second are made to IAM."""

    def takes(self, account: AccountId) -> bool:
        """Whether the account may be looked at."""
        return not self.accounts or account in self.accounts

    def store_of(self, account: AccountId) -> str | None:
        """Where the scan of one account is kept; None if the account itself is asked."""
        return None if self.store_uri is None else self.store_uri.replace("{account}", account)


class Mistake(Struct, frozen=True):
    """One thing that is wrong with the parameters."""

    parameter: str
    """Its name, as it was written."""
    value: str
    """Its value as JSON; empty where none was given."""
    problem: str
    """What is wrong, and what is allowed."""

    def __str__(self) -> str:
        return f"{self.parameter} {self.problem}" + (f", not {self.value}" if self.value else "")


class RuleParametersError(UsageError):
    """The rule's parameters cannot be taken; every mistake in them is named."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        said = "; ".join(map(str, mistakes))
        super().__init__(f"{count} in the rule's parameters: {said}", hint="Correct the parameters of the Config rule.")
        self.mistakes = mistakes
        """Every one, in the order of the table of parameters, unknown names last."""


def parse_parameters(text: str | None) -> RuleParameters:
    """The parameters of a rule, of the text that AWS Config calls `ruleParameters`; None as where it leaves them out.

    Every value is a string to Config; true, false and numbers are taken as what they are written as. White space
    around a value does not count, and an empty value is as good as none: a template passes what nobody filled in.

    Raises:
        RuleParametersError: it is no JSON object, or has names that are unknown, values that are not allowed, or none
            for `rule`.
    """
    given = _object(text)
    reader = _Reader(given)
    values = {parameter.name: reader.value(parameter) for parameter in PARAMETERS}
    mistakes = (*reader.mistakes, *_together(values), *_unknown_names(given))
    if mistakes:
        raise RuleParametersError(mistakes)
    return _parameters(values)


_KNOWN: Final = {parameter.name: parameter for parameter in PARAMETERS}


def _object(text: str | None) -> Mapping[str, object]:
    if text is None or not text.strip():
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        mistake = Mistake("ruleParameters", "", f"must be a JSON object: {error}")
        raise RuleParametersError((mistake,)) from error


class _Reader:
    """Reads values, and keeps every complaint instead of stopping at the first."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = given
        self.mistakes: list[Mistake] = []

    def value(self, parameter: Parameter) -> str:
        """The value, or the default; empty for neither, and for one that is not allowed."""
        given = self._given.get(parameter.name)
        text = _text(given, is_truth="true" in parameter.choices)
        if text is None or (text and not re.fullmatch(parameter.pattern, text)):
            self._complain(parameter, _json(given))
            return ""
        if not text and parameter.is_required:
            self._complain(parameter, "")
        return text or parameter.default

    def _complain(self, parameter: Parameter, value: str) -> None:
        verb = "must be" if value else "is missing: it must be"
        self.mistakes.append(Mistake(parameter.name, value, f"{verb} {parameter.allowed}"))


def _text(value: object, *, is_truth: bool) -> str | None:
    """What Config would keep of a JSON value, without white space around it; None if nobody can tell."""
    if isinstance(value, bool):
        return str(value).lower() if is_truth else None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else None
    if isinstance(value, str | int):
        return str(value).strip()
    return "" if value is None else None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _together(values: Mapping[str, str]) -> Iterator[Mistake]:
    """What is wrong with values that are each allowed."""
    if values["granularity"] == Granularity.SERVICE and values["rule"] == RuleName.UNUSED_ACTIONS:
        yield Mistake("granularity", '"service"', "must be action where the rule is unused-actions")


def _unknown_names(given: Mapping[str, object]) -> Iterator[Mistake]:
    folded = {name.lower(): name for name in _KNOWN}
    for name in sorted(given.keys() - _KNOWN.keys()):
        near = get_close_matches(name.lower(), folded, n=1)
        hint = f"did you mean {folded[near[0]]}?" if near else f"known are {', '.join(_KNOWN)}"
        yield Mistake(name, "", f"is no parameter: {hint}")


def _parameters(values: Mapping[str, str]) -> RuleParameters:
    return RuleParameters(
        rule=RuleName(values["rule"]),
        stale_after_days=int(values["staleAfterDays"]),
        grace_days=int(values["graceDays"]),
        principal_types=tuple(_types(values["principalTypes"])),
        exclude=_listed(values["exclude"]),
        exemption_tag=values["exemptionTag"],
        granularity=Granularity(values["granularity"]),
        minimum_unused=int(values["minUnused"]),
        read_only_policies=tuple(map(Arn, _listed(values["readOnlyPolicyArns"]))),
        accounts=tuple(map(AccountId, _listed(values["accounts"]))),
        role_name=values["roleName"] or None,
        store_uri=values["storeUri"] or None,
        security_hub=values["securityHub"] == "true",
        calls_per_second=int(values["callsPerSecond"]),
    )


def _listed(text: str) -> tuple[str, ...]:
    """What stands between the commas, each once, in order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _types(text: str) -> Iterator[ResourceType]:
    words = {kind.word: kind for kind in ResourceType}
    return (words[word] for word in _listed(text))
