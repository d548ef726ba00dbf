"""What decides on one side of a comparison: layers of documents that must all allow, and everything that denies."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.policy.comparison.box import Box, common, meets, weight
from leastwise.policy.comparison.share import Share, has_variables, shares
from leastwise.policy.document.model import Document, Effect, Statement
from leastwise.policy.document.variables import Variable, pieces
from leastwise.policy.evaluation.match import statement_matches
from leastwise.policy.evaluation.policies import NamedPolicy, Policies
from leastwise.policy.evaluation.request import Request
from leastwise.policy.sets.language import Effort

__all__ = ["Side", "boxes", "permits", "side_of"]

_STATEMENT: Final = 10
"""Steps that looking at a statement counts for."""
_VARIABLE: Final = 20
"""Steps that a text with a variable counts for."""


class Side(Struct, frozen=True, eq=False):
    """One side, ready to be compared."""

    layers: tuple[tuple[Share, ...], ...]
    """What each layer allows: the identity policies together, the boundary, the session policies, each SCP level."""
    denies: tuple[Share, ...]
    """What any of the documents denies."""
    documents: tuple[tuple[Document, ...], ...]
    """The documents of each layer."""

    @property
    def weight(self) -> int:
        """The steps that `permits` counts for: some for a statement, one for a pattern, and more for a variable."""
        return sum(_weight(statement) for layer in self.documents for one in layer for statement in one.statements)

    @property
    def variables(self) -> frozenset[str]:
        """The keys of the variables in its documents."""
        return frozenset(key for layer in self.documents for document in layer for key in _variables(document))


def side_of(policies: Document | Policies, catalog: Catalog) -> Side:
    """The side; a lone document is a layer of its own.

    Raises:
        ValueError: there is a resource policy, which grants to others and beside the rest rather than within it.
    """
    documents = _layers(policies)
    allows = tuple(_all(layer, Effect.ALLOW, catalog) for layer in documents)
    denies = tuple(share for layer in documents for share in _all(layer, Effect.DENY, catalog))
    return Side(allows, denies, documents)


def _all(documents: Iterable[Document], effect: Effect, catalog: Catalog) -> tuple[Share, ...]:
    return tuple(share for document in documents for share in shares(document, effect, catalog))


def _layers(policies: Document | Policies) -> tuple[tuple[Document, ...], ...]:
    if isinstance(policies, Document):
        return ((policies,),)
    if policies.resource:
        raise ValueError("a resource policy cannot be compared together with the policies of a principal")
    boundary = () if policies.boundary is None else ((policies.boundary,),)
    session = (policies.session,) if policies.session else ()
    levels = (policies.identity, *boundary, *session, *policies.service_controls, *policies.resource_controls)
    return tuple(_documents(level) for level in levels)


def _documents(level: Iterable[NamedPolicy]) -> tuple[Document, ...]:
    return tuple(policy.document for policy in level)


def _weight(statement: Statement) -> int:
    resources = statement.resources.patterns if statement.resources else ()
    values = [value for condition in statement.conditions for value in condition.values]
    variables = sum("${" in text for text in (*resources, *values))
    return _STATEMENT + len(statement.actions.patterns) + len(resources) + len(values) + _VARIABLE * variables


def _variables(document: Document) -> Iterator[str]:
    if not has_variables(document):
        return
    for statement in document.statements:
        texts = [value for condition in statement.conditions for value in condition.values]
        for text in (*texts, *(statement.resources.patterns if statement.resources else ())):
            yield from (piece.key for piece in pieces(text) if isinstance(piece, Variable))


def boxes(side: Side, effort: Effort) -> Iterator[Box | None]:
    """All that the side's layers allow together, before any Deny; None, once, where the effort is used up."""
    first, *others = side.layers
    for share in first:
        yield from _within(Box(share.actions, share.at_most, share.as_written, share.literals), others, effort)


def _within(box: Box, layers: list[tuple[Share, ...]], effort: Effort) -> Iterator[Box | None]:
    stack = [(box, 0)]
    while stack:
        part, depth = stack.pop()
        if depth == len(layers):
            yield part
            continue
        for share in layers[depth]:
            if not effort.take(weight(part, share)):
                yield None
                return
            if meets(part, share):
                stack.append((common(part, share), depth + 1))


def permits(side: Side, request: Request) -> bool:
    """Whether the side allows the request: a statement in every layer allows it, and none denies it."""
    allowed = [False for _ in side.layers]
    for place, layer in enumerate(side.documents):
        for document in layer:
            for statement in document.statements:
                if statement_matches(statement, request, variables=has_variables(document)):
                    if statement.effect is Effect.DENY:
                        return False
                    allowed[place] = True
    return all(allowed)
