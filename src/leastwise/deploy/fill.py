"""Texts with parts that depend on what was chosen, read from the files beside this module.

A line `@if NAME`, `@else` or `@end` is about the lines that follow it; a line `@insert NAME` becomes other lines, as
far to the right as it is. Everything else stands as it is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

__all__ = ["fill", "indented"]


@cache
def _text(name: str) -> str:
    return (files("leastwise.deploy") / "text" / name).read_text(encoding="utf-8")


def fill(name: str, chosen: Collection[str], *, inserts: Mapping[str, Iterable[str]]) -> str:
    """The text of this file, with the parts that were chosen and the lines to insert."""
    return "".join(f"{line}\n" for line in _filled(_chosen(_text(name).splitlines(), chosen), inserts))


def _chosen(lines: Iterable[str], chosen: Collection[str]) -> Iterator[str]:
    is_wanted = True
    for line in lines:
        match line.split():
            case ["@if", name]:
                is_wanted = name in chosen
            case ["@else"]:
                is_wanted = not is_wanted
            case ["@end"]:
                is_wanted = True
            case _:
                if is_wanted:
                    yield line


def _filled(lines: Iterable[str], inserts: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for line in lines:
        match line.split():
            case ["@insert", name]:
                yield from indented(inserts[name], len(line) - len(line.lstrip()))
            case _:
                yield line


def indented(lines: Iterable[str], columns: int) -> Iterator[str]:
    """The lines, so many columns further to the right; empty ones stay empty."""
    for line in lines:
        yield " " * columns + line if line else ""
