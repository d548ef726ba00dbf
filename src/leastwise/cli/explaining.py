"""Explaining a permission to a person, from an account or from what was saved of it."""

from pathlib import Path

from leastwise.aws import ConnectionOptions
from leastwise.cli.exits import ExitCode
from leastwise.cli.output import OutputOptions, show_explanation
from leastwise.cli.scanning import scan_files, scan_live
from leastwise.pipeline.explain import explain, find_principal
from leastwise.pipeline.scan import Scanned, ScanRequest

__all__ = ["explain_files", "explain_live"]

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


def _explain(scanned: Scanned, output: OutputOptions, asked: Asked) -> ExitCode:
    principal = find_principal(scanned.collected.snapshot, asked[0])
    show_explanation(explain(scanned, principal, asked[1]), output)
    missing = (*scanned.collected.evidence.gaps.get(principal.arn, ()), *scanned.grants.of(principal).unreadable)
    return ExitCode.INCOMPLETE if missing else ExitCode.OK
