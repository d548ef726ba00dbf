"""`leastwise policy validate`: what IAM refuses, and what is surely not meant."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, exit_zero_option, output_options
from leastwise.cli.policy.options import kind_option

__all__ = ["validate"]

_EPILOG: Final = """\b
Examples:
  leastwise policy validate policies/*.json
  leastwise policy validate --limit 6144 policy.json
  leastwise policy validate --kind trust --format json - < trust.json

docs/policy-notices.md explains each code.

Exit codes: 0 nothing found, 2 usage, 3 something found (--exit-zero makes it 0).
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("policy_files", metavar="[POLICY.json]...", type=click.Path(allow_dash=True), nargs=-1)
@kind_option
@click.option(
    "--limit",
    metavar="CHARACTERS",
    type=click.IntRange(min=1),
    help="Report a policy with more characters than this, as IAM counts them; 6144 for a managed policy.",
)
@click.option(
    "--severity",
    metavar="LEVEL",
    type=click.Choice(("error", "warning", "suggestion")),
    default="suggestion",
    show_default=True,
    help="Report what is at least so severe: error, warning or suggestion.",
)
@output_options("text", "json")
@exit_zero_option
def validate(
    context: click.Context,
    /,
    *,
    policy_files: tuple[str, ...],
    kind: str,
    limit: int | None,
    severity: str,
    **_: object,
) -> ExitCode:
    """Find what IAM refuses (error), what it takes and is surely not meant (warning), and what may not be (suggestion).

    Each is shown with its place. Without a file, standard input is read.
    """
    from leastwise.catalog import load_catalog  # noqa: PLC0415 - `validate --help` does without
    from leastwise.cli.policy import printing, reading  # noqa: PLC0415 - the same
    from leastwise.cli.requests import output_of  # noqa: PLC0415 - the same
    from leastwise.policy import DocumentKind, Severity  # noqa: PLC0415 - the same
    from leastwise.policy import validate as notices_in  # noqa: PLC0415 - the same
    from leastwise.report import policy as report  # noqa: PLC0415 - the same

    output = output_of(context)
    files = policy_files or ("-",)
    reading.check_one_standard_input(files)
    levels = tuple(Severity)
    wanted = levels[: levels.index(Severity(severity)) + 1]
    validated: list[report.Validated] = []
    for one in files:
        text = reading.read_text(one)
        notices = notices_in(text, load_catalog(), kind=DocumentKind(kind), limit=limit)
        validated.append(report.Validated(one, text, tuple(notice for notice in notices if notice.severity in wanted)))
    document = report.notices_document(validated)
    printing.show_result(document, lambda look: report.render_notices(validated, look=look), output)
    return ExitCode.FINDINGS if document.notices and not output.exit_zero else ExitCode.OK
