"""What the documents of the policy commands have in common."""

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from leastwise.policy import Context, Effect, Request, Statement
from leastwise.report.layout import Line, Span, Tone, clean, wrap

__all__ = [
    "Look",
    "RequestEntry",
    "StatementPlace",
    "place_words",
    "request_entry",
    "request_lines",
    "statement_place",
]


class Look(Struct, frozen=True):
    """How text is wanted."""

    width: int
    """Columns that a line may take; paths and ARNs may take more, since they are there to be copied."""
    color: bool
    """Whether colours are used."""
    verbose: bool
    """Whether lists are given in full."""


class StatementPlace(Struct, frozen=True):
    """A statement, and where it stands."""

    policy: str
    """The file, or `-` for standard input."""
    statement: int
    """Its index in the document, from 0."""
    sid: str | None
    """Its Sid; null if it has none."""
    effect: Effect
    """Allow or Deny."""
    line: int
    """Line of its first character, from 1."""
    column: int
    """Column of its first character, from 1, in characters."""


class RequestEntry(Struct, frozen=True):
    """A request."""

    action: str
    """Its action."""
    resource: str
    """The resource's ARN; `*` where the action takes none."""
    context: Context
    """Its condition keys in lower case, each with its values; what is not there is missing in the request."""
    caller: str | None
    """Who makes it; null where that does not matter."""


def request_entry(request: Request) -> RequestEntry:
    """The request in the shape in which it is written."""
    context = {key: request.context[key] for key in sorted(request.context)}
    return RequestEntry(request.action, request.resource, context, _caller(request))


def _caller(request: Request) -> str | None:
    return None if request.caller is None else request.caller.name or request.caller.kind.value


def statement_place(statement: Statement, policy: str) -> StatementPlace:
    """Where the statement of this policy stands."""
    position = statement.position
    return StatementPlace(
        policy, statement.index, statement.sid, statement.effect, line=position.line, column=position.column
    )


def place_words(place: StatementPlace) -> str:
    """`new.json:4:17 (Statement[1] "Read")`, whose beginning editors and terminals can open."""
    sid = f' "{place.sid}"' if place.sid else ""
    return clean(f"{place.policy}:{place.line}:{place.column} (Statement[{place.statement}]{sid})")


def request_lines(request: RequestEntry, *, indent: int, look: Look, implied: Collection[str] = ()) -> Iterator[Line]:
    """What the request asks for, a line a fact; nothing is cut, since it is there to be tried.

    Keys that are `implied` by the others are shown only where everything is wanted.
    """
    margin = " " * indent
    yield (Span(f"{margin}action    "), Span(clean(request.action), Tone.NAME))
    yield (Span(f"{margin}resource  "), Span(clean(request.resource), Tone.NAME))
    if request.caller is not None:
        yield (Span(f"{margin}caller    "), Span(clean(request.caller)))
    for key, values in request.context.items():
        if look.verbose or key not in implied:
            hang = indent + 10
            first, *rest = wrap(f"{key} = {_values(values)}", width=look.width, indent=hang, hang=hang + 2)
            yield (Span(f"{margin}context   "), *first[1:])
            yield from rest


def _values(values: Iterable[str]) -> str:
    return ", ".join(value or "(empty)" for value in values) or "(no value)"
