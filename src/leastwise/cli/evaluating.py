"""Answering an event of AWS Config's for a person."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.cli.exits import ExitCode
from leastwise.cli.output import OutputOptions, is_colored, write
from leastwise.cli.progress import shown_progress
from leastwise.cli.streams import say
from leastwise.compliance import Compliance, Evaluation
from leastwise.errors import UsageError
from leastwise.pipeline.config_rule.answering import Answered
from leastwise.pipeline.config_rule.invocation import evaluate_locally
from leastwise.report.json_format import indented

__all__ = ["EvaluationsDocument", "evaluate_event_file"]

_COLORS: Final = {Compliance.NON_COMPLIANT: "31", Compliance.COMPLIANT: "32"}
_WIDTH: Final = max(map(len, Compliance))


class EvaluationsDocument(Struct, frozen=True):
    """The answer to an event, as JSON."""

    schema: str
    """`leastwise/evaluations/1`."""
    evaluations: tuple[Evaluation, ...]
    """What AWS Config is told, as PutEvaluations takes it, by resource id."""
    refused: tuple[Evaluation, ...]
    """What it did not take."""
    problems: tuple[str, ...]
    """What else went wrong, a sentence each."""
    gaps: int
    """How many answers could not be had; what rests on them is unknown."""


def evaluate_event_file(path: str, connection: ConnectionOptions, output: OutputOptions, *, is_put: bool) -> ExitCode:
    """Print the answer to the event in a file, or on standard input; the exit code says whether all is well.

    Raises:
        LeastwiseError: the event cannot be read, or cannot be answered.
    """
    event = _read(path)
    with shown_progress(output) as progress:
        progress.begin("judging the account", total=None)
        answered = asyncio.run(evaluate_locally(event, connection, is_put=is_put, clock=SystemClock()))
    in_order = sorted(answered.evaluations, key=lambda one: (one.resource_type, one.resource_id))
    if output.format_name == "json":
        write([indented(_document(answered, in_order))], output.output, is_data=True)
    else:
        write(_lines(in_order, answered, is_color=is_colored(output)), output.output, is_data=False)
    for problem in answered.problems:
        say(f"error: {problem}")
    return _exit_code(answered)


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _document(answered: Answered, in_order: list[Evaluation]) -> EvaluationsDocument:
    return EvaluationsDocument(
        "leastwise/evaluations/1", tuple(in_order), answered.refused, answered.problems, answered.gaps
    )


def _lines(in_order: list[Evaluation], answered: Answered, *, is_color: bool) -> Iterator[str]:
    for one in in_order:
        word = one.compliance.value.ljust(_WIDTH)
        color = _COLORS.get(one.compliance) if is_color else None
        shown = word if color is None else f"\x1b[{color}m{word}\x1b[0m"
        yield f"{shown}  {_named(one, answered)}\n  {one.annotation}\n"
    counts = ", ".join(f"{number:,} {name}" for name, number in answered.counts.items())
    gaps = f"; {answered.gaps:,} answers of AWS's could not be had" if answered.gaps else ""
    refused = f"; {len(answered.refused):,} not taken" if answered.refused else ""
    yield f"{counts or 'Nothing to tell'}{gaps}{refused}\n"


def _named(evaluation: Evaluation, answered: Answered) -> str:
    """`role/ci (AROA...)`; by the type alone where it is gone."""
    arn = answered.arns.get(evaluation.resource_id)
    return f"{evaluation.resource_type if arn is None else arn.resource} ({evaluation.resource_id})"


def _exit_code(answered: Answered) -> ExitCode:
    if answered.gaps or answered.refused or answered.problems:
        return ExitCode.INCOMPLETE
    is_well = all(one.compliance is not Compliance.NON_COMPLIANT for one in answered.evaluations)
    return ExitCode.OK if is_well else ExitCode.FINDINGS
