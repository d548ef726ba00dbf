"""`leastwise policy check`: whether a policy grants more than another."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, output_options
from leastwise.cli.policy.options import kind_option

__all__ = ["check"]

_EPILOG: Final = """\b
Examples:
  leastwise policy check old.json new.json
  leastwise policy check - new.json < old.json

\b
Exit codes:
  0  NEW grants nothing that OLD does not: proved
  2  usage, or a policy that IAM would refuse
  3  NEW grants more: there is a request
  4  neither could be shown; take it for 3 to be safe
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("old_file", metavar="OLD.json", type=click.Path(allow_dash=True))
@click.argument("new_file", metavar="NEW.json", type=click.Path(allow_dash=True))
@kind_option
@output_options("text", "json")
def check(context: click.Context, /, *, old_file: str, new_file: str, kind: str, **_: object) -> ExitCode:
    """Say whether NEW grants something that OLD does not, with a proof or with a request that shows it.

    The proof is over the patterns themselves, so it holds for actions and resources that do not exist yet. The request
    was tried on both policies: NEW allows it, OLD does not. `-` reads standard input.
    """
    from leastwise.catalog import load_catalog  # noqa: PLC0415 - `check --help` does without
    from leastwise.cli.policy import printing, reading  # noqa: PLC0415 - the same
    from leastwise.cli.requests import output_of  # noqa: PLC0415 - the same
    from leastwise.policy import Answer, compare, difference  # noqa: PLC0415 - the same
    from leastwise.report import policy as report  # noqa: PLC0415 - the same

    output = output_of(context)
    reading.check_one_standard_input((old_file, new_file))
    old, new = (reading.read_document(one, kind) for one in (old_file, new_file))
    catalog = load_catalog()
    found = compare(new, old, catalog)
    gaps = None if found.answer is Answer.YES else difference(new, old, catalog)
    document = report.check_document(found, gaps, old=(old_file, old), new=(new_file, new))
    printing.show_result(document, lambda look: report.render_check(document, look=look), output)
    codes = {Answer.YES: ExitCode.OK, Answer.NO: ExitCode.FINDINGS, Answer.UNDECIDED: ExitCode.INCOMPLETE}
    return codes[found.answer]
