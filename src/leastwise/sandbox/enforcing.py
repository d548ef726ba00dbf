"""Whether the policies of a caller allow a call, as `leastwise.policy.simulate` decides it.

So a set of rights that suffices here is one that the product's own reading of a policy finds sufficient. Looked at are
the calls of which the resource can be known: all of IAM; of AWS Config, Lambda and Security Hub what the sandbox
answers itself; of S3 what the address names, a bucket or an object; of others the actions that work on no resource. The
rest passes: AssumeRole is left to the trust policy. GetCallerIdentity needs no right (AWS STS API Reference).

Policies of buckets, functions and other resources are not looked at, and CreateFunction needs no iam:PassRole.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from leastwise import policy
from leastwise.policy import (
    Decision,
    Document,
    Layer,
    NamedPolicy,
    Outcome,
    Policies,
    Request,
    Stance,
    context_of,
    parse_document,
    simulate,
)
from leastwise.sandbox.account import Account, Entity, EntityKind, boundary_of
from leastwise.sandbox.actions import services
from leastwise.sandbox.house import Caller, House
from leastwise.sandbox.operations import Checked
from leastwise.sandbox.refusals import Refusal

__all__ = ["check_rights"]

_KINDS: Final[tuple[EntityKind, ...]] = ("user", "role", "group", "policy")
_FREE: Final = "GetCallerIdentity"
_LAYERS: Final = {
    Layer.IDENTITY: ("no identity-based policy allows", "an identity-based policy"),
    Layer.BOUNDARY: ("no permissions boundary allows", "a permissions boundary"),
}
"""How AWS names the policies that do not allow, and that deny (IAM User Guide, "Troubleshoot access denied errors")."""


class _Target(msgspec.Struct, frozen=True):
    """What a call works on."""

    arn: str
    """Its ARN, or `*`."""
    shown: str
    """How an error names it: IAM says `user ann` of what is named without an account."""
    entity: Entity | None = None
    """The user, role, group or policy; None where there is none, or not yet."""


_ALL: Final = _Target("*", "*")


_TAGGING: Final = {"CreatePolicy": "TagPolicy", "CreateRole": "TagRole", "CreateUser": "TagUser"}
"""The right that making something with tags takes besides (IAM User Guide, Tagging IAM resources)."""


def check_rights(
    house: House,
    caller: Caller,
    checked: Checked,
    form: Mapping[str, str],
    *,
    region: str,
    resources: Sequence[str] = (),
) -> None:
    """Let a call pass that the policies of its caller allow; `resources` are the ARNs it works on, if others know them.

    Raises:
        Refusal: they do not; in AWS's words.
    """
    if checked.action in {None, _FREE}:
        return
    action = f"{checked.namespace}:{checked.action}"
    for target in _targets(house.account, caller, checked, form, resources):
        request = Request(
            action,
            target.arn,
            context=context_of(dict(_context(house, caller, target, form, region=region))),
            caller=policy.Caller.of(caller.shown_arn, role="" if caller.long_term else caller.principal_arn),
        )
        decision = simulate(request, _policies(house.account, caller))
        if not decision.is_allowed:
            raise _denied(caller, action, target, decision)
    if checked.action in _TAGGING and any(name.startswith("Tags.member.") for name in form):
        check_rights(house, caller, Checked(checked.namespace, _TAGGING[checked.action]), form, region=region)


def _targets(
    account: Account, caller: Caller, checked: Checked, form: Mapping[str, str], resources: Sequence[str]
) -> list[_Target]:
    """What a call works on; nothing where that cannot be known."""
    if checked.action is None:
        return []
    if checked.namespace == "iam":
        return [_iam_target(account, caller, checked.action, form)]
    if not services().resources(checked.namespace, checked.action):
        return [_ALL]
    return [_Target(arn, arn) for arn in resources]


def _iam_target(account: Account, caller: Caller, action: str, form: Mapping[str, str]) -> _Target:
    kinds = services().resource_types("iam", action)
    if "Arn" in form and kinds:
        return _Target(form["Arn"], form["Arn"])
    if "policy" in kinds:
        return _policy_target(account, form)
    for kind in _KINDS[:3]:
        name = _name(account, caller, kind, form)
        if kind in kinds and name:
            return _principal_target(account, kind, name, path=form.get("Path", "/"))
    return _ALL


def _name(account: Account, caller: Caller, kind: EntityKind, form: Mapping[str, str]) -> str | None:
    named = form.get(f"{kind.capitalize()}Name")
    if named or kind != "user":
        return named
    key = account.backend.access_keys.get(form.get("AccessKeyId", caller.access_key_id))
    return None if key is None else key.user_name


def _policy_target(account: Account, form: Mapping[str, str]) -> _Target:
    arn = form.get("PolicyArn")
    if arn is None:
        made = f"arn:aws:iam::{account.id}:policy{form.get('Path', '/')}{form.get('PolicyName', '')}"
        return _Target(made, made)
    return _Target(arn, f"policy {arn}")


def _principal_target(account: Account, kind: EntityKind, name: str, *, path: str) -> _Target:
    entity = account.named(kind, name)
    arn = entity.arn if entity else f"arn:aws:iam::{account.id}:{kind}{path}{name}"
    return _Target(arn, f"{kind} {name}", entity)


def _context(
    house: House, caller: Caller, target: _Target, form: Mapping[str, str], *, region: str
) -> Iterator[tuple[str, str]]:
    yield "aws:CurrentTime", house.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "aws:EpochTime", str(int(house.now.timestamp()))
    yield "aws:RequestedRegion", region
    yield "aws:SecureTransport", "false"
    yield "aws:SourceIp", "127.0.0.1"
    if "PolicyArn" in form:
        yield "iam:PolicyARN", form["PolicyArn"]
    if target.arn.startswith("arn:aws:s3:::") and "prefix" in form:
        yield "s3:prefix", form["prefix"]
    yield from _tags(_object_of(house.account, _entity_of(house.account, caller)), "aws:PrincipalTag/")
    found = _object_of(house.account, target.entity)
    for prefix in ("aws:ResourceTag/", "iam:ResourceTag/"):
        yield from _tags(found, prefix)
    boundary = form.get("PermissionsBoundary") or (None if found is None else boundary_of(found))
    if boundary:
        yield "iam:PermissionsBoundary", boundary


def _object_of(account: Account, entity: Entity | None) -> Any:  # noqa: ANN401 - moto's four kinds share no type
    return None if entity is None else account.object(entity)


def _tags(found: Any, prefix: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - the same
    for tag in getattr(found, "tags", None) or []:
        yield f"{prefix}{tag['Key']}", tag["Value"]


def _entity_of(account: Account, caller: Caller) -> Entity | None:
    kind: EntityKind = "user" if caller.long_term else "role"
    return account.named(kind, caller.principal_arn.rpartition("/")[2])


def _policies(account: Account, caller: Caller) -> Policies:
    entity = _entity_of(account, caller)
    if entity is None:
        return Policies()
    held = tuple(NamedPolicy(policy.arn or policy.name, _parsed(policy.document)) for policy in account.held_by(entity))
    arn = boundary_of(account.object(entity))
    if arn is None:
        return Policies(identity=held)
    (bound,) = account.held_by(Entity("policy", "", arn, "", ""))
    return Policies(identity=held, boundary=NamedPolicy(arn, _parsed(bound.document)))


@lru_cache(maxsize=4096)
def _parsed(document: str) -> Document:
    return parse_document(document)


def _denied(caller: Caller, action: str, target: _Target, decision: Decision) -> Refusal:
    said = f"User: {caller.shown_arn} is not authorized to perform: {action} on resource: {target.shown}"
    reason = decision.reasons[0]
    without, denying = _LAYERS[reason.layer]
    if decision.outcome is Outcome.EXPLICIT_DENY and reason.stance is Stance.EXPLICIT_DENY:
        return Refusal(403, "AccessDenied", f"{said} with an explicit deny in {denying}")
    return Refusal(403, "AccessDenied", f"{said} because {without} the {action} action")
