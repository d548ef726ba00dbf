"""The options that commands share, in the words of the AWS command line where it has them.

Only their declaration is here, so that the help of a command costs no more than click; `requests` says what they mean.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

__all__ = [
    "Command",
    "connection_options",
    "exit_zero_option",
    "from_option",
    "judging_options",
    "output_options",
    "plan_file_option",
    "planning_options",
    "region_option",
    "running_options",
    "save_option",
    "selection_options",
    "send_option",
]

_Callable = TypeVar("_Callable", bound=Callable[..., Any])

_CONNECTION: Final = "How to reach AWS"
_SELECTION: Final = "What to look at"
_JUDGING: Final = "What counts as unused"
_PLANNING: Final = "What may change"
_RUNNING: Final = "What is done"
_OUTPUT: Final = "What is printed"


class Command(click.Command):
    """A command whose help shows its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, by heading in the order in which headings first occur."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for option in self.get_params(ctx):
            record = option.get_help_record(ctx) if isinstance(option, click.Option) else None
            if record is not None:
                sections.setdefault(option.heading if isinstance(option, _Option) else "Options", []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class _Option(click.Option):
    """An option under a heading."""

    def __init__(self, names: tuple[str, ...], *, heading: str, **attributes: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(names, **attributes)
        self.heading = heading


def _option(heading: str, *names: str, **attributes: Any) -> Callable[[_Callable], _Callable]:  # noqa: ANN401 - as click takes them
    return click.option(*names, cls=_Option, heading=heading, **attributes)


def _all(*options: Callable[[Any], Any]) -> Callable[[_Callable], _Callable]:
    def decorate(command: _Callable) -> _Callable:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def connection_options(command: _Callable) -> _Callable:
    """How to reach AWS."""
    return _all(
        _option(_CONNECTION, "--profile", metavar="NAME", help="Use this profile of your AWS configuration."),
        _option(_CONNECTION, "--region", metavar="REGION", help="Use this region, e.g. eu-central-1 or cn-north-1."),
        _option(_CONNECTION, "--endpoint-url", metavar="URL", help="Send every call there, e.g. to a sandbox."),
        _option(
            _CONNECTION,
            "--rate",
            metavar="CALLS",
            type=click.FloatRange(min=0.5),
            help="Never make more calls a second than this; without it the rate AWS allows is found by trying.",
        ),
    )(command)


def from_option(command: _Callable) -> _Callable:
    """Where to read what was collected before."""
    return _option(
        _CONNECTION,
        "--from",
        "from_path",
        metavar="PATH",
        type=click.Path(),
        help="Make no call: read a directory that --save wrote, or what the AWS CLI printed into files.",
    )(command)


def save_option(command: _Callable) -> _Callable:
    """Where to keep what is collected."""
    return _option(
        _OUTPUT,
        "--save",
        metavar="DIR",
        type=click.Path(file_okay=False),
        help="Keep what was collected there, for --from.",
    )(command)


def send_option(command: _Callable) -> _Callable:
    """Where to send the findings."""
    return _option(
        _OUTPUT,
        "--send",
        type=click.Choice(("securityhub",)),
        help="Send the findings to AWS Security Hub of the region, too, and archive there what is resolved.",
    )(command)


def selection_options(command: _Callable) -> _Callable:
    """Which part of the account to look at."""
    return _all(
        _option(
            _SELECTION,
            "--principal",
            "principals",
            metavar="PATTERN",
            multiple=True,
            help="Only principals with such an ARN, name or type/name; * and ? are wildcards. Repeatable.",
        ),
        _option(
            _SELECTION,
            "--exclude",
            metavar="PATTERN",
            multiple=True,
            help="No principals with such an ARN, name or type/name. Repeatable.",
        ),
        _option(
            _SELECTION,
            "--service",
            "services",
            metavar="NAMESPACE",
            multiple=True,
            help="Only this service, e.g. s3. Repeatable.",
        ),
        _option(_SELECTION, "--policies", is_flag=True, help="Ask for a report of each managed policy, too."),
        _option(
            _SELECTION,
            "--verify",
            is_flag=True,
            help="Check against AWS's own answer which policy grants what; takes a call more a principal.",
        ),
    )(command)


def judging_options(command: _Callable) -> _Callable:
    """What counts as unused."""
    return _all(
        _option(
            _JUDGING,
            "--stale-after",
            "stale_after_days",
            metavar="DAYS",
            type=click.IntRange(1, 3650),
            help="Call a use longer ago than this stale, and nothing younger unused.  [default: 90]",
        ),
        _option(
            _JUDGING,
            "--config",
            "config_file",
            metavar="FILE",
            type=click.Path(dir_okay=False),
            help="Read settings and exemptions there.  [default: leastwise.toml, if it is there]",
        ),
    )(command)


def planning_options(command: _Callable) -> _Callable:
    """What may be changed, and how."""
    return _all(
        _option(_PLANNING, "--services-only", is_flag=True, help="Take away whole services alone, no single actions."),
        _option(
            _PLANNING,
            "--include-stale",
            is_flag=True,
            help="Take away what was used, too, if longer ago than --stale-after.",
        ),
        _option(
            _PLANNING,
            "--min-unused-days",
            metavar="DAYS",
            type=click.IntRange(1, 3650),
            help="Take away only what was not used for so long, where that is more than --stale-after.",
        ),
        _option(
            _PLANNING,
            "--min-age-days",
            metavar="DAYS",
            type=click.IntRange(0, 3650),
            default=0,
            help="Change no principal or policy that is younger.",
        ),
        _option(
            _PLANNING,
            "--keep",
            metavar="PATTERN",
            multiple=True,
            help="Never take away these actions, e.g. 'kms:*'. Repeatable.",
        ),
        _option(_PLANNING, "--no-aws-managed", is_flag=True, help="Put no smaller copies in place of AWS's policies."),
        _option(
            _PLANNING,
            "--split-shared",
            is_flag=True,
            help="Give the holders of a shared policy copies of their own, instead of what all of them can spare.",
        ),
        _option(
            _PLANNING,
            "--strategy",
            type=click.Choice(("preserve", "minimal")),
            default="preserve",
            show_default=True,
            help="Keep what stays as it is written, or write it with as few characters as can be.",
        ),
        _option(
            _PLANNING,
            "--quarantine",
            is_flag=True,
            help="Change no policy; deny what is not used, which one detach undoes.",
        ),
        _option(
            _PLANNING,
            "--delete-passwords",
            is_flag=True,
            help="Delete unused passwords, too: the one change that cannot be undone.",
        ),
        _option(
            _PLANNING,
            "--allow-incomplete",
            is_flag=True,
            help="Plan although evidence is missing; what is not known stays.",
        ),
        _option(
            _PLANNING,
            "--promote-quarantine",
            "promote_after_days",
            metavar="DAYS",
            type=click.IntRange(0, 3650),
            help="Take away what quarantines deny that are so old, and lift those that nothing needs any more.",
        ),
        _option(_PLANNING, "--account", metavar="ID", help="Refuse to plan for any other account."),
        _option(
            _PLANNING,
            "--verify-with",
            type=click.Choice(("aws",)),
            help="Ask IAM Access Analyzer about every text, too, and leave out what it objects to. AWS charges for it.",
        ),
    )(command)


def plan_file_option(command: _Callable) -> _Callable:
    """Where to keep the plan."""
    return _option(
        _OUTPUT,
        "--plan-file",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Write the plan there as JSON, besides; for explain and report.",
    )(command)


def output_options(*formats: str, format_help: str = "") -> Callable[[_Callable], _Callable]:
    """What is printed, and where; the first format is the default. With `format_help` the help names them itself."""
    return _all(
        _option(
            _OUTPUT,
            "--format",
            "format_name",
            metavar="FORMAT" if format_help else None,
            type=click.Choice(formats),
            default=formats[0],
            show_default=not format_help,
            help=format_help or "Write the result in this format.",
        ),
        _option(
            _OUTPUT,
            "--output",
            metavar="FILE",
            type=click.Path(dir_okay=False),
            help="Write the result there.  [default: standard output]",
        ),
        _option(_OUTPUT, "--no-color", is_flag=True, help="Use no colours, as with NO_COLOR=1."),
        _option(_OUTPUT, "-q", "--quiet", is_flag=True, help="Write nothing but errors to standard error."),
        _option(
            _OUTPUT,
            "-v",
            "--verbose",
            count=True,
            help="Cut no list short, and say on standard error what is going on; -vv says what libraries say, too.",
        ),
    )


def region_option(command: _Callable) -> _Callable:
    """For which region the result is."""
    return _option(
        _OUTPUT,
        "--region",
        metavar="REGION",
        help="Write asff for the Security Hub of this region.  [default: that of your AWS configuration]",
    )(command)


def running_options(command: _Callable) -> _Callable:
    """Which changes of a run, and where its journal is."""
    return _all(
        _option(
            _RUNNING,
            "--principal",
            "principals",
            metavar="PATTERN",
            multiple=True,
            help="Only changes that reach nobody but such principals; * and ? are wildcards. Repeatable.",
        ),
        _option(_RUNNING, "--change", "changes", metavar="ID", multiple=True, help="Only this change. Repeatable."),
        _option(_RUNNING, "-y", "--yes", is_flag=True, help="Do not ask."),
        _option(
            _RUNNING,
            "--journal",
            metavar="DIR",
            type=click.Path(file_okay=False),
            default="leastwise-runs",
            show_default=True,
            help="Keep the journals of all runs there; what is changed is in them before it is.",
        ),
        _option(
            _RUNNING,
            "--lock",
            metavar="URL",
            help="Hold a lock there that all machines share: dynamodb://TABLE or s3://BUCKET/PREFIX.",
        ),
        _option(
            _RUNNING,
            "--copy-journal",
            metavar="URL",
            help="Copy the journal there, after every change: s3://BUCKET/PREFIX.",
        ),
        _option(
            _RUNNING,
            "--settle",
            "settle_seconds",
            metavar="SECONDS",
            type=click.FloatRange(min=0),
            default=30.0,
            show_default=True,
            help="Look again for so long where AWS may be late to show a change.",
        ),
    )(command)


def exit_zero_option(command: _Callable) -> _Callable:
    """Whether findings fail the command."""
    return _option(_OUTPUT, "--exit-zero", is_flag=True, help="Exit with 0, not 3, where something was found.")(command)
