"""Who is granted what, by which statement, and since when."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property

from leastwise.catalog import Action, Catalog
from leastwise.inventory.documents import DocumentIndex, IndexedDocument
from leastwise.inventory.granted import GrantedBy, PolicyKind
from leastwise.inventory.holdings import Holding, Holdings, holding_of_policy
from leastwise.inventory.model import ManagedPolicy, Principal, Snapshot
from leastwise.policy import ActionSet

__all__ = ["GrantIndex", "Grants"]


class Grants:
    """What one set of holdings grants. `GrantIndex` makes it; each answer is worked out when first asked for."""

    def __init__(self, documents: DocumentIndex, holdings: tuple[Holding, ...]) -> None:
        self._index = documents
        self.holdings = holdings
        """Every policy held, those without a readable document too."""
        self._whole: dict[str, bool] = {}

    @property
    def unreadable(self) -> tuple[Holding, ...]:
        """The holdings of which it is not known what they grant; each text's `fault` says why."""
        return tuple(holding for holding in self.holdings if holding.text.document is None)

    @cached_property
    def actions(self) -> ActionSet:
        """All that is granted: what any document allows, less what any document denies unconditionally."""
        allowed = self._index.united(document.grants.allowed for _, document in self._documents)
        return allowed - self._denied if self._denied else allowed

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """The services of which something is granted, sorted: those that the catalog knows, and those that are named.

        With `*` or NotAction other unknown services are granted too: ask `grants` about one.
        """
        return tuple(sorted(namespace for namespace, granted_by in self._by_service.items() if granted_by))

    def grants(self, namespace: str, action: str | None = None) -> bool:
        """Whether something of the service, or this action of it (`GetObject`), is granted; unknown ones too."""
        if action is None:
            return self.actions.reaches(namespace)
        return self._index.action(namespace, action) in self.actions

    def service_mask(self, namespace: str) -> int:
        """The known actions of a service that are granted, as bits of the catalog."""
        return self.actions.known_in(namespace)

    def granted_by(self, namespace: str, action: str | None = None) -> tuple[GrantedBy, ...]:
        """The statements that grant something of a service, or one action of it (`GetObject`), sorted.

        A statement is listed if something that it allows is left after the unconditional Denies. Works for services
        and actions that nobody knows yet. Equal answers are one object.
        """
        folded = namespace.lower()
        if action is None or self._is_whole(folded):
            found = self._by_service.get(folded)
            return self._index.interned(self._looked_up(folded)) if found is None else found
        wanted = self._index.action(folded, action)
        return self._index.interned(self._granting(folded, wanted)) if wanted in self.actions else ()

    def denied_by(self, namespace: str, action: str) -> tuple[Holding, ...]:
        """The holdings whose document denies the action unconditionally."""
        wanted = self._index.action(namespace, action)
        return tuple(holding for holding, document in self._documents if wanted in document.grants.denied)

    def granted_since(self, namespace: str, action: str | None = None) -> datetime | None:
        """Since when it is known to have been granted, by the holding that is known to grant it longest.

        None if that is not known, as for inline and AWS-managed policies, of which AWS gives no date for what they
        said when; one such holding makes it unknown. Attachments have no dates either: a policy counts from when it
        granted it, not from when it was attached. None as well where it is not granted.
        """
        granted_by = self.granted_by(namespace, action)
        if not granted_by or any(one.kind is not PolicyKind.MANAGED for one in granted_by):
            return None
        dates = [self._since(one.policy, namespace.lower(), action) for one in granted_by]
        known = [date for date in dates if date is not None]
        return min(known) if len(known) == len(dates) else None

    def _since(self, policy: str, namespace: str, action: str | None) -> datetime | None:
        if action is None:
            return self._index.service_since(policy, namespace)
        wanted = self._index.action(namespace, action)
        return self._index.since(policy, lambda document: wanted in document.actions)

    @cached_property
    def _by_service(self) -> Mapping[str, tuple[GrantedBy, ...]]:
        found: defaultdict[str, list[GrantedBy]] = defaultdict(list)
        for holding, document in self._documents:
            made = {statements: _granted_by(holding, statements) for statements in document.by_service.values()}
            for namespace, statements in document.by_service.items():
                found[namespace].append(made[statements])
        # A service that not every document knows of, or that a Deny touches, has to be looked at more closely.
        closely = {namespace for namespace in found if self._is_cut(namespace) or not self._index.knows(namespace)}
        return {
            namespace: self._index.interned(self._looked_up(namespace) if namespace in closely else granted_by)
            for namespace, granted_by in found.items()
        }

    def _looked_up(self, namespace: str) -> Iterator[GrantedBy]:
        is_cut = self._is_cut(namespace)
        for holding, document in self._documents:
            statements = document.statements(namespace)
            if statements and is_cut:
                statements = document.grants.statements_in(namespace, self.actions)
            if statements:
                yield _granted_by(holding, statements)

    def _granting(self, namespace: str, wanted: Action | str) -> Iterator[GrantedBy]:
        for holding, document in self._documents:
            statements = document.statements_for(namespace, wanted)
            if statements:
                yield _granted_by(holding, statements)

    def _is_cut(self, namespace: str) -> bool:
        return namespace in self._denied_services or (self._denied.rest and self._denied.reaches(namespace))

    def _is_whole(self, namespace: str) -> bool:
        """Whether each statement that grants something of the service grants all of it, and nothing is denied."""
        found = self._whole.get(namespace)
        if found is None:
            every = (document.is_whole(namespace) for _, document in self._documents)
            found = self._whole[namespace] = not self._is_cut(namespace) and all(every)
        return found

    @cached_property
    def _denied_services(self) -> frozenset[str]:
        return frozenset(self._denied.namespaces())

    @cached_property
    def _documents(self) -> tuple[tuple[Holding, IndexedDocument], ...]:
        pairs = ((holding, self._index.document(holding.text)) for holding in self.holdings)
        return tuple((holding, document) for holding, document in pairs if document is not None)

    @cached_property
    def _denied(self) -> ActionSet:
        return self._index.united(document.grants.denied for _, document in self._documents)


class GrantIndex:
    """What every principal and managed policy of a snapshot is granted.

    Each document is expanded once, and principals with the same holdings share one `Grants`. As in IAM's own reports,
    only identity policies count: no boundary, SCP, resource or session policy is looked at, and of the Denies only
    those without condition that cover every resource (IAM User Guide, last accessed information, "Things to know").
    """

    def __init__(self, catalog: Catalog, snapshot: Snapshot) -> None:
        self._documents = DocumentIndex(catalog, snapshot.policies)
        self._holdings = Holdings(snapshot)
        self._shared: dict[tuple[tuple[str, ...], ...], Grants] = {}

    def of(self, principal: Principal) -> Grants:
        """What a principal is granted by its own policies and, for a user, by those of its groups."""
        return self._grants(self._holdings.of(principal))

    def of_policy(self, policy: ManagedPolicy) -> Grants:
        """What a managed policy grants, by its default version, to anyone who holds it."""
        return self._grants((holding_of_policy(policy),))

    def holdings(self, principal: Principal) -> tuple[Holding, ...]:
        """The policies that a principal holds, its own and its groups', those that cannot be read too."""
        return self._holdings.of(principal)

    def _grants(self, holdings: tuple[Holding, ...]) -> Grants:
        key = tuple((one.policy, one.kind.value, one.via, one.text.text, one.text.fault) for one in holdings)
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = Grants(self._documents, holdings)
        return found


def _granted_by(holding: Holding, statements: tuple[int, ...]) -> GrantedBy:
    return GrantedBy(holding.policy, holding.kind, holding.via, statements)
