"""One line at the foot of the terminal: the phase, how much of it is done, and for how long it runs."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

__all__ = ["Bar"]


class _Count(ProgressColumn):
    """`12 of 61`; nothing where nobody knows how many there are."""

    def render(self, task: Task) -> Text:
        """The count of the task's steps."""
        return Text("" if task.total is None else f"{task.completed:.0f} of {task.total:.0f}")


class Bar:
    """Appears with the first phase, so that a prompt for a password or a code before it has the terminal to itself."""

    def __init__(self, *, color: bool) -> None:
        console = Console(stderr=True, no_color=None if color else True, highlight=False)
        is_plain = not console.encoding.startswith("utf") or console.is_dumb_terminal
        self._progress = Progress(
            SpinnerColumn("line" if is_plain else "dots"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            _Count(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=console.is_dumb_terminal,
        )
        self._task: TaskID | None = None

    def begin(self, what: str, *, total: int | None) -> None:
        """Show the new phase from 0."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        # A phase without steps is done; a total of 0 would show a bar that is neither empty nor full.
        self._task = self._progress.add_task(what, total=total or None)
        self._progress.start()

    def advance(self) -> None:
        """One step on."""
        if self._task is not None:
            self._progress.advance(self._task)

    def close(self) -> None:
        """Take it away; the terminal is as if it had never been there."""
        self._progress.stop()
