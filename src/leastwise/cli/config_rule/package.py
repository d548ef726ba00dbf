"""`leastwise config-rule package`: the code of the rule's function."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leastwise.cli.options import Command
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from leastwise.pipeline.lambda_package import Package

__all__ = ["package"]

_ARCHITECTURES: Final = ("arm64", "x86_64")
_RUNTIMES: Final = ("python3.11", "python3.12", "python3.13", "python3.14")
_MEGABYTE: Final = 1_000_000
_EPILOG: Final = """\b
Examples:
  leastwise config-rule package
  leastwise config-rule package --architecture x86_64 --output rule.zip
  aws s3 cp leastwise-config-rule-arm64.zip s3://my-code/

The architecture and the runtime must be those of the template's parameters, which have the same defaults.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--architecture",
    type=click.Choice(_ARCHITECTURES),
    default="arm64",
    show_default=True,
    help="Make it for a function on such a processor.",
)
@click.option(
    "--runtime",
    type=click.Choice(_RUNTIMES),
    default="python3.13",
    show_default=True,
    help="Make it for a function with this Python.",
)
@click.option(
    "--installed",
    is_flag=True,
    help="Pack the libraries that are installed here, without an index; only on a machine like the function's.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write it there.  [default: leastwise-config-rule-ARCHITECTURE.zip]",
)
def package(*, architecture: str, runtime: str, installed: bool, output: str | None) -> None:
    """Write the code of the function that AWS Config calls, as a zip for Lambda.

    It holds leastwise and the libraries that it stands on, in the releases that are installed here. pip fetches them
    for the function's machine from the package index that it is set up for. The same releases give the same bytes.
    """
    from leastwise.cli.output import check_output  # noqa: PLC0415 - `package --help` does without
    from leastwise.cli.streams import write_text  # noqa: PLC0415 - the same
    from leastwise.pipeline.lambda_package import (  # noqa: PLC0415 - the same
        IndexLibraries,
        InstalledLibraries,
        Target,
        lambda_package,
    )

    path = output or f"leastwise-config-rule-{architecture}.zip"
    check_output(path)
    target = Target(architecture, runtime)
    made = lambda_package(InstalledLibraries(target) if installed else IndexLibraries(target))
    _save(made.content, path)
    write_text([f"{path}: {_sizes(made)}, for {runtime} on {architecture}\n", f"sha256 {_digest(made)}\n"])


def _save(content: bytes, path: str) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _sizes(made: "Package") -> str:
    zipped, unzipped = len(made.content) / _MEGABYTE, made.unzipped_bytes / _MEGABYTE
    return f"{zipped:.1f} MB, {unzipped:.1f} MB unzipped"


def _digest(made: "Package") -> str:
    return sha256(made.content).hexdigest()
