"""The documents of a snapshot, each expanded once, however many principals hold it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property

from leastwise.catalog import Action, Catalog
from leastwise.inventory.granted import GrantedBy
from leastwise.inventory.model import ManagedPolicy, PolicyText, PolicyVersion
from leastwise.inventory.since import granting_since
from leastwise.policy import EVERY_NAME, ActionSet, Arn, DocumentGrants, document_grants

__all__ = ["DocumentIndex", "IndexedDocument"]


class IndexedDocument:
    """What one text grants, with the statements of each service looked up once for all who hold it."""

    def __init__(self, grants: DocumentGrants) -> None:
        self.grants = grants
        """What it allows and denies."""
        self.actions = grants.actions
        """What it grants if it stands alone."""

    @cached_property
    def by_service(self) -> Mapping[str, tuple[int, ...]]:
        """By service that the catalog knows or the document names, the Allow statements that reach it, ascending."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for grant in self.grants.allows:
            for namespace in grant.actions.namespaces():
                found[namespace].append(grant.index)
        # Services that one statement reaches by naming them, another may reach with `*` without knowing of them.
        unnamed = found.keys() - {service.namespace for service in self.grants.allowed.catalog.services}
        again = {namespace: self.grants.statements_in(namespace, self.grants.allowed) for namespace in unnamed}
        return {namespace: tuple(statements) for namespace, statements in (found | again).items()}

    def statements(self, namespace: str) -> tuple[int, ...]:
        """The Allow statements that reach the service, known or not, ascending; no Deny is looked at."""
        found = self.by_service.get(namespace, ())
        return found or (self.grants.statements_in(namespace, self.grants.allowed) if self.grants.allowed.rest else ())

    def is_whole(self, namespace: str) -> bool:
        """Whether each statement that reaches the service allows all of its actions, those to come too."""
        return all(_holds_service(self._allows[index], namespace) for index in self.statements(namespace))

    def statements_for(self, namespace: str, action: Action | str) -> tuple[int, ...]:
        """The Allow statements that match an action of the service, ascending; no Deny is looked at."""
        return tuple(index for index in self.statements(namespace) if action in self._allows[index])

    @cached_property
    def _allows(self) -> Mapping[int, ActionSet]:
        return {grant.index: grant.actions for grant in self.grants.allows}


def _holds_service(actions: ActionSet, namespace: str) -> bool:
    service = actions.catalog.service(namespace)
    is_known_whole = service is None or actions.known_in(namespace) == service.mask
    return is_known_whole and actions.names(namespace) == EVERY_NAME


class DocumentIndex:
    """Documents by their text, and answers shared between all who hold them."""

    def __init__(self, catalog: Catalog, policies: Iterable[ManagedPolicy]) -> None:
        self._catalog = catalog
        self._policies = {policy.arn: policy for policy in policies}
        self._documents: dict[str, IndexedDocument] = {}
        self._since: dict[tuple[str, str], datetime | None] = {}
        self._interned: dict[tuple[GrantedBy, ...], tuple[GrantedBy, ...]] = {}

    def document(self, text: PolicyText) -> IndexedDocument | None:
        """What the text grants; None if it is no document."""
        if text.document is None:
            return None
        found = self._documents.get(text.text)
        if found is None:
            found = self._documents[text.text] = IndexedDocument(document_grants(text.document, self._catalog))
        return found

    def action(self, namespace: str, name: str) -> Action | str:
        """The known action, or its text where the catalog does not know it."""
        text = f"{namespace}:{name}"
        return self._catalog.action(text) or text

    def knows(self, namespace: str) -> bool:
        """Whether the catalog knows the service."""
        return self._catalog.service(namespace) is not None

    def united(self, sets: Iterable[ActionSet]) -> ActionSet:
        """The actions of all the sets together."""
        return ActionSet.union_of(sets, self._catalog)

    def interned(self, granted_by: Iterable[GrantedBy]) -> tuple[GrantedBy, ...]:
        """The sorted tuple of these; equal ones are one object."""
        found = tuple(sorted(granted_by))
        return self._interned.setdefault(found, found)

    def service_since(self, policy: str, namespace: str) -> datetime | None:
        """Since when a managed policy is known to grant something of a service; None if not known."""
        key = policy, namespace
        if key not in self._since:
            self._since[key] = self.since(policy, lambda document: document.actions.reaches(namespace))
        return self._since[key]

    def since(self, policy: str, grants: Callable[[IndexedDocument], bool]) -> datetime | None:
        """Since when a managed policy is known to grant something; None if not known."""

        def version_grants(version: PolicyVersion) -> bool:
            document = self.document(version.policy)
            return document is not None and grants(document)

        managed = self._policies.get(Arn(policy))
        return None if managed is None else granting_since(managed, version_grants)
