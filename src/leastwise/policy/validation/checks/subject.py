"""What a check is, and what it looks at."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final, NamedTuple

from msgspec import Struct

from leastwise.catalog import Action, Catalog
from leastwise.policy.document.grammar import DocumentKind
from leastwise.policy.document.json_text import Path
from leastwise.policy.document.model import Condition, Document, Statement
from leastwise.policy.document.operators import Operator, operator_named
from leastwise.policy.document.places import Places
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.grants import statement_actions
from leastwise.policy.validation.notices import Severity

__all__ = ["MOST_PAIRS", "SEVERAL_PAGES", "WIDEST", "Check", "Fault", "Subject", "shown"]

WIDEST: Final = 20
"""Services that a statement may reach for its resources and condition keys to be looked at: one that reaches more is
meant to be wide, and to look at all services costs 0.2 s."""
MOST_PAIRS: Final = 20_000
"""Pairs of statements, or of patterns in one list, that are compared in one document; beyond it only equal ones are
found. All pairs of 140 statements are fewer."""
SEVERAL_PAGES: Final = frozenset(
    {"apigateway", "aws-marketplace", "elasticloadbalancing", "greengrass", "kinesisanalytics", "lex", "ses"}
)
"""Service prefixes with more than one page in AWS's Service Authorization Reference, such as Elastic Load Balancing and
Elastic Load Balancing V2. The catalog has one page's row of an action that stands on both, so that what it says of the
action's resources and condition keys may be half of it, and nothing is concluded from that."""
_SHOWN: Final = 100
"""Characters of a text that a message repeats."""


def shown(text: str) -> str:
    """The text as a message repeats it: in quotes, and cut where it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


class Fault(NamedTuple):
    """A thing that a check has found."""

    path: Path
    """Where."""
    message: str
    """What is wrong there."""
    at_key: bool = False
    """Whether the key at the path is meant, and not its value."""


class Check(Struct, frozen=True):
    """One kind of thing to find in a document."""

    code: str
    """Its name, e.g. `unknown-action`."""
    severity: Severity
    """How sure it is that what it finds is wrong."""
    analyzer: str
    """The name of AWS's own check of it (IAM User Guide, "Access Analyzer policy check reference"); empty if none."""
    find: Callable[["Subject"], Iterator[Fault]]
    """Yields what it finds, in the order of the statements."""


class Subject:
    """The document that is checked, with what several checks need to know of it."""

    def __init__(self, document: Document, catalog: Catalog, kind: DocumentKind) -> None:
        self.document: Final = document
        """What it says."""
        self.catalog: Final = catalog
        """What is known."""
        self.kind: Final = kind
        """What it is attached to."""
        self.places: Final = Places(document)
        """Where its pieces stand."""
        self._actions: dict[int, ActionSet] = {}
        self._known: dict[int, tuple[Action, ...]] = {}

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The document's statements."""
        return self.document.statements

    @property
    def has_variables(self) -> bool:
        """Whether its version has policy variables (IAM User Guide, "Variables and tags")."""
        return self.document.version == "2012-10-17"

    def path(self, statement: Statement, *steps: str | int) -> Path:
        """The path of a piece of a statement."""
        return self.places.path(statement.index, *steps)

    def actions(self, statement: Statement) -> ActionSet:
        """The actions that a statement is about."""
        found = self._actions.get(statement.index)
        if found is None:
            found = self._actions[statement.index] = statement_actions(statement, self.catalog)
        return found

    def conditions(self) -> Iterator[tuple[Statement, Condition, Operator]]:
        """The conditions of all statements, each with its statement and its operator taken apart."""
        for statement in self.statements:
            yield from self.conditions_of(statement)

    def conditions_of(self, statement: Statement) -> Iterator[tuple[Statement, Condition, Operator]]:
        """The conditions of one statement."""
        for one in statement.conditions:
            operator = operator_named(one.operator)
            assert operator is not None, "no document has an operator that IAM does not know"  # noqa: S101 - see there
            yield statement, one, operator

    def namespaces(self, statement: Statement) -> tuple[str, ...]:
        """The services whose known actions a statement is about; none if they are too many."""
        services = self.catalog.services_of(self.actions(statement).known)
        return tuple(service.namespace for service in services) if len(services) <= WIDEST else ()

    def known(self, statement: Statement) -> tuple[Action, ...] | None:
        """The known actions of a statement; None if it is about all but some, or reaches too many services.

        None also where a pattern matches nothing known: nothing can be said then of what it takes.
        """
        if statement.actions.negated or not self._is_known(statement):
            return None
        mask = self.actions(statement).known
        if len(self.catalog.services_of(mask)) > WIDEST:
            return None
        found = self._known.get(statement.index)
        if found is None:
            found = self._known[statement.index] = self.catalog.actions(mask)
        return found

    def _is_known(self, statement: Statement) -> bool:
        return statement.index not in self.statements_with_unknown

    @cached_property
    def statements_with_unknown(self) -> frozenset[int]:
        """The statements that have a pattern that matches nothing known."""
        return frozenset(statement.index for statement, _, _ in self.unknown)

    @cached_property
    def unknown(self) -> list[tuple[Statement, int, str]]:
        """The action patterns that match nothing known: their statement, place and text."""
        return [
            (statement, place, pattern)
            for statement in self.statements
            for place, pattern in enumerate(statement.actions.patterns)
            if not self.catalog.expand(pattern).is_known
        ]
