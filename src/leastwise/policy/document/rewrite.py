"""Editing a document's text: some statements get other actions or go, everything else keeps its bytes."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from msgspec.structs import replace

from leastwise.errors import PolicyError
from leastwise.policy.document.grammar import DocumentKind, action_problem
from leastwise.policy.document.json_text import Item, JsonText, Member
from leastwise.policy.document.model import ActionClause, Document, Statement
from leastwise.policy.document.parse import parse_document
from leastwise.policy.document.render import content, json_string

__all__ = ["rewrite"]

_INDENT: Final = "    "
"""One level more, where the text does not show how wide its levels are."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


class _Layout(NamedTuple):
    opening: str
    separator: str
    closing: str


def rewrite(document: Document, changes: Mapping[int, ActionClause | None]) -> str:
    r"""The document's text with other actions in some statements, by index, and without those whose change is None.

    Everything else keeps its bytes: other statements, and the elements, order, indentation and line ends of a changed
    one. Only the value of its Action or NotAction is written anew, in the style of the old value, and its key where
    one becomes the other; patterns that stay keep their bytes too. Where the key stands twice, the last one counts for
    IAM and is the one that is changed. A statement that goes takes its comma and its white space along. The result is
    read again, and says what was meant. Linear.

    Raises:
        ValueError: there is no such statement, no statement would be left (detach or delete the policy instead), or a
            clause is none that IAM takes.

    >>> text = '{"Statement": [{"Effect": "Allow", "Action": "s3:*",\n  "Resource": "*"}]}'
    >>> print(rewrite(parse_document(text), {0: ActionClause(("s3:Get*", "s3:List*"), negated=False)}))
    {"Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"],
      "Resource": "*"}]}
    """
    _check(document, changes)
    text = _edited(document.text, list(_edits(document, changes)))
    _verify(document, changes, text)
    return text


def _check(document: Document, changes: Mapping[int, ActionClause | None]) -> None:
    known = range(len(document.statements))
    for index, clause in changes.items():
        if index not in known:
            raise ValueError(f"the document has no Statement[{index}]")
        problem = "" if clause is None else _clause_problem(clause)
        if problem:
            raise ValueError(f"Statement[{index}] cannot get these actions: {problem}")
    if all(changes.get(index, 0) is None for index in known):
        raise ValueError("a document needs a statement, and all of them are to go")


def _clause_problem(clause: ActionClause) -> str:
    if not clause.patterns:
        return "there is none; None removes a statement"
    return next((problem for problem in map(action_problem, clause.patterns) if problem), "")


def _edits(document: Document, changes: Mapping[int, ActionClause | None]) -> Iterator[_Edit]:
    json_text = JsonText(document.text)
    yield from _removals(document, changes)
    for index in sorted(changes):
        clause, statement = changes[index], document.statements[index]
        if clause is not None and clause != statement.actions:
            yield from _clause_edits(json_text, statement, clause)


def _removals(document: Document, changes: Mapping[int, ActionClause | None]) -> Iterator[_Edit]:
    # Each statement that stays keeps the white space before it; the first that stays moves up to the first one's place.
    statements = document.statements
    stays = [changes.get(one.index, one.actions) is not None for one in statements]
    first = stays.index(True)
    if first:
        yield _Edit(statements[0].position.start, statements[first].position.start, "")
    for one in statements[first:]:
        if not stays[one.index]:
            yield _Edit(statements[one.index - 1].position.end, one.position.end, "")


def _clause_edits(json_text: JsonText, statement: Statement, clause: ActionClause) -> Iterator[_Edit]:
    old_name, new_name = (_name(negated=one.negated) for one in (statement.actions, clause))
    members, end = json_text.members(statement.position.start)
    named = [place for place, member in enumerate(members) if member.key == old_name]
    if old_name != new_name:
        # A statement may not have both: where the key stands twice, each is renamed.
        for place in named:
            yield _Edit(members[place].key_start, _key_end(json_text, members[place]), f'"{new_name}"')
    counting = members[named[-1]]
    yield _Edit(counting.start, counting.end, _Value(json_text, members, end).of(clause, place=named[-1]))


def _name(*, negated: bool) -> str:
    return "NotAction" if negated else "Action"


def _key_end(json_text: JsonText, member: Member) -> int:
    return json_text.value(member.key_start).end


class _Value:
    """Writes the patterns of a clause in the style of the value that stands there."""

    def __init__(self, json_text: JsonText, members: list[Member], end: int) -> None:
        self._json = json_text
        self._text = json_text.text
        self._members = members
        self._end = end

    def of(self, clause: ActionClause, *, place: int) -> str:
        member = self._members[place]
        is_list = self._text[member.start] == "["
        if len(clause.patterns) == 1 and not is_list:
            return json_string(clause.patterns[0])
        items = self._json.items(member.start).items if is_list else [Item(member.start, member.end, member.value)]
        layout = self._list_layout(place, items) if is_list else self._new_layout(place)
        return "[" + layout.opening + self._listed(clause.patterns, items, layout.separator) + layout.closing + "]"

    def _listed(self, patterns: tuple[str, ...], items: list[Item], separator: str) -> str:
        places = {item.value: number for number, item in reversed(list(enumerate(items)))}
        written: list[str] = []
        for pattern in patterns:
            number = places.get(pattern)
            if written:
                written.append(self._text[items[number - 1].end : items[number].start] if number else separator)
            written.append(
                json_string(pattern) if number is None else self._text[items[number].start : items[number].end]
            )
        return "".join(written)

    def _list_layout(self, place: int, items: list[Item]) -> _Layout:
        member = self._members[place]
        opening = self._text[member.start + 1 : items[0].start]
        closing = self._text[items[-1].end : member.end - 1]
        if len(items) > 1:
            return _Layout(opening, self._text[items[0].end : items[1].start], closing)
        return _Layout(opening, "," + opening if "\n" in opening else self._short_separator(member), closing)

    def _new_layout(self, place: int) -> _Layout:
        start = self._members[place - 1].end if place else self._json_start()
        indent = _line_start(self._text[start : self._members[place].key_start].rpartition(",")[2])
        if not indent:
            return _Layout("", self._short_separator(self._members[place]), "")
        outer = _line_start(self._text[self._members[-1].end : self._end - 1])
        deeper = indent + (indent.removeprefix(outer) if outer and indent.startswith(outer) else _INDENT)
        return _Layout(deeper, "," + deeper, indent)

    def _json_start(self) -> int:
        return self._text.rindex("{", 0, self._members[0].key_start) + 1

    def _short_separator(self, member: Member) -> str:
        # Whoever writes a blank behind a colon writes one behind a comma.
        return ", " if self._text[member.start - 1].isspace() else ","


def _line_start(space: str) -> str:
    """The last line end of what stands between two pieces, with the indentation behind it; empty on one line."""
    before, line_end, indent = space.rpartition("\n")
    return ("\r\n" if before.endswith("\r") else line_end) + indent if line_end else ""


def _edited(text: str, edits: list[_Edit]) -> str:
    pieces: list[str] = []
    position = 0
    for edit in sorted(edits):
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])


def _verify(document: Document, changes: Mapping[int, ActionClause | None], text: str) -> None:
    kind = DocumentKind.IDENTITY if document.statements[0].principals is None else DocumentKind.RESOURCE
    meant = tuple(
        replace(statement, actions=clause)
        for statement in document.statements
        if (clause := changes.get(statement.index, statement.actions)) is not None
    )
    try:
        is_right = content(parse_document(text, kind)) == content(replace(document, statements=meant))
    except PolicyError as error:
        raise _broken(document, changes) from error
    if not is_right:
        raise _broken(document, changes)


def _broken(document: Document, changes: Mapping[int, ActionClause | None]) -> RuntimeError:
    return RuntimeError(f"rewriting went wrong, please report it: {changes!r} in {document.text!r}")
