"""What one statement reaches, as a set of requests: some actions, on some resources, under some literals."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.policy.comparison.literal import Literals, literals_of
from leastwise.policy.document.grammar import VERSIONS
from leastwise.policy.document.model import Document, Effect, ResourceClause, Statement
from leastwise.policy.document.variables import LITERAL_STAR, Variable, pieces
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.grants import statement_actions
from leastwise.policy.sets.language import OPAQUE, canonical
from leastwise.policy.sets.names import EVERY_NAME, NO_NAME, NameSet, Region, names_matching

__all__ = ["Share", "has_variables", "loosened", "shares"]

_OPAQUES: Final = re.compile(f"[{OPAQUE}-{chr(ord(OPAQUE) + 256)}]+")


class Share(Struct, frozen=True, eq=False):
    """The requests of the statements of one document that differ in nothing but their actions.

    A variable in a resource stands for a text that is not known, so there are three views of the resources. Each is
    what a proof may use on its side: more than is reached, less than is reached, or the variables left as they are.
    """

    actions: ActionSet
    """On these actions."""
    at_most: NameSet
    """On no other resources than these: each variable could be anything."""
    at_least: NameSet
    """On all of these resources whatever the variables stand for."""
    as_written: NameSet
    """On these resources, each variable as opaque letters of its own."""
    literals: Literals
    """Under these conditions, and for these principals."""


def has_variables(document: Document) -> bool:
    """Whether `${...}` is a variable in this document (IAM User Guide, "Policy elements: Variables and tags").

    >>> from leastwise.policy import parse_document
    >>> has_variables(parse_document('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'))
    False
    """
    return document.version == VERSIONS[0]


def shares(document: Document, effect: Effect, catalog: Catalog) -> tuple[Share, ...]:
    """What the document's statements of this effect reach; one share for all that differ only in their actions."""
    variables = has_variables(document)
    found: dict[tuple[ResourceClause | None, Literals], list[Statement]] = {}
    for statement in document.statements:
        if statement.effect is effect:
            key = (statement.resources, literals_of(statement, variables=variables))
            found.setdefault(key, []).append(statement)
    return tuple(
        _share(resources, literals, _actions(statements, catalog), variables)
        for (resources, literals), statements in found.items()
    )


def loosened(region: Region) -> Region:
    """The region with `*` for each variable that was left as opaque letters: no less than it could be.

    >>> loosened(Region(frozenset({f"home/{OPAQUE}"}), frozenset({f"{OPAQUE}x"})))[:2]
    (frozenset({'home/*'}), frozenset())
    """
    inside = frozenset(canonical(_OPAQUES.sub("*", pattern)) for pattern in region.inside)
    return Region(inside, frozenset(pattern for pattern in region.outside if not _OPAQUES.search(pattern)))


def _actions(statements: Iterable[Statement], catalog: Catalog) -> ActionSet:
    return ActionSet.union_of((statement_actions(statement, catalog) for statement in statements), catalog)


def _share(resources: ResourceClause | None, literals: Literals, actions: ActionSet, variables: bool) -> Share:  # noqa: FBT001 - one call, above
    if resources is None or resources.is_everything:
        return Share(actions, EVERY_NAME, EVERY_NAME, EVERY_NAME, literals)
    split = [_split(pattern, variables) for pattern in resources.patterns]
    fixed = names_matching(_text(found, "") for found in split if _is_fixed(found))
    all_fixed = all(map(_is_fixed, split))
    as_written = fixed if all_fixed else names_matching(_text(found, "") for found in split)
    if resources.negated:
        at_most = name_sets.difference(EVERY_NAME, fixed)
        if all_fixed:
            return Share(actions, at_most, at_most, at_most, literals)
        return Share(actions, at_most, NO_NAME, name_sets.difference(EVERY_NAME, as_written), literals)
    if all_fixed:
        return Share(actions, fixed, fixed, fixed, literals)
    at_most = names_matching(_text(found, "*") for found in split)
    return Share(actions, at_most, fixed, as_written, literals)


def _split(pattern: str, variables: bool) -> tuple[str | Variable, ...]:  # noqa: FBT001 - one call, above
    if max(pattern, default="") >= LITERAL_STAR:
        # A letter that has a meaning of its own here; no ARN holds one, so nothing is said of such a pattern.
        return (Variable(f"unreadable {pattern}", None),)
    return pieces(pattern) if variables else (pattern,)


def _is_fixed(found: Iterable[str | Variable]) -> bool:
    return all(isinstance(piece, str) for piece in found)


def _text(found: Iterable[str | Variable], variable: str) -> str:
    """The pattern; each variable becomes the given text, or opaque letters of its own where there is none."""
    return canonical("".join(piece if isinstance(piece, str) else variable or _opaque(piece) for piece in found))


def _opaque(variable: Variable) -> str:
    # A letter in front keeps two variables side by side apart from one with a longer name.
    text = variable.key if variable.default is None else f"{variable.key},{variable.default}"
    return OPAQUE + "".join(chr(ord(OPAQUE) + 1 + byte) for byte in text.encode())
