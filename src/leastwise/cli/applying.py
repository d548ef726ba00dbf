"""Carrying a plan out for a person, and putting a run back: shown first, asked, and told change by change."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct

from leastwise.apply import ApplyOptions, ChangeResult, Comparison, Outcome, RollBackOptions, Waiting, histories
from leastwise.apply.places import bucket_place, lock_place
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.cli.exits import ExitCode
from leastwise.cli.interrupt import run_until_interrupted
from leastwise.cli.output import OutputOptions, write
from leastwise.cli.plan_file import read_plan_file
from leastwise.cli.streams import is_terminal, say, say_block
from leastwise.errors import UsageError
from leastwise.pipeline.apply import (
    ApplyRequest,
    Keeping,
    RanRun,
    RollBackRequest,
    apply_to_account,
    arns_named,
    changes_to_make,
    roll_back_run,
    run_to_put_back,
)
from leastwise.plan import Plan
from leastwise.report.json_format import indented

__all__ = ["Choice", "RunDocument", "Running", "apply_plan", "apply_plan_file", "roll_back", "running_of"]

_GOOD: Final = (ChangeResult.DONE, ChangeResult.FOUND_DONE, ChangeResult.WOULD_DO)
_WORDS: Final = {
    ChangeResult.DONE: "done",
    ChangeResult.FOUND_DONE: "was done already",
    ChangeResult.REFUSED: "left alone",
    ChangeResult.FAILED: "failed, and nothing is changed",
    ChangeResult.HALTED: "HALTED in the midst of it",
    ChangeResult.WOULD_DO: "could be made",
    ChangeResult.NOT_REACHED: "not reached",
}


class Choice(Struct, frozen=True):
    """Which part of a plan, or of a run."""

    changes: tuple[str, ...]
    """Ids; empty for all."""
    principals: tuple[str, ...]
    """Patterns; empty for all."""
    at_most: int | None = None
    """How many changes; None for all."""
    canary: bool = False
    """Whether only one principal's."""
    dry_run: bool = False
    """Whether nothing is changed."""
    delete_passwords: bool = False
    """Whether passwords are deleted, which nothing takes back."""


class Running(Struct, frozen=True):
    """How it is run."""

    connection: ConnectionOptions
    """How to reach AWS."""
    keeping: Keeping
    """Where the run is kept."""
    yes: bool
    """Whether nobody is asked."""
    waiting: Waiting
    """How long to wait for what AWS has not shown yet."""


def running_of(context: click.Context, connection: ConnectionOptions) -> Running:
    """How it is run, as the options say."""
    given = context.params
    keeping = Keeping(
        Path(given["journal"]),
        None if given["lock"] is None else lock_place(given["lock"]),
        None if given["copy_journal"] is None else bucket_place(given["copy_journal"]),
    )
    return Running(connection, keeping, given["yes"], Waiting(settle_seconds=given["settle_seconds"]))


class RunDocument(Struct, frozen=True):
    """What came of a run, as JSON."""

    schema: str
    """`leastwise/run/1`."""
    run: str
    """Its id; empty for a dry run, and where there was nothing to do."""
    outcomes: tuple[Outcome, ...]
    """What came of each change."""
    comparisons: tuple[Comparison, ...]
    """For a roll-back, each object beside what it was before."""


def apply_plan_file(plan_file: str, choice: Choice, running: Running, output: OutputOptions) -> ExitCode:
    """Carry out a plan.

    Raises:
        LeastwiseError: it cannot be read, or not be begun.
    """
    return apply_plan(read_plan_file(plan_file), choice, running, output, is_input_used=plan_file == "-")


def apply_plan(
    plan: Plan, choice: Choice, running: Running, output: OutputOptions, *, is_input_used: bool = False
) -> ExitCode:
    """Carry out a plan that was made.

    Raises:
        LeastwiseError: it cannot be begun.
    """
    options = ApplyOptions(
        changes=choice.changes,
        principals=arns_named(plan.touched, choice.principals, of="plan"),
        at_most=choice.at_most,
        canary=choice.canary,
        dry_run=choice.dry_run,
        delete_passwords=choice.delete_passwords,
        waiting=running.waiting,
    )
    request = ApplyRequest(plan, options, running.keeping)
    going_on = None if choice.dry_run else request.interrupted
    titles = [change.title for change in changes_to_make(request)]
    if going_on is None and not titles:
        say("there is nothing to do: every change that was asked for is made")
        return _shown(RanRun("", ()), output, undo="") if output.format_name == "json" else ExitCode.OK
    if not choice.dry_run:
        _ask(_question(plan, titles, going_on), running, is_input_used=is_input_used)
    ran = _run(
        lambda stop: apply_to_account(
            request, running.connection, clock=SystemClock(), progress=_Told(output), stop=stop
        )
    )
    return _shown(ran, output, undo="" if choice.dry_run else f"leastwise rollback {ran.run}")


def roll_back(
    run: str, choice: Choice, running: Running, output: OutputOptions, *, is_forced: bool, is_aside: bool = False
) -> ExitCode:
    """Put back what a run changed; `is_aside` tells of it on standard error alone, since another result is the output.

    Raises:
        LeastwiseError: there is no such run, or it cannot be begun.
    """
    request = RollBackRequest(run, RollBackOptions(), running.keeping)
    done = run_to_put_back(request)
    begun = [one.begun for one in histories(done.entries).values()]
    principals = arns_named({arn for one in begun for arn in one.principals}, choice.principals, of="run")
    options = RollBackOptions(
        changes=choice.changes, principals=principals, is_forced=is_forced, waiting=running.waiting
    )
    account = "" if done.begun is None else done.begun.account
    _ask([f"Put back what run {done.run} changed in account {account}?"], running, is_input_used=False)
    request = RollBackRequest(run, options, running.keeping)
    ran = _run(
        lambda stop: roll_back_run(request, running.connection, clock=SystemClock(), progress=_Told(output), stop=stop)
    )
    if is_aside:
        say_block([*_lines(ran, undo="")])
        return _exit_code(ran)
    return _shown(ran, output, undo="")


def _run(work: Callable[[asyncio.Event], Coroutine[Any, Any, RanRun]]) -> RanRun:
    """The work, which a signal ends after the change in flight, and a second one at once."""

    async def answering(stop: asyncio.Event) -> RanRun:
        answer = asyncio.create_task(_answer(stop))
        try:
            return await work(stop)
        finally:
            answer.cancel()

    try:
        return run_until_interrupted(answering)
    except KeyboardInterrupt:
        say("stopped in the midst of it; the same command finishes or undoes what was in flight, and goes on")
        raise


async def _answer(stop: asyncio.Event) -> None:
    await stop.wait()
    say("stopping after the change in flight; Ctrl-C once more stops at once")


def _question(plan: Plan, titles: list[str], going_on: Path | None) -> list[str]:
    account = plan.account.id if plan.account.alias is None else f"{plan.account.id} ({plan.account.alias})"
    if going_on is not None:
        return [f"Go on with run {going_on.stem} in account {account}?"]
    noun = "change" if len(titles) == 1 else "changes"
    return [*(f"  {title}" for title in titles), "", f"Make {len(titles):,} {noun} in account {account}?"]


def _ask(lines: list[str], running: Running, *, is_input_used: bool) -> None:
    """Go on only if a person says yes.

    Raises:
        UsageError: there is nobody to ask, or the answer is another.
    """
    if running.yes:
        return
    if is_input_used or not is_terminal(sys.stdin) or not is_terminal(sys.stderr):
        raise UsageError("there is nobody to ask", hint="--yes does it without asking")
    say_block([*lines, "Only `yes` is taken as a yes."])
    if sys.stdin.readline().strip() != "yes":
        raise UsageError("nothing was done, since the answer was not yes")


class _Told:
    """Tells of each change on standard error, where text comes in the end on standard output."""

    def __init__(self, output: OutputOptions) -> None:
        self._is_quiet = output.quiet
        self._place = ""

    def begin(self, title: str, *, number: int, total: int) -> None:
        """Say which change is looked at."""
        self._place = f"[{number:,}/{total:,}]"
        if not self._is_quiet:
            say(f"{self._place} {title} ...")

    def end(self, outcome: Outcome) -> None:
        """Say what came of it."""
        if not self._is_quiet:
            say(f"{self._place} {_said(outcome)}")


def _said(outcome: Outcome) -> str:
    return f"{_WORDS[outcome.result]}{f': {outcome.detail}' if outcome.detail else ''}"


def _shown(ran: RanRun, output: OutputOptions, *, undo: str) -> ExitCode:
    if output.format_name == "json":
        write(
            [indented(RunDocument("leastwise/run/1", ran.run, ran.outcomes, ran.comparisons))],
            output.output,
            is_data=True,
        )
    else:
        write((f"{line}\n" for line in _lines(ran, undo)), output.output, is_data=False)
    if ran.problem:
        say(f"warning: {ran.problem}")
    return _exit_code(ran)


def _exit_code(ran: RanRun) -> ExitCode:
    is_good = all(one.result in _GOOD for one in ran.outcomes) and all(one.is_back for one in ran.comparisons)
    return ExitCode.OK if is_good else ExitCode.HALTED


def _lines(ran: RanRun, undo: str) -> Iterator[str]:
    for outcome in ran.outcomes:
        yield f"{outcome.change}  {outcome.title}"
        yield f"  {_said(outcome)}"
    for one in ran.comparisons:
        if one.detail or not one.is_back:
            detail = f": {one.detail}" if one.detail else ""
            yield f"{one.object}: {'is back' if one.is_back else 'IS NOT BACK'}{detail}"
    yield _summary(ran)
    if ran.run and undo and any(one.result is ChangeResult.DONE for one in ran.outcomes):
        yield f"Run {ran.run}; to put it back: {undo}"


def _summary(ran: RanRun) -> str:
    counts = {result: sum(one.result is result for one in ran.outcomes) for result in ChangeResult}
    found = [f"{number:,} {_WORDS[result]}" for result, number in counts.items() if number]
    objects = f"; {sum(one.is_back for one in ran.comparisons):,} of {len(ran.comparisons):,} objects are as they were"
    return (", ".join(found) or "nothing to do") + (objects if ran.comparisons else "")
