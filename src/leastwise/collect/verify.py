"""Our attribution of services to policies, checked against AWS's own: ListPoliciesGrantingServiceAccess."""

import asyncio
import re
from collections.abc import Awaitable, Iterator, Sequence
from typing import Final, Protocol

from leastwise.aws import GrantingPolicy, PoliciesGrantingPage, follow_pages
from leastwise.catalog import Catalog
from leastwise.collect.progress import Progress
from leastwise.errors import AwsError, InvalidInputError, ResponseError
from leastwise.inventory import GrantIndex, Group, Holding, PolicyKind, Principal
from leastwise.policy import document_grants

__all__ = ["VerifyDoor", "verify_attribution"]

_CHUNK: Final = 200
"""Namespaces a call takes at most (IAM API, ListPoliciesGrantingServiceAccess)."""
_INVALID: Final = re.compile(r"Invalid service namespace: \[(?P<names>[^\]]*)\]")
_PRINCIPALS_AT_ONCE: Final = 50
_OPERATION: Final = "iam:ListPoliciesGrantingServiceAccess"


class VerifyDoor(Protocol):
    """What of the door to AWS this needs."""

    async def policies_granting_service_access(
        self, arn: str, namespaces: Sequence[str], *, marker: str | None = None
    ) -> PoliciesGrantingPage:
        """One page of the policies that grant the principal each service."""
        ...


async def verify_attribution(
    principals: Sequence[Principal], *, grants: GrantIndex, catalog: Catalog, door: VerifyDoor, progress: Progress
) -> tuple[str, ...]:
    """A sentence for each service that AWS says other policies grant than we do, and each principal it will not say of.

    AWS judges each document alone, so a Deny in another document is not looked at on either side here.
    """
    progress.begin("checking the attribution", total=len(principals))
    slots = asyncio.Semaphore(_PRINCIPALS_AT_ONCE)

    async def check(principal: Principal) -> tuple[str, ...]:
        async with slots:
            ours = _ours(grants.holdings(principal), catalog)
            try:
                theirs = await _theirs(principal, sorted(ours), door)
            except AwsError as error:
                return (f"{principal.arn}: its attribution could not be checked: {error}",)
            finally:
                progress.advance()
            return tuple(_differences(principal, ours, theirs))

    found = await asyncio.gather(*map(check, principals))
    return tuple(note for notes in found for note in notes)


def _ours(holdings: Sequence[Holding], catalog: Catalog) -> dict[str, frozenset[str]]:
    """The policies whose document alone grants something of a service, by namespace."""
    found: dict[str, set[str]] = {}
    for holding in holdings:
        if holding.text.document is not None:
            for namespace in document_grants(holding.text.document, catalog).actions.namespaces():
                found.setdefault(namespace, set()).add(_our_name(holding))
    return {namespace: frozenset(names) for namespace, names in found.items()}


def _our_name(holding: Holding) -> str:
    """An inline policy is named with the group that embeds it; a managed one is not, for AWS does not say either."""
    if holding.kind is not PolicyKind.INLINE:
        return holding.policy
    return holding.policy if holding.via == "direct" else f"{holding.policy} ({holding.via})"


def _their_name(policy: GrantingPolicy, principal: Principal) -> str:
    if policy.arn is not None:
        return policy.arn
    # A user may have the name of its group, so that the name does not tell whose the policy is.
    is_own = policy.entity_kind != "GROUP" or isinstance(principal, Group)
    return policy.name if is_own else f"{policy.name} (group:{policy.entity_name})"


async def _theirs(principal: Principal, namespaces: Sequence[str], door: VerifyDoor) -> dict[str, frozenset[str]]:
    """What AWS says, by namespace; a namespace that AWS does not know is not in it."""
    found: dict[str, frozenset[str]] = {}
    for start in range(0, len(namespaces), _CHUNK):
        wanted = list(namespaces[start : start + _CHUNK])
        while wanted:
            try:
                found.update(await _all_pages(principal, wanted, door))
                break
            except InvalidInputError as error:
                # One unknown namespace fails the whole call; AWS names them, and the rest is asked again.
                wanted = _without_invalid(wanted, error)
    return found


def _without_invalid(namespaces: Sequence[str], error: InvalidInputError) -> list[str]:
    match = _INVALID.search(error.message)
    invalid = {name.strip() for name in match["names"].split(",")} if match else set()
    left = [namespace for namespace in namespaces if namespace not in invalid]
    if len(left) == len(namespaces):
        raise error
    return left


async def _all_pages(principal: Principal, namespaces: Sequence[str], door: VerifyDoor) -> dict[str, frozenset[str]]:
    def fetch(marker: str | None) -> Awaitable[PoliciesGrantingPage]:
        return door.policies_granting_service_access(principal.arn, namespaces, marker=marker)

    def refuse(problem: str) -> ResponseError:
        return ResponseError(problem, operation=_OPERATION, arn=principal.arn)

    found: dict[str, frozenset[str]] = {}
    async for page in follow_pages(fetch, refuse=refuse):
        for service in page.services:
            names = frozenset(_their_name(policy, principal) for policy in service.policies)
            found[service.namespace] = found.get(service.namespace, frozenset()) | names
    return found


def _differences(
    principal: Principal, ours: dict[str, frozenset[str]], theirs: dict[str, frozenset[str]]
) -> Iterator[str]:
    for namespace in sorted(theirs):
        only_theirs = theirs[namespace] - ours.get(namespace, frozenset())
        only_ours = ours.get(namespace, frozenset()) - theirs[namespace]
        if only_theirs:
            yield f"{principal.arn}: AWS says that {namespace} is granted by {_listed(only_theirs)}, leastwise does not"
        if only_ours:
            yield f"{principal.arn}: leastwise says that {namespace} is granted by {_listed(only_ours)}, AWS does not"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
