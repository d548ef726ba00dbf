"""One object for equal rows: most services of most principals were never used, and their rows are the same."""

from sys import intern

from leastwise.aws.reports import LastAccessedRow

__all__ = ["SharedRows"]

_LIMIT = 20_000
"""Objects kept of each kind; AWS has about 450 services, each with a few lists of actions over all principals."""


class SharedRows:
    """What the reports of one account have in common; bounded, and forgetting everything when full."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._unused: dict[LastAccessedRow, LastAccessedRow] = {}

    def names(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """An equal tuple of interned names, the same object for every equal one."""
        known = self._names.get(names)
        if known is None:
            if len(self._names) >= _LIMIT:
                self._names.clear()
            known = tuple(map(intern, names))
            self._names[known] = known
        return known

    def row(self, row: LastAccessedRow) -> LastAccessedRow:
        """An equal row; the same object for every equal one that was never used."""
        if row.last_authenticated is not None or (row.tracked is not None and row.tracked.used):
            return row
        if len(self._unused) >= _LIMIT:
            self._unused.clear()
        return self._unused.setdefault(row, row)
