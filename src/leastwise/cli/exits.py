"""What the exit codes mean."""

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """The exit codes of every command."""

    OK = 0
    """Nothing found, or done."""
    ERROR = 1
    """It could not be done."""
    USAGE = 2
    """The command line, a file or a setting is wrong."""
    FINDINGS = 3
    """Something was found; `--exit-zero` makes it 0."""
    INCOMPLETE = 4
    """Some evidence could not be had, a scan that Ctrl-C ended early included; wins over FINDINGS."""
    HALTED = 5
    """Not every change could be made, or put back; what was not is as it was."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C or SIGTERM before anything was known, or stopped twice."""
