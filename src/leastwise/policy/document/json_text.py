"""Reading JSON piece by piece, so that it is known where in the text each piece stands."""

import re
from json import JSONDecodeError, JSONDecoder
from typing import Final, NamedTuple

from leastwise.errors import PolicyError

__all__ = ["Doubled", "Item", "JsonText", "Listed", "Member", "Number", "Path", "path_text", "repeated"]

Path = tuple[str | int, ...]
"""Where a piece stands: keys and places in lists, from the outside in."""

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_HIGH: Final = range(0xD800, 0xDC00)
_LOW: Final = range(0xDC00, 0xE000)
_DEEPEST: Final = 100
"""No policy nests deeper than 6; what is beyond this is said to be too deep."""


class Number(str):
    """A JSON number, as it was written."""

    __slots__ = ()


class Doubled(dict[str, object]):
    """An object that has keys twice; it holds the last value of each, as IAM reads it."""

    twice: tuple[str, ...] = ()
    """Those keys, in order."""


class Member(NamedTuple):
    """A key of an object and its value."""

    key: str
    """The key."""
    key_start: int
    """Where the key's quote stands."""
    start: int
    """Where the value begins."""
    end: int
    """Where the value ends."""
    value: object
    """The value; a `Listed` where the reader was told to keep the places of a list's values."""


class Item(NamedTuple):
    """A value of a list."""

    start: int
    """Where it begins."""
    end: int
    """Where it ends."""
    value: object
    """The value."""


class Listed(NamedTuple):
    """A list whose values are known with their places."""

    items: list[Item]
    """The values in order."""
    end: int
    """Where the list ends."""


class JsonText:
    """A text that should be JSON. Faults are raised as PolicyError with path, line and column."""

    def __init__(self, text: str) -> None:
        self.text: Final = text
        """The text, to the character."""

    def fault(self, problem: str, path: Path = (), *, at_key: bool = False) -> PolicyError:
        """The error that says what is wrong at a path; points at the key instead of its value on demand."""
        return self.fault_at(problem, path_text(path), self._locate(path, at_key=at_key))

    def fault_at(self, problem: str, path: str, offset: int) -> PolicyError:
        """The error that says what is wrong at an offset."""
        line = self.text.count("\n", 0, offset) + 1
        column = offset - self.text.rfind("\n", 0, offset)
        return PolicyError(problem, path=path, line=line, column=column)

    def space(self, position: int) -> int:
        """The place of the next character that is no white space."""
        space = _SPACE.match(self.text, position)
        return position if space is None else space.end()

    def value(self, start: int) -> Item:
        """The value that begins here; raises PolicyError if there is none."""
        try:
            value, end = _DECODER.raw_decode(self.text, start)
        except JSONDecodeError as error:
            raise self.fault_at(f"not valid JSON: {error.msg}", "", error.pos) from error
        except RecursionError as error:
            raise self.fault_at("nested too deep for a policy", "", self._too_deep()) from error
        return Item(start, end, value)

    def members(self, start: int, *, listed: str = "") -> tuple[list[Member], int]:
        """The members of the object that begins here, repeated keys too, and where it ends.

        The list under the key `listed` is read value by value. Raises PolicyError if the object is not well formed.
        """
        found: list[Member] = []
        position = self.space(start + 1)
        if self.text[position : position + 1] == "}":
            return found, position + 1
        while True:
            found.append(self._member(position, listed))
            position, ended = self._separator(found[-1].end, "}")
            if ended:
                return found, position

    def items(self, start: int) -> Listed:
        """The values of the list that begins here; raises PolicyError if it is not well formed."""
        found: list[Item] = []
        position = self.space(start + 1)
        if self.text[position : position + 1] == "]":
            return Listed(found, position + 1)
        while True:
            found.append(self.value(position))
            position, ended = self._separator(found[-1].end, "]")
            if ended:
                return Listed(found, position)

    def check_escapes(self) -> None:
        r"""Return if no escape stands for NUL or for half a character; raises PolicyError at the first one."""
        if "\\u" not in self.text:
            return
        high: re.Match[str] | None = None
        for escape in _ESCAPE.finditer(self.text):
            code = int(escape[1] or "20", 16)
            is_low = code in _LOW
            completes = high is not None and is_low and high.end() == escape.start()
            if high is not None and not completes:
                raise self.fault_at(f"half a character: {high[0]}", "", high.start())
            if code == 0 or (is_low and not completes):
                raise self.fault_at(f"no character: {escape[0]}", "", escape.start())
            high = escape if code in _HIGH else None
        if high is not None:
            raise self.fault_at(f"half a character: {high[0]}", "", high.start())

    def _member(self, position: int, listed: str) -> Member:
        if self.text[position : position + 1] != '"':
            raise self.fault_at("not valid JSON: a key in double quotes must stand here", "", position)
        key = self.value(position)
        colon = self.space(key.end)
        if self.text[colon : colon + 1] != ":":
            raise self.fault_at("not valid JSON: a colon must stand here", "", colon)
        start = self.space(colon + 1)
        if key.value == listed and self.text[start : start + 1] == "[":
            found = self.items(start)
            return Member(listed, position, start, found.end, found)
        return Member(str(key.value), position, *self.value(start))

    def _separator(self, end: int, closing: str) -> tuple[int, bool]:
        position = self.space(end)
        found = self.text[position : position + 1]
        if found == ",":
            return self.space(position + 1), False
        if found == closing:
            return position + 1, True
        raise self.fault_at(f"not valid JSON: a comma or {closing} must stand here", "", position)

    def _locate(self, path: Path, *, at_key: bool) -> int:
        position = key_start = self.space(0)
        for step in path:
            if isinstance(step, str):
                member = next(m for m in reversed(self.members(position)[0]) if m.key == step)
                position, key_start = member.start, member.key_start
            else:
                position = key_start = self.items(position).items[step].start
        return key_start if at_key else position

    def _too_deep(self) -> int:
        depth = 0
        for bracket in _BRACKET.finditer(self.text):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
            if depth > _DEEPEST:
                return bracket.start()
        return 0


def path_text(path: Path) -> str:
    """The path as text.

    >>> path_text(("Statement", 2, "Action", 0))
    'Statement[2].Action[0]'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    doubled = Doubled(members)
    doubled.twice = repeated([key for key, _ in pairs])
    return doubled


def repeated(keys: list[str]) -> tuple[str, ...]:
    """The keys that stand in the list more than once, each once, in order."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for key in keys:
        if key in seen:
            twice[key] = None
        seen.add(key)
    return tuple(twice)


def _constant(text: str) -> object:
    # Python reads NaN and Infinity as numbers, JSON does not. An object of no JSON type is refused wherever it stands.
    return text.encode()


_DECODER: Final = JSONDecoder(object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=_constant)
