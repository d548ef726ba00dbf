"""Which part of a judged account is wanted. All of it is judged first: a policy's verdict needs every holder's."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from leastwise.findings.model import PolicyJudgement, PrincipalJudgement, ServiceVerdict
from leastwise.inventory import Relations, Selection
from leastwise.policy import Arn

__all__ = ["EVERYTHING", "Scope"]


class Scope(Struct, frozen=True):
    """The principals and services that a user asked for."""

    selection: Selection = Selection()
    """The principals."""
    services: tuple[str, ...] = ()
    """Namespaces; empty for all."""

    def principals(self, judged: Iterable[PrincipalJudgement]) -> tuple[PrincipalJudgement, ...]:
        """The judgements of the wanted principals, on the wanted services."""
        wanted = (one for one in judged if self.selection.takes(one.principal))
        return tuple(msgspec.structs.replace(one, services=self._services(one.services)) for one in wanted)

    def policies(
        self, judged: Iterable[PolicyJudgement], wanted: Iterable[PrincipalJudgement], relations: Relations
    ) -> tuple[PolicyJudgement, ...]:
        """The judgements of the policies that reach a wanted principal; of all, unless principals were named."""
        arns = {one.principal.arn for one in wanted}
        taken = (one for one in judged if not self.selection.is_narrow or self._reaches(one, arns, relations))
        return tuple(msgspec.structs.replace(one, services=self._services(one.services)) for one in taken)

    def _services(self, services: tuple[ServiceVerdict, ...]) -> tuple[ServiceVerdict, ...]:
        if not self.services:
            return services
        return tuple(service for service in services if service.namespace in self.services)

    @staticmethod
    def _reaches(judged: PolicyJudgement, arns: set[Arn], relations: Relations) -> bool:
        reached = relations.reached_principals(judged.policy.arn)
        return not arns.isdisjoint((*judged.attached_to, *judged.boundary_of, *reached))


EVERYTHING = Scope()
"""The whole account."""
