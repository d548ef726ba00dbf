"""The policies of a plan that a CloudFormation template can hold, and which steps that leaves out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Raw, Struct

from leastwise.plan import Attach, Change, CreatePolicy, CreateVersion, Plan, PutInline, Step
from leastwise.policy import Arn
from leastwise.report.plan.deployed import new_policies, path_of, single_keyed, text_before

__all__ = ["WrittenPolicy", "steps_left_out", "written_policies"]

_MANAGED: Final = "AWS::IAM::ManagedPolicy"
_OTHER: Final = re.compile("[^A-Za-z0-9]+")
_LONGEST_ID: Final = 255
"""CloudFormation's limit of a logical id."""
_DIGITS: Final = 8


class WrittenPolicy(Struct, frozen=True):
    """A policy that the plan writes."""

    logical_id: str
    """What it is called in the template: the same for the same policy, and another for another one."""
    type: str
    """Its resource type."""
    names: dict[str, str]
    """The properties that say which policy it is, and its description."""
    identifier: dict[str, str]
    """The properties that tell which one is imported."""
    document: str
    """What it will say."""
    before: str | None
    """What it says now; None for a policy that is new."""
    changes: tuple[Change, ...]
    """The changes that write it or attach it, in order."""
    holders: dict[str, list[str]] = {}
    """The names of the `Roles`, `Users` and `Groups` that it is attached to."""

    def properties(self, document: str) -> dict[str, object]:
        """The properties of the resource with this document, as an object whose keys and numbers are as they stand."""
        return {**self.names, **self.holders, "PolicyDocument": Raw(single_keyed(document).encode())}


_Attached = Mapping[Arn, Sequence[tuple[Change, Arn]]]


def written_policies(plan: Plan) -> list[WrittenPolicy]:
    """Every policy that the plan writes, in its order; an attachment belongs to the policy, which must be new."""
    attached = _attached(plan)
    return [found for change in plan.changes for step in change.steps for found in _written(step, change, attached)]


def steps_left_out(change: Change, made: frozenset[Arn]) -> tuple[Step, ...]:
    """The steps of a change that no template can take, where the plan makes these policies."""
    return tuple(step for step in change.steps if not _is_written(step, change, made))


def _is_written(step: Step, change: Change, made: frozenset[Arn]) -> bool:
    match step:
        case PutInline() | CreatePolicy():
            return True
        case CreateVersion():
            return text_before(step, change) is not None
        case Attach():
            return step.policy in made
        case _:
            return False


def _attached(plan: Plan) -> _Attached:
    found: dict[Arn, list[tuple[Change, Arn]]] = {policy: [] for policy in new_policies(plan)}
    for change in plan.changes:
        for step in change.steps:
            if isinstance(step, Attach) and step.policy in found:
                found[step.policy].append((change, step.principal))
    return found


def _written(step: Step, change: Change, attached: _Attached) -> Iterator[WrittenPolicy]:
    match step:
        case PutInline():
            yield _inline(step, change)
        case CreatePolicy():
            yield _new(step, change, attached[step.policy])
        case CreateVersion() if text_before(step, change) is not None:
            yield _new_version(step, change)


def _inline(step: PutInline, change: Change) -> WrittenPolicy:
    owner = step.principal
    kind = owner.kind.capitalize()
    names = {"PolicyName": step.policy, f"{kind}Name": owner.name}
    return WrittenPolicy(
        _logical_id(owner.name, step.policy, identity=f"{owner} {step.policy}"),
        f"AWS::IAM::{kind}Policy",
        names,
        identifier=names,
        document=step.document,
        before=text_before(step, change),
        changes=(change,),
    )


def _new(step: CreatePolicy, change: Change, attached: Sequence[tuple[Change, Arn]]) -> WrittenPolicy:
    holders: dict[str, list[str]] = {}
    for _, principal in attached:
        holders.setdefault(f"{principal.kind.capitalize()}s", []).append(principal.name)
    described = {"Description": step.description} if step.description else {}
    return WrittenPolicy(
        _logical_id(step.policy.name, identity=step.policy),
        _MANAGED,
        _names(step.policy) | described,
        identifier={"PolicyArn": step.policy},
        document=step.document,
        before=None,
        changes=tuple({one.id: one for one in (change, *(one for one, _ in attached))}.values()),
        holders=holders,
    )


def _new_version(step: CreateVersion, change: Change) -> WrittenPolicy:
    return WrittenPolicy(
        _logical_id(step.policy.name, identity=step.policy),
        _MANAGED,
        _names(step.policy),
        identifier={"PolicyArn": step.policy},
        document=step.document,
        before=text_before(step, change),
        changes=(change,),
    )


def _names(policy: Arn) -> dict[str, str]:
    path = path_of(policy)
    return {"ManagedPolicyName": policy.name} | ({} if path == "/" else {"Path": path})


def _logical_id(*names: str, identity: str) -> str:
    """The names in letters and digits, which is all that may stand there, and a digest that tells them apart."""
    words = [word for name in names for word in _OTHER.split(name) if word]
    readable = "".join(word[0].upper() + word[1:] for word in words)
    return readable[: _LONGEST_ID - _DIGITS] + sha256(identity.encode()).hexdigest()[:_DIGITS].upper()
