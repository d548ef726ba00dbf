"""What a user fixes in `leastwise.toml`, read into frozen values."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Final, NoReturn, TypeVar

from msgspec import Struct

from leastwise.errors import SettingsError

__all__ = [
    "EVERY_RULE",
    "EXEMPTION_TAG",
    "KEPT_SIDS",
    "LONGEST_STALE_AFTER_DAYS",
    "RULES",
    "Exemption",
    "Settings",
    "parse_settings",
]

EVERY_RULE: Final = "*"
"""What an exemption names as its rule to cover every rule."""
RULES: Final = (
    "unused-service",
    "stale-service",
    "unused-action",
    "unused-role",
    "unused-user",
    "unused-access-key",
    "unused-password",
    "unattached-policy",
    "empty-group",
    "unused-group-grant",
)
"""Every rule that an exemption can name; a test holds it equal to `leastwise.findings.Rule`."""
EXEMPTION_TAG: Final = "leastwise:exempt"
"""The tag that exempts its principal, unless the settings name another."""
KEPT_SIDS: Final = "Keep"
"""How the Sid of a statement begins that no plan touches, unless the settings say otherwise."""
LONGEST_STALE_AFTER_DAYS: Final = 3650
"""Ten years: longer than AWS looks back, so that a larger number can only be a mistake."""

_TOML_PLACE: Final = re.compile(
    r"^(?P<problem>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$"
)
_TABLE_HEADER: Final = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""^\s*(?P<key>"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")

_Value = TypeVar("_Value")


class Exemption(Struct, frozen=True):
    """Findings that are accepted for a time."""

    rule: str
    """The rule that is exempt; `*` for every rule."""
    resource: str
    """A pattern over the ARN of the finding's resource, with `*` and `?`; case counts."""
    reason: str
    """Why."""
    owner: str
    """Who answers for it."""
    until: date
    """The last day, in UTC, on which it holds."""


class Settings(Struct, frozen=True):
    """What a user fixes for every scan."""

    stale_after_days: int = 90
    """A use longer ago than this many days is stale."""
    exclude: tuple[str, ...] = ()
    """Patterns of principals to leave out."""
    allow_tag_exemptions: bool = False
    """Whether a tag on a principal exempts its findings: whoever may tag a principal may then silence them."""
    exemption_tag: str = EXEMPTION_TAG
    """Key of that tag; its value is the reason."""
    break_glass: tuple[str, ...] = ()
    """Patterns of principals that a plan leaves as they are, since they are kept for emergencies."""
    keep: tuple[str, ...] = ()
    """Patterns of actions that a plan never takes away."""
    keep_sids: str = KEPT_SIDS
    """How the Sid of a statement begins that a plan leaves alone."""
    exemptions: tuple[Exemption, ...] = ()
    """In the order of the file."""


def parse_settings(text: str, *, source: str = "leastwise.toml") -> Settings:
    """The settings that a TOML text fixes; what it does not name keeps its default.

    Raises:
        SettingsError: the text is no TOML (with line and column), or has a key that is unknown, missing, or of the
            wrong kind (with the key's path, and its line where that can be told).
    """
    return _Reader(text, source).settings()


class _Reader:
    """Reads one text; knows its name and lines, so that every complaint says where."""

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._lines = _lines_of_keys(text)
        self._top = self._table(self._load(text), path="")

    def settings(self) -> Settings:
        table = self._top
        self._refuse_unknown(table, Settings.__struct_fields__, path="")
        return Settings(
            stale_after_days=self._optional(table, "stale_after_days", read=self._days, default=90),
            exclude=self._optional(table, "exclude", read=self._texts, default=()),
            allow_tag_exemptions=self._optional(table, "allow_tag_exemptions", read=self._truth, default=False),
            exemption_tag=self._optional(table, "exemption_tag", read=self._text, default=EXEMPTION_TAG),
            break_glass=self._optional(table, "break_glass", read=self._texts, default=()),
            keep=self._optional(table, "keep", read=self._texts, default=()),
            keep_sids=self._optional(table, "keep_sids", read=self._text, default=KEPT_SIDS),
            exemptions=self._optional(table, "exemptions", read=self._exemptions, default=()),
        )

    def _load(self, text: str) -> dict[str, object]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._malformed(text, str(error)) from error

    def _malformed(self, text: str, message: str) -> SettingsError:
        place = _TOML_PLACE.match(message)
        if place is None:
            return SettingsError(f"{self._source}: {message}")
        line, column = place["line"], place["column"]
        if line is None:
            line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        return SettingsError(
            f"{self._source}: line {line}, column {column}: {place['problem']}", hint="the file must be valid TOML 1.0"
        )

    def _exemptions(self, value: object, path: str) -> tuple[Exemption, ...]:
        if not isinstance(value, list):
            self._fail(path, "must be tables", hint=f"begin each one with a line [[{path}]]")
        return tuple(self._exemption(entry, f"{path}[{index}]") for index, entry in enumerate(value))

    def _exemption(self, value: object, path: str) -> Exemption:
        table = self._table(value, path=path)
        self._refuse_unknown(table, Exemption.__struct_fields__, path=path)
        return Exemption(
            rule=self._required(table, "rule", path=path, read=self._rule),
            resource=self._required(table, "resource", path=path, read=self._text),
            reason=self._required(table, "reason", path=path, read=self._text),
            owner=self._required(table, "owner", path=path, read=self._text),
            until=self._required(table, "until", path=path, read=self._day),
        )

    def _optional(
        self, table: Mapping[str, object], key: str, *, read: Callable[[object, str], _Value], default: _Value
    ) -> _Value:
        return read(table[key], key) if key in table else default

    def _required(
        self, table: Mapping[str, object], key: str, *, path: str, read: Callable[[object, str], _Value]
    ) -> _Value:
        if key not in table:
            self._fail(f"{path}.{key}", "is missing", hint=f"add {key} = {_EXAMPLES[key]}")
        return read(table[key], f"{path}.{key}")

    def _table(self, value: object, *, path: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self._fail(path, f"must be a table, not {_kind(value)}")
        return {str(key): entry for key, entry in value.items()}

    def _rule(self, value: object, path: str) -> str:
        rule = self._text(value, path)
        if rule != EVERY_RULE and rule not in RULES:
            self._fail(path, f'names no rule: "{rule}"', hint=_nearest(rule, RULES))
        return rule

    def _text(self, value: object, path: str) -> str:
        if not isinstance(value, str):
            self._fail(path, f"must be a text in quotes, not {_kind(value)}")
        if not value.strip():
            self._fail(path, "must not be empty")
        return value

    def _texts(self, value: object, path: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            self._fail(path, f"must be a list of texts, not {_kind(value)}")
        return tuple(self._text(entry, f"{path}[{index}]") for index, entry in enumerate(value))

    def _truth(self, value: object, path: str) -> bool:
        if not isinstance(value, bool):
            self._fail(path, f"must be true or false, not {_kind(value)}")
        return value

    def _days(self, value: object, path: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            self._fail(path, f"must be a whole number of days, not {_kind(value)}")
        if not 1 <= value <= LONGEST_STALE_AFTER_DAYS:
            self._fail(path, f"must be from 1 to {LONGEST_STALE_AFTER_DAYS} days, not {value}")
        return value

    def _day(self, value: object, path: str) -> date:
        if isinstance(value, datetime) or not isinstance(value, date):
            hint = f"write it without quotes and without a time: until = {_EXAMPLES['until']}"
            self._fail(path, f"must be a date, not {_kind(value)}", hint=hint)
        return value

    def _refuse_unknown(self, table: Mapping[str, object], known: Iterable[str], *, path: str) -> None:
        for key in table:
            if key not in known:
                self._fail(f"{path}.{key}" if path else key, "is not a setting", hint=_nearest(key, known))

    def _fail(self, path: str, problem: str, *, hint: str = "") -> NoReturn:
        line = self._line(path)
        where = f"{self._source}: line {line}" if line else self._source
        one_line = " ".join(f"{where}: {path} {problem}".split())
        raise SettingsError(one_line, hint=hint)

    def _line(self, path: str) -> int | None:
        """Line of the key, or of the nearest thing around it that has a line; None if none has."""
        while path:
            if line := self._lines.get(path):
                return line
            path = path.rpartition(".")[0] if "." in path else path.rpartition("[")[0]
        return None


_EXAMPLES: Final = {
    "rule": '"unused-role"',
    "resource": '"arn:aws:iam::111122223333:role/break-glass"',
    "reason": '"why it is kept"',
    "owner": '"who answers for it"',
    "until": "2027-01-31",
}


def _lines_of_keys(text: str) -> dict[str, int]:
    """Line of each key and table by its path, e.g. `exemptions[1].until`.

    The TOML reader of the standard library keeps no places, so this looks at the beginnings of lines. A line inside a
    multi-line text may be taken for a key; the first line that has a path keeps it.
    """
    lines: dict[str, int] = {}
    for path, line in _keys(text):
        lines.setdefault(path, line)
    return lines


def _keys(text: str) -> Iterator[tuple[str, int]]:
    prefix = ""
    tables: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE_HEADER.match(line):
            prefix = header["name"].strip("\"'")
            if header["open"] == "[[":
                tables[prefix] = tables.get(prefix, -1) + 1
                prefix = f"{prefix}[{tables[prefix]}]"
            yield prefix, number
        elif key := _KEY.match(line):
            name = key["key"].strip("\"'")
            yield (f"{prefix}.{name}" if prefix else name), number


def _nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or all of them."""
    names = list(known)
    near = get_close_matches(word, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"


def _kind(value: object) -> str:
    """What a TOML value is, in a reader's words."""
    kinds = ((bool, "true or false"), (int, "a whole number"), (float, "a decimal number"), (str, "a text"))
    more = ((datetime, "a date with a time"), (date, "a date"), (list, "a list"), (dict, "a table"))
    return next((name for kind, name in (*kinds, *more) if isinstance(value, kind)), "a time")
