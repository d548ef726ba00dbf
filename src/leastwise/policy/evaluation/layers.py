"""What each layer of policies says of one request, before it is decided what that comes to."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from leastwise.policy.document.grammar import VERSIONS
from leastwise.policy.document.model import Effect, Statement
from leastwise.policy.evaluation.decision import Layer, Reason, Stance, StatementRef
from leastwise.policy.evaluation.match import statement_matches
from leastwise.policy.evaluation.policies import NamedPolicy, Policies
from leastwise.policy.evaluation.principal import Naming, naming
from leastwise.policy.evaluation.request import Caller, CallerKind, Request

__all__ = ["Match", "Say", "controls", "own_layers", "resource_layer"]


class Match(Struct, frozen=True):
    """A statement that is about the request."""

    statement: StatementRef
    """The statement."""
    naming: Naming
    """How closely it names the caller; CALLER in a policy that names nobody."""


class Say(Struct, frozen=True):
    """What one layer says."""

    layer: Layer
    """The layer."""
    level: int | None
    """As in `Reason`."""
    allowing: tuple[Match, ...]
    """The Allow statements that are about the request."""
    denying: tuple[Match, ...]
    """The Deny statements that are."""
    needs_none: bool = False
    """Whether it allows without a statement."""

    @property
    def allows(self) -> bool:
        """Whether it has an Allow statement, or needs none; a Deny is not looked at."""
        return bool(self.allowing) or self.needs_none

    def reason(self, stance: Stance, matches: Iterable[Match] = ()) -> Reason:
        """The layer as a reason, with these statements in order."""
        found = sorted((match.statement for match in matches), key=lambda one: (one.policy, one.index))
        return Reason(self.layer, self.level, stance, tuple(found))


def controls(request: Request, policies: Policies) -> tuple[Say, ...]:
    """What the SCPs say, then what the RCPs say, one for each level."""
    bound = policies.service_controls if _has_account(request.caller) else ()
    return (
        *(_say(Layer.SERVICE_CONTROL, level, request, place) for place, level in enumerate(bound)),
        *(
            _say(Layer.RESOURCE_CONTROL, level, request, place)
            for place, level in enumerate(policies.resource_controls)
        ),
    )


def own_layers(request: Request, policies: Policies) -> tuple[Say, ...]:
    """What the caller's own policies, its boundary and its session say; nothing for a caller that has no account.

    The root user "has full access" and no such policies (IAM User Guide, "Policy evaluation logic"). The session of a
    federated user "is implicitly denied" if no session policy was passed (the same, step "Session policies").
    """
    caller = request.caller
    if not _has_account(caller):
        return ()
    if caller is not None and caller.kind is CallerKind.ROOT:
        return (Say(Layer.IDENTITY, None, (), (), needs_none=True),)
    found = [_say(Layer.IDENTITY, policies.identity, request)]
    if policies.boundary is not None:
        found.append(_say(Layer.BOUNDARY, (policies.boundary,), request))
    if policies.session or (caller is not None and caller.kind is CallerKind.FEDERATED_USER):
        found.append(_say(Layer.SESSION, policies.session, request))
    return tuple(found)


def resource_layer(request: Request, policies: Policies) -> Say:
    """What the policy of the resource says."""
    return _say(Layer.RESOURCE, policies.resource, request, has_boundary=policies.boundary is not None)


def _has_account(caller: Caller | None) -> bool:
    # Services, federated and anonymous callers have none, so neither identity policies nor SCPs bind them.
    return caller is None or bool(caller.account)


def _say(
    layer: Layer,
    policies: Iterable[NamedPolicy],
    request: Request,
    level: int | None = None,
    *,
    has_boundary: bool = False,
) -> Say:
    allowing: list[Match] = []
    denying: list[Match] = []
    for policy, statement in _about(request, policies, has_boundary=has_boundary):
        (allowing if statement.effect is Effect.ALLOW else denying).append(_match(policy, statement, request.caller))
    return Say(layer, level, tuple(allowing), tuple(denying))


def _about(request: Request, policies: Iterable[NamedPolicy], *, has_boundary: bool) -> Iterator[tuple[str, Statement]]:
    for policy in policies:
        variables = policy.document.version == VERSIONS[0]
        for statement in policy.document.statements:
            if statement_matches(statement, request, variables=variables, has_boundary=has_boundary):
                yield policy.name, statement


def _match(policy: str, statement: Statement, caller: Caller | None) -> Match:
    clause = statement.principals
    reference = StatementRef(policy, statement.index, statement.sid, statement.effect)
    # NotPrincipal means everyone but a few, so it is as good as `*`.
    return Match(reference, Naming.CALLER if clause is None or clause.negated else naming(clause, caller))
