"""Explaining a permission to a person, from an account or from what was saved of it."""

from pathlib import Path

from leastwise.aws import ConnectionOptions
from leastwise.cli.exits import ExitCode
from leastwise.cli.output import OutputOptions, show_explanation, show_proofs
from leastwise.cli.plan_file import read_plan_file
from leastwise.cli.scanning import scan_files, scan_live
from leastwise.errors import UsageError
from leastwise.pipeline.explain import explain, find_principal
from leastwise.pipeline.explain_plan import changes_about
from leastwise.pipeline.scan import Scanned, ScanRequest

__all__ = ["explain_files", "explain_live", "explain_plan"]

Asked = tuple[str, str | None]
"""A principal, and a service or an action of it or nothing, as they were typed."""


def explain_live(
    request: ScanRequest, connection: ConnectionOptions, output: OutputOptions, *, asked: Asked
) -> ExitCode:
    """Explain what AWS says now; only this principal's evidence is asked for."""
    return _explain(scan_live(request.only(asked[0]), connection, output), output, asked)


def explain_files(request: ScanRequest, path: Path, output: OutputOptions, *, asked: Asked) -> ExitCode:
    """Explain what was saved."""
    return _explain(scan_files(request.only(asked[0]), path, output), output, asked)


def explain_plan(plan_file: str, output: OutputOptions, *, asked: Asked) -> ExitCode:
    """Explain what a plan does to a principal, or one of its changes, and what was proved.

    Raises:
        PlanError: the file is no plan, or was edited.
        UsageError: an action was asked for, or the plan changes nothing of that principal.
    """
    if asked[1] is not None:
        raise UsageError("--plan explains the changes to a principal, not an action", hint="leave the action out")
    plan = read_plan_file(plan_file)
    found = changes_about(plan, asked[0])
    show_proofs(plan, found, output)
    return ExitCode.OK


def _explain(scanned: Scanned, output: OutputOptions, asked: Asked) -> ExitCode:
    principal = find_principal(scanned.collected.snapshot, asked[0])
    show_explanation(explain(scanned, principal, asked[1]), output)
    missing = (*scanned.collected.evidence.gaps.get(principal.arn, ()), *scanned.grants.of(principal).unreadable)
    return ExitCode.INCOMPLETE if missing else ExitCode.OK
