"""The IAM operations that list what one principal or policy has; moto has them without pages, order and filters."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from leastwise.sandbox.account import EntityKind, boundary_of
from leastwise.sandbox.paging import Page, item_limit
from leastwise.sandbox.refusals import constraint, no_such_entity
from leastwise.sandbox.rendering import Value
from leastwise.sandbox.report_operations import Call

__all__ = ["LIST_OPERATIONS"]

_ITEMS_A_PAGE: Final = 100
_USAGES: Final = ("PermissionsPolicy", "PermissionsBoundary")
_ENTITY_FILTERS: Final = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")

Operation = Callable[[Call], Mapping[str, Value]]


def _paged(call: Call, name: str, items: Sequence[Value], *, of: str) -> Mapping[str, Value]:
    page = _page(call, items, of=of)
    return {name: page.items, "IsTruncated": page.marker is not None, "Marker": page.marker}


def _page(call: Call, items: Sequence[Any], *, of: str) -> Page[Any]:
    limit = item_limit(call.text("MaxItems"), default=_ITEMS_A_PAGE)
    return call.house.pager.page(items, of=of, marker=call.text("Marker"), limit=limit)


def _inline_names(kind: EntityKind) -> Operation:
    def list_names(call: Call) -> Mapping[str, Value]:
        """A page of the names of a principal's inline policies."""
        principal = _principal(call, kind)
        return _paged(call, "PolicyNames", sorted(principal.policies), of=f"inline/{principal.id}")

    return list_names


def _attached(kind: EntityKind) -> Operation:
    def list_attached(call: Call) -> Mapping[str, Value]:
        """A page of the managed policies attached to a principal."""
        principal = _principal(call, kind)
        prefix = call.text("PathPrefix") or "/"
        policies = [policy for policy in principal.managed_policies.values() if policy.path.startswith(prefix)]
        rows = [{"PolicyName": policy.name, "PolicyArn": policy.arn} for policy in policies]
        return _paged(call, "AttachedPolicies", rows, of=f"attached/{principal.id}")

    return list_attached


def _principal(call: Call, kind: EntityKind) -> Any:  # noqa: ANN401 - moto's three kinds share no type
    name = call.required(f"{kind.capitalize()}Name")
    return call.house.account.principal(kind, name)


def list_policy_versions(call: Call) -> Mapping[str, Value]:
    """A page of a policy's versions, newest first, without their documents."""
    arn = call.required("PolicyArn")
    rows = [
        {"VersionId": version.version_id, "IsDefaultVersion": version.is_default, "CreateDate": version.create_date}
        for version in reversed(_policy(call, arn).versions)
    ]
    return _paged(call, "Versions", rows, of=f"versions/{arn}")


def _policy(call: Call, arn: str) -> Any:  # noqa: ANN401 - moto's ManagedPolicy
    policy = call.house.account.backend.managed_policies.get(arn)
    if policy is None:
        raise no_such_entity(f"Policy {arn} was not found.")
    return policy


def list_entities_for_policy(call: Call) -> Mapping[str, Value]:
    """A page of whom a policy is attached to, or bounds; groups, users and roles share the pages."""
    arn, usage, wanted = call.required("PolicyArn"), call.text("PolicyUsageFilter"), call.text("EntityFilter")
    if usage is not None and usage not in _USAGES:
        raise constraint("policyUsageFilter", f"Member must satisfy enum value set: [{', '.join(_USAGES)}]")
    if wanted is not None and wanted not in _ENTITY_FILTERS:
        raise constraint("entityFilter", f"Member must satisfy enum value set: [{', '.join(_ENTITY_FILTERS)}]")
    _policy(call, arn)
    account, prefix = call.house.account, call.text("PathPrefix") or "/"
    found = [
        entity
        for entity in (*account.groups(), *account.users(), *account.roles())
        if wanted in {None, entity.kind.capitalize()} and entity.path.startswith(prefix)
        if _is_used(account.object(entity), arn, usage)
    ]
    page = _page(call, found, of=f"entities/{usage}/{wanted}/{arn}")
    rows: dict[str, list[Value]] = {"PolicyGroups": [], "PolicyUsers": [], "PolicyRoles": []}
    for entity in page.items:
        kind = entity.kind.capitalize()
        rows[f"Policy{kind}s"].append({f"{kind}Name": entity.name, f"{kind}Id": entity.id})
    return {**rows, "IsTruncated": page.marker is not None, "Marker": page.marker}


def _is_used(principal: Any, arn: str, usage: str | None) -> bool:  # noqa: ANN401 - moto's three kinds share no type
    attached, bounds = arn in principal.managed_policies, boundary_of(principal) == arn
    return (attached and usage != _USAGES[1]) or (bounds and usage != _USAGES[0])


def get_group(call: Call) -> Mapping[str, Value]:
    """A group, and a page of its members."""
    group = _principal(call, "group")
    members = [
        {
            "Path": user.path,
            "UserName": user.name,
            "UserId": user.id,
            "Arn": user.arn,
            "CreateDate": user.create_date,
        }
        for user in group.users
    ]
    shown = {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
    }
    return {"Group": shown, **_paged(call, "Users", members, of=f"members/{group.id}")}


LIST_OPERATIONS: Mapping[str, Operation] = {
    "GetGroup": get_group,
    "ListAttachedGroupPolicies": _attached("group"),
    "ListAttachedRolePolicies": _attached("role"),
    "ListAttachedUserPolicies": _attached("user"),
    "ListEntitiesForPolicy": list_entities_for_policy,
    "ListGroupPolicies": _inline_names("group"),
    "ListPolicyVersions": list_policy_versions,
    "ListRolePolicies": _inline_names("role"),
    "ListUserPolicies": _inline_names("user"),
}
"""The operations of this module, by AWS's name."""
