"""Where results go: standard output or a file, with or without colour, at the width there is."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct

from leastwise.cli.exits import ExitCode
from leastwise.cli.streams import is_pipe, is_terminal, write_data, write_text
from leastwise.errors import UsageError
from leastwise.findings import ScanStatus
from leastwise.pipeline.explain_plan import ChangesAbout
from leastwise.plan import Plan
from leastwise.report import Explanation, Format, ScanDocument, render, render_explanation, render_explanation_json
from leastwise.report.json_format import indented
from leastwise.report.plan import proof_document, render_proof

__all__ = [
    "OutputOptions",
    "check_output",
    "exit_code",
    "is_colored",
    "show",
    "show_explanation",
    "show_proofs",
    "width",
    "write",
]

_TERMINAL_WIDTH: Final = 80
"""Columns of a terminal that does not say how wide it is."""
_PIPED_WIDTH: Final = 100
"""Columns of a table that goes to a file or a pipe, unless COLUMNS says otherwise."""


class OutputOptions(Struct, frozen=True):
    """What is printed, and where."""

    format_name: str
    """One of the command's formats."""
    output: str | None
    """The file for the result; None for standard output."""
    no_color: bool
    """Whether colours are refused."""
    verbosity: int
    """How often `-v` was given."""
    quiet: bool
    """Whether standard error is for errors alone."""
    exit_zero: bool
    """Whether findings are no reason for another exit code than 0."""
    region: str = ""
    """The region of the Security Hub that ASFF is for; empty for other formats."""


def show(document: ScanDocument, options: OutputOptions) -> None:
    """Write the document in the chosen format to standard output or the chosen file."""
    wanted = Format(options.format_name)
    chunks = render(
        document,
        wanted,
        width=width(options),
        color=is_colored(options),
        verbose=options.verbosity > 0,
        region=options.region,
    )
    write(chunks, options.output, is_data=wanted is not Format.TABLE)


def show_explanation(explanation: Explanation, options: OutputOptions) -> None:
    """Write the explanation in the chosen format to standard output or the chosen file."""
    if options.format_name == "json":
        write([render_explanation_json(explanation)], options.output, is_data=True)
    else:
        text = render_explanation(explanation, width=width(options), color=is_colored(options))
        write([text], options.output, is_data=False)


def show_proofs(plan: Plan, about: ChangesAbout, options: OutputOptions) -> None:
    """Write what was proved of these changes in the chosen format to standard output or the chosen file."""
    if options.format_name == "json":
        text = indented(proof_document(plan, about.changes, principal=about.principal))
    else:
        columns, color = width(options), is_colored(options)
        text = render_proof(plan, about.changes, width=columns, color=color, principal=about.principal) + "\n"
    write([text], options.output, is_data=options.format_name == "json")


def width(options: OutputOptions) -> int:
    """Columns to fill: what COLUMNS says, or the terminal's, a pager's included, or a fixed number for files."""
    if options.output is not None:
        return _columns(None)
    if is_terminal(sys.stdout):
        return _columns(sys.stdout.fileno())
    is_paged = is_pipe(sys.stdout) and is_terminal(sys.stderr)
    return _columns(sys.stderr.fileno() if is_paged else None)


def _columns(terminal: int | None) -> int:
    typed = os.environ.get("COLUMNS", "")
    if typed.isdecimal() and int(typed) > 0:
        return int(typed)
    if terminal is None:
        return _PIPED_WIDTH
    try:
        return os.get_terminal_size(terminal).columns or _TERMINAL_WIDTH
    except OSError:
        return _TERMINAL_WIDTH


def is_colored(options: OutputOptions) -> bool:
    """Whether to use colours: on a terminal that knows them, unless the option or NO_COLOR says no."""
    is_refused = options.no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return options.output is None and is_terminal(sys.stdout) and not is_refused


def check_output(output: str | None) -> None:
    """Say before the work, rather than after it, that its result could not be written.

    Raises:
        UsageError: there is no such folder, it may not be written, or standard output is closed.
    """
    if output is None:
        if sys.stdout is None:
            raise UsageError("standard output is closed", hint="name a file with --output")
        return
    target = Path(output)
    place = target if target.exists() else target.resolve().parent
    if not place.exists():
        raise UsageError(f"cannot write {output}: there is no folder {place}")
    if not os.access(place, os.W_OK) or (place is not target and not place.is_dir()):
        raise UsageError(f"cannot write {output}: {place} may not be written")


def write(chunks: Iterable[str], output: str | None, *, is_data: bool) -> None:
    """Write the text to standard output, or to the file, which is either written whole or left as it was.

    `is_data` says that a program reads it, so that it must be UTF-8.

    Raises:
        UsageError: the file cannot be written.
        LeastwiseError: standard output cannot be written.
    """
    if output is None:
        return write_data(chunks) if is_data else write_text(chunks)
    target = Path(output)
    try:
        save = _write_in_place if target.exists() and not target.is_file() else _write_whole
        return save(chunks, target)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error


def _write_in_place(chunks: Iterable[str], target: Path) -> None:
    """Write to a device or a pipe, which must stay what it is."""
    with target.open("w", encoding="utf-8", newline="") as file:
        file.writelines(chunks)


def _write_whole(chunks: Iterable[str], target: Path) -> None:
    """Write a file beside the target, then put it in its place; a link keeps pointing where it does."""
    place = target.resolve()
    partial = place.with_name(f".{place.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.writelines(chunks)
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)


def exit_code(document: ScanDocument, *, exit_zero: bool) -> ExitCode:
    """The exit code of a scan: incomplete evidence wins over findings; exempt findings do not count."""
    if any(account.status is not ScanStatus.COMPLETE for account in document.accounts):
        return ExitCode.INCOMPLETE
    found = any(finding.exempt is None for finding in document.findings)
    return ExitCode.FINDINGS if found and not exit_zero else ExitCode.OK
