"""The policies that decide over one caller's requests, kind by kind."""

from collections.abc import Iterable

from msgspec import Struct

from leastwise.policy.document.model import Document

__all__ = ["Level", "NamedPolicy", "Policies"]


class NamedPolicy(Struct, frozen=True):
    """A document and what it is called, so that a decision can name it."""

    name: str
    """Its ARN or name; a file's name on the command line."""
    document: Document
    """What it says."""


Level = tuple[NamedPolicy, ...]
"""The policies at one place of an organization: its root, a unit, or the account. Any of them may allow."""


class Policies(Struct, frozen=True):
    """Everything that decides over a request. What is left out does not exist, rather than being empty."""

    identity: tuple[NamedPolicy, ...] = ()
    """The caller's own and its groups'."""
    boundary: NamedPolicy | None = None
    """The permissions boundary; None if there is none."""
    session: tuple[NamedPolicy, ...] = ()
    """The session policies; empty if none were passed."""
    resource: tuple[NamedPolicy, ...] = ()
    """The policy of the resource; for AssumeRole the role's trust policy. At most one for most services."""
    service_controls: tuple[Level, ...] = ()
    """The SCPs from the organization's root down to the caller's account; empty where none bind the caller."""
    resource_controls: tuple[Level, ...] = ()
    """The RCPs from the organization's root down to the resource's account; empty where none bind the resource."""

    def all(self) -> tuple[NamedPolicy, ...]:
        """Every policy, the caller's own first."""
        levels = (*self.service_controls, *self.resource_controls)
        boundary = () if self.boundary is None else (self.boundary,)
        return (*self.identity, *boundary, *self.session, *self.resource, *(one for level in levels for one in level))

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "Policies":
        """Identity policies alone, named by their place."""
        return cls(identity=tuple(NamedPolicy(f"#{place}", document) for place, document in enumerate(documents)))
