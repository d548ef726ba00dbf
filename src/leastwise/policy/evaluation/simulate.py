"""Whether a request would be allowed, decided as the IAM User Guide says in "Policy evaluation logic"."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final

from msgspec import Struct

from leastwise.policy.evaluation.decision import Decision, Layer, Outcome, Reason, Stance, StatementRef
from leastwise.policy.evaluation.layers import Match, Say, controls, own_layers, resource_layer
from leastwise.policy.evaluation.policies import Policies
from leastwise.policy.evaluation.principal import Naming
from leastwise.policy.evaluation.request import Request
from leastwise.policy.evaluation.request_keys import completed

__all__ = ["Decision", "Layer", "Outcome", "Reason", "Stance", "StatementRef", "simulate"]

_TRUST: Final = frozenset({"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
"""Actions that a role's trust policy must allow."""
_TRUST_IF_ROLE: Final = frozenset({"sts:setcontext", "sts:setsourceidentity", "sts:tagsession"})
"""Those that it must allow where they are about a role."""
_LIMITS: Final = frozenset({Layer.BOUNDARY, Layer.SESSION})
_OWN: Final = frozenset({Layer.IDENTITY, *_LIMITS})
_LEANS_ON: Final = {Naming.CALLER: frozenset[Layer](), Naming.SOURCE: _LIMITS, Naming.ACCOUNT: _OWN}
"""What must allow besides the policy of a resource in the same account, by how closely that names the caller.

Source: IAM User Guide, "Resource-based policies and implicit denies in other policy types": a permission for the user
or session itself is not limited by an implicit deny elsewhere; one for a session's role, or for the user who
federated, is limited by boundary and session policy. One for the account leaves it to the account's own policies ("AWS
account principals").
"""


class _Need(Enum):
    """Which side must allow, besides the SCPs and RCPs."""

    EITHER = "either"
    """The caller's policies or the resource's: within an account."""
    RESOURCE = "resource"
    """The resource's in any case."""
    BOTH = "both"
    """Both: from one account to another."""


class _Case(Struct, frozen=True):
    """What every layer says of a request."""

    controls: tuple[Say, ...]
    """SCPs and RCPs."""
    own: tuple[Say, ...]
    """Identity, boundary, session: those that there are."""
    resource: Say
    """The resource's policy."""
    need: _Need
    """Which side must allow."""
    has_resource_policy: bool
    """Whether the resource has a policy at all."""

    @property
    def own_allow(self) -> bool:
        """Whether all of the caller's own layers allow."""
        return all(say.allows for say in self.own)

    @property
    def effective(self) -> tuple[Match, ...]:
        """The statements of the resource's policy that allow, and lean on no layer that does not."""
        lacking = frozenset(say.layer for say in self.own if not say.allows)
        return tuple(match for match in self.resource.allowing if not _LEANS_ON[match.naming] & lacking)

    @property
    def leaned_on(self) -> frozenset[Layer]:
        """The layers that some statement of the resource's policy leans on."""
        return frozenset[Layer]().union(*(_LEANS_ON[match.naming] for match in self.resource.allowing))


def simulate(request: Request, policies: Policies) -> Decision:
    """What becomes of the request under these policies, and all statements that made it so.

    What IAM knows and `policies` cannot show is the caller's to know. SCPs do not bind service-linked roles, nor anyone
    in the management account, and RCPs bind neither service-linked roles nor resources in the management account, and
    reach only some services: leave out the levels that do not bind. Every level given must allow, so RCPs need the
    `RCPFullAWSAccess` that AWS attaches everywhere (Organizations User Guide, "SCP evaluation" and "RCP evaluation").

    Services, federated callers and unsigned requests have no policies of their own: for them the resource's policy and
    the RCPs alone decide, and what else is given does not count. Without a caller the request comes from someone of the
    resource's account whom no Principal but `*` names. Grants of KMS, ACLs, and what STS refuses by itself (a root user
    who assumes a role) are not simulated.

    Linear in the statements. Keys that follow from the request are filled in (`completed`).

    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
    >>> simulate(Request("s3:GetObject"), Policies.of([parse_document(text)])).outcome
    <Outcome.ALLOWED: 'allowed'>
    """
    case = _case(completed(request), policies)
    denies = tuple(_denies(case))
    if denies:
        return Decision(Outcome.EXPLICIT_DENY, denies)
    if all(say.allows for say in case.controls) and _is_permitted(case):
        return Decision(Outcome.ALLOWED, tuple(_permissions(case)))
    return Decision(Outcome.IMPLICIT_DENY, tuple(say.reason(Stance.NO_STATEMENT) for say in _lacking(case)))


def _case(request: Request, policies: Policies) -> _Case:
    return _Case(
        controls=controls(request, policies),
        own=own_layers(request, policies),
        resource=resource_layer(request, policies),
        need=_need(request),
        has_resource_policy=bool(policies.resource),
    )


def _need(request: Request) -> _Need:
    caller = request.caller
    has_account = caller is None or bool(caller.account)
    if caller is not None and has_account and request.resource_account not in ("", caller.account):
        return _Need.BOTH
    return _Need.EITHER if has_account and not _is_guarded(request) else _Need.RESOURCE


def _is_guarded(request: Request) -> bool:
    """Whether the resource's policy must allow even within the account.

    "IAM role trust policies and KMS key policies are exceptions", "because they must explicitly allow access" (IAM
    User Guide, "Policy evaluation logic").
    """
    action = request.action.lower()
    if action in _TRUST:
        return True
    if action in _TRUST_IF_ROLE:
        return ":role/" in request.resource
    return action.startswith("kms:") and ":key/" in request.resource


def _is_permitted(case: _Case) -> bool:
    if case.need is _Need.BOTH:
        return case.own_allow and bool(case.effective)
    return bool(case.effective) or (case.need is _Need.EITHER and case.own_allow)


def _denies(case: _Case) -> Iterator[Reason]:
    for say in (*case.controls, *case.own, case.resource):
        if say.denying:
            yield say.reason(Stance.EXPLICIT_DENY, say.denying)


def _permissions(case: _Case) -> Iterator[Reason]:
    effective = case.effective
    needed = frozenset[Layer]().union(*(_LEANS_ON[match.naming] for match in effective))
    if case.own_allow and case.need is not _Need.RESOURCE:
        needed = _OWN
    for say in (*case.controls, *(say for say in case.own if say.layer in needed)):
        yield say.reason(Stance.ALLOW, say.allowing)
    if effective:
        yield case.resource.reason(Stance.ALLOW, effective)


def _lacking(case: _Case) -> Iterator[Say]:
    yield from _without_allow(case.controls)
    if _is_permitted(case):
        return
    wanted = case.leaned_on if case.need is _Need.RESOURCE else _OWN
    yield from _without_allow(say for say in case.own if say.layer in wanted)
    if case.need is not _Need.EITHER or case.has_resource_policy:
        yield from _without_allow((case.resource,))


def _without_allow(says: Iterable[Say]) -> Iterator[Say]:
    return (say for say in says if not say.allows)
