"""A group of commands that imports a command when it is run, not when it is listed."""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Any

import click

from leastwise.cli.exits import ExitCode

__all__ = ["LazyGroup", "help_instead"]


class LazyGroup(click.Group):
    """Commands by name: the module that holds each under its own name, and its one-line help."""

    def __init__(self, *, table: Mapping[str, tuple[str, str]], **attributes: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(invoke_without_command=True, **attributes)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, sorted."""
        return sorted(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; any other name is a usage error that says what may have been meant."""
        if cmd_name not in self._table:
            near = get_close_matches(cmd_name, self._table, n=1)
            ctx.fail(f"no such command: {cmd_name}" + (f"; did you mean {near[0]}?" if near else ""))
        command = command_of(import_module(self._table[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - a mistake in the table, not in the input
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write each name with its help, which is in the table too."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in sorted(self._table.items())])


def help_instead(context: click.Context) -> ExitCode | None:
    """Show the help of a group that was called without a command, which is wrong usage."""
    if context.invoked_subcommand is not None:
        return None
    click.echo(context.get_help(), err=True)
    return ExitCode.USAGE


def command_of(module: ModuleType, name: str) -> click.Command:
    """The command of this name in a module; one that Python has the name for already ends in an underscore there."""
    attribute = name.replace("-", "_")
    command = getattr(module, attribute, None) or getattr(module, f"{attribute}_")
    assert isinstance(command, click.Command)  # noqa: S101 - what the table says
    return command
