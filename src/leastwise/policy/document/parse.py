"""Reading a policy document as IAM does: what it refuses is refused here, with the path to the fault."""

from collections.abc import Callable, Iterable, Iterator

from leastwise.errors import PolicyError
from leastwise.policy.document.grammar import (
    PRINCIPAL_TYPES,
    STATEMENT_ELEMENTS,
    TOP_ELEMENTS,
    VERSIONS,
    DocumentKind,
    action_problem,
    character_problem,
    resource_problem,
    sid_problem,
)
from leastwise.policy.document.json_text import (
    Doubled,
    Item,
    JsonText,
    Listed,
    Member,
    Number,
    Path,
    path_text,
    repeated,
)
from leastwise.policy.document.model import (
    ActionClause,
    Condition,
    Document,
    DuplicateKey,
    Effect,
    Position,
    PrincipalClause,
    ResourceClause,
    Statement,
)
from leastwise.policy.document.operators import operator_named

__all__ = ["parse_document"]

_EFFECTS = {effect.value: effect for effect in Effect}


def parse_document(text: str, kind: DocumentKind = DocumentKind.IDENTITY) -> Document:
    """The document that the text is; its raw text and the place of each statement are kept, nothing is lost.

    Keys written twice are reported, and the last one counts. Linear in the text: a document of 6 KB takes about 0.2 ms.

    Raises:
        PolicyError: the text is no policy that IAM would accept; says path, line and column.

    >>> document = parse_document('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}')
    >>> document.statements[0].actions.patterns, document.statements[0].position.column
    (('s3:*',), 15)
    """
    return _Parser(text, kind).document()


class _Parser:
    def __init__(self, text: str, kind: DocumentKind) -> None:
        self._json = JsonText(text)
        self._kind = kind
        self._duplicates: list[DuplicateKey] = []

    def document(self) -> Document:
        elements = self._elements()
        version = self._optional_string(elements, "Version")
        if version is not None and version not in VERSIONS:
            raise self._json.fault(f"Version must be {' or '.join(VERSIONS)}", ("Version",))
        policy_id = self._optional_string(elements, "Id")
        statements = tuple(self._statements(elements))
        self._check_sids(statements)
        return Document(self._json.text, version, policy_id, statements, tuple(self._duplicates))

    def _elements(self) -> dict[str, Member]:
        text = self._json.text
        start = self._json.space(0)
        problem = character_problem(text, self._kind)
        if problem is not None:
            raise self._json.fault_at(problem[0], "", problem[1])
        if text[start : start + 1] != "{":
            raise self._no_object(start)
        members, end = self._json.members(start, listed="Statement")
        if self._json.space(end) < len(text):
            raise self._json.fault_at("text behind the document", "", self._json.space(end))
        self._json.check_escapes()
        self._note_duplicates((), repeated([member.key for member in members]))
        elements = {member.key: member for member in members}
        self._refuse_unknown(elements, TOP_ELEMENTS, ())
        return elements

    def _no_object(self, start: int) -> PolicyError:
        self._json.value(start)
        return self._json.fault_at("a policy is a JSON object", "", start)

    def _optional_string(self, elements: dict[str, Member], name: str) -> str | None:
        member = elements.get(name)
        return None if member is None else self._string(member.value, (name,))

    def _statements(self, elements: dict[str, Member]) -> Iterator[Statement]:
        member = elements.get("Statement")
        if member is None:
            raise self._json.fault("a policy needs a Statement")
        if not isinstance(member.value, Listed):
            item = Item(member.start, member.end, member.value)
            yield self._statement(0, item, ("Statement",), self._position(item, None))
            return
        if not member.value.items:
            raise self._json.fault("a policy needs a statement", ("Statement",))
        before: Position | None = None
        for index, item in enumerate(member.value.items):
            before = self._position(item, before)
            yield self._statement(index, item, ("Statement", index), before)

    def _position(self, item: Item, before: Position | None) -> Position:
        # Counting on from the statement before keeps the whole linear, also where all stand on one line.
        text = self._json.text
        start, line, column = (before.start, before.line, before.column) if before else (0, 1, 1)
        line_end = text.rfind("\n", start, item.start)
        column = item.start - line_end if line_end >= 0 else column + item.start - start
        return Position(item.start, item.end, line + text.count("\n", start, item.start), column)

    def _statement(self, index: int, item: Item, path: Path, position: Position) -> Statement:
        elements = self._object(item.value, path, "a statement is a JSON object")
        self._refuse_unknown(elements, STATEMENT_ELEMENTS, path)
        return Statement(
            index=index,
            sid=self._sid(elements, path),
            effect=self._effect(elements, path),
            actions=self._actions(elements, path),
            resources=self._resources(elements, path),
            conditions=tuple(self._conditions(elements, path)),
            principals=self._principals(elements, path),
            position=position,
        )

    def _sid(self, elements: dict[str, object], path: Path) -> str | None:
        if "Sid" not in elements:
            return None
        sid = self._string(elements["Sid"], (*path, "Sid"))
        problem = sid_problem(sid, self._kind)
        if problem:
            raise self._json.fault(problem, (*path, "Sid"))
        return sid

    def _check_sids(self, statements: tuple[Statement, ...]) -> None:
        # "Statement IDs (SID) in a single policy must be unique."; any number of them may be empty.
        seen: dict[str, int] = {}
        for statement in statements:
            if statement.sid and seen.setdefault(statement.sid, statement.index) != statement.index:
                problem = f"Sid {statement.sid} is that of Statement[{seen[statement.sid]}] already"
                raise self._json.fault(problem, ("Statement", statement.index, "Sid"))

    def _effect(self, elements: dict[str, object], path: Path) -> Effect:
        if "Effect" not in elements:
            raise self._json.fault("a statement needs an Effect", path)
        effect = _EFFECTS.get(self._string(elements["Effect"], (*path, "Effect")))
        if effect is None:
            raise self._json.fault("Effect must be Allow or Deny, in this case", (*path, "Effect"))
        return effect

    def _actions(self, elements: dict[str, object], path: Path) -> ActionClause:
        name = self._one_of(elements, path, "Action", "NotAction")
        if name is None:
            raise self._json.fault("a statement needs an Action or a NotAction", path)
        return ActionClause(self._patterns(elements[name], (*path, name), action_problem), name == "NotAction")

    def _resources(self, elements: dict[str, object], path: Path) -> ResourceClause | None:
        name = self._one_of(elements, path, "Resource", "NotResource")
        if name is None and self._kind is DocumentKind.IDENTITY:
            raise self._json.fault("a statement needs a Resource or a NotResource", path)
        if name is None:
            return None
        if self._kind is DocumentKind.TRUST:
            raise self._json.fault("a trust policy may not have this element", (*path, name), at_key=True)
        return ResourceClause(self._patterns(elements[name], (*path, name), resource_problem), name == "NotResource")

    def _principals(self, elements: dict[str, object], path: Path) -> PrincipalClause | None:
        name = self._one_of(elements, path, "Principal", "NotPrincipal")
        if self._kind is DocumentKind.IDENTITY:
            if name is not None:
                raise self._json.fault("an identity policy may not have this element", (*path, name), at_key=True)
            return None
        if name is None:
            raise self._json.fault("a statement needs a Principal or a NotPrincipal", path)
        return PrincipalClause(tuple(self._principal_entries(elements[name], (*path, name))), name == "NotPrincipal")

    def _principal_entries(self, value: object, path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
        if isinstance(value, str):
            if value != "*":
                raise self._json.fault("a principal is * or an object such as {'AWS': ARN}", path)
            yield "*", ("*",)
            return
        entries = self._object(value, path, "a principal is * or an object such as {'AWS': ARN}")
        self._refuse_unknown(entries, PRINCIPAL_TYPES, path)
        for kind, ids in entries.items():
            yield kind, self._patterns(ids, (*path, kind), lambda _: "")

    def _conditions(self, elements: dict[str, object], path: Path) -> Iterator[Condition]:
        if "Condition" not in elements:
            return
        path = (*path, "Condition")
        operators = self._object(elements["Condition"], path, "a Condition is a JSON object")
        for operator, keys in operators.items():
            tests = self._object(keys, (*path, operator), "an operator holds a JSON object of keys")
            if tests and operator_named(operator) is None:
                raise self._json.fault("no condition operator", (*path, operator), at_key=True)
            for key, values in tests.items():
                yield Condition(operator, key, tuple(self._condition_values(values, (*path, operator, key))))

    def _condition_values(self, values: object, path: Path) -> Iterator[str]:
        if not isinstance(values, list):
            yield self._condition_value(values, path)
            return
        for place, value in enumerate(values):
            yield self._condition_value(value, (*path, place))

    def _condition_value(self, value: object, path: Path) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return str(value)
        raise self._json.fault("a condition's value is a string, number or boolean", path)

    def _patterns(self, value: object, path: Path, problem_of: Callable[[str], str]) -> tuple[str, ...]:
        if not isinstance(value, list):
            return (self._pattern(value, path, problem_of),)
        if not value:
            raise self._json.fault("the list may not be empty", path)
        for place, item in enumerate(value):
            # The paths of thousands of items are made only for the one that is at fault.
            if type(item) is not str or problem_of(item):
                self._pattern(item, (*path, place), problem_of)
        return tuple(value)

    def _pattern(self, value: object, path: Path, problem_of: Callable[[str], str]) -> str:
        text = self._string(value, path)
        problem = problem_of(text)
        if problem:
            raise self._json.fault(problem, path)
        return text

    def _string(self, value: object, path: Path) -> str:
        if not isinstance(value, str) or isinstance(value, Number):
            raise self._json.fault("must be a string", path)
        return value

    def _object(self, value: object, path: Path, problem: str) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self._json.fault(problem, path)
        if isinstance(value, Doubled):
            self._note_duplicates(path, value.twice)
        return value

    def _note_duplicates(self, path: Path, keys: tuple[str, ...]) -> None:
        self._duplicates.extend(DuplicateKey(path_text(path), key) for key in keys)

    def _one_of(self, elements: dict[str, object], path: Path, name: str, negated: str) -> str | None:
        if name in elements and negated in elements:
            raise self._json.fault(f"a statement may not have both {name} and {negated}", path)
        return name if name in elements else negated if negated in elements else None

    def _refuse_unknown(self, names: Iterable[str], known: frozenset[str], path: Path) -> None:
        for name in names:
            if name not in known:
                raise self._json.fault("no element of a policy", (*path, name), at_key=True)
