"""Why a principal has a permission: what the pipeline finds out and `explain` renders."""

from msgspec import Struct

from leastwise.findings import ActionVerdict, Finding, Gain, Parameters, PrincipalJudgement, ServiceVerdict
from leastwise.inventory import PolicyKind
from leastwise.policy import Statement

__all__ = ["Asked", "Explanation", "Quote"]


class Asked(Struct, frozen=True):
    """What the user wants explained: a service, or one action of it."""

    service: str
    """Its namespace."""
    action: str | None = None
    """The action's name without the service, as AWS writes it; None for the whole service."""

    def __str__(self) -> str:
        return self.service if self.action is None else f"{self.service}:{self.action}"


class Quote(Struct, frozen=True):
    """A statement that touches what was asked, in its own words."""

    policy: str
    """The ARN of a managed policy, or the name of an inline one."""
    kind: PolicyKind
    """Where the policy lives."""
    via: str
    """`direct`, or `group:NAME` where a user has it through a group."""
    statement: Statement
    """The statement, with its index and position."""
    text: str
    """Its text to the character: `Document.quote(statement)`."""


class Explanation(Struct, frozen=True):
    """What is known about one principal, or about one of its permissions."""

    parameters: Parameters
    """On what the verdicts depend."""
    principal: PrincipalJudgement
    """Who, with every service that it is granted."""
    asked: Asked | None = None
    """What was asked; None for the principal as a whole."""
    action: ActionVerdict | None = None
    """The verdict on the asked action, tracked or not; None if none was asked, or it is not granted."""
    gain: Gain = Gain()
    """What acting on the principal's findings would remove."""
    access_level: str = ""
    """What the asked action does (`Read`, `List`, `Write`, `Tagging`, `Permissions management`); empty if not known."""
    grants: tuple[Quote, ...] = ()
    """The Allow statements that grant what was asked; empty if nothing was asked or nothing grants it."""
    denies: tuple[Quote, ...] = ()
    """The Deny statements that touch what was asked."""
    findings: tuple[Finding, ...] = ()
    """The principal's findings that are about it."""
    notes: tuple[str, ...] = ()
    """What the reader must know besides."""

    @property
    def service(self) -> ServiceVerdict | None:
        """The verdict on the asked service; None if none was asked, or it is neither granted nor in a report."""
        if self.asked is None:
            return None
        return next((one for one in self.principal.services if one.namespace == self.asked.service), None)
