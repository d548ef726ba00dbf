"""`leastwise sandbox`: serves the local AWS until it is told to stop."""

import signal
import sys
from collections.abc import Callable
from threading import Event, Thread
from types import FrameType

import click
import msgspec

from leastwise.sandbox.options import SandboxOptions
from leastwise.sandbox.server import Sandbox

__all__ = ["sandbox"]

REGION = "us-east-1"
"""The region that the printed environment names."""


class _Announcement(msgspec.Struct, frozen=True):
    endpoint_url: str
    access_key_id: str
    secret_access_key: str
    region: str
    account: str


def _options(command: Callable[..., None]) -> Callable[..., None]:
    share = click.FloatRange(0, 1)
    for decorate in reversed(
        (
            click.option(
                "--port", type=click.IntRange(0, 65535), default=5000, show_default=True, help="0 for a free one."
            ),
            click.option("--account", default="111111111111", show_default=True, help="The account's twelve digits."),
            click.option(
                "--seed", type=int, default=0, show_default=True, help="Where ids and random choices come from."
            ),
            click.option(
                "--company/--no-company", default=True, help="With the sample company in the account, or empty."
            ),
            click.option("--roles", type=click.IntRange(0), default=0, help="More roles to generate, for load."),
            click.option(
                "--job-seconds", type=click.FloatRange(0), default=1.0, show_default=True, help="Time of a job."
            ),
            click.option(
                "--latency", type=click.FloatRange(0), default=0.0, help="Seconds that each call takes at least."
            ),
            click.option("--rate", type=click.FloatRange(0, min_open=True), help="IAM's limit in calls a second."),
            click.option("--error-rate", type=share, default=0.0, help="Share of calls answered with 500 or 503."),
            click.option("--drop-rate", type=share, default=0.0, help="Share of calls whose connection is dropped."),
            click.option("--short-pages", is_flag=True, help="Pages shorter than asked for, as AWS's sometimes are."),
            click.option("--fail-job", multiple=True, metavar="PATTERN", help="ARNs whose report ends FAILED."),
            click.option("--deny", multiple=True, metavar="OPERATION", help="Answer `iam:GetUser` with AccessDenied."),
            click.option(
                "--stale-reads",
                type=click.FloatRange(0),
                default=0.0,
                metavar="SECONDS",
                help="How long reads of IAM answer from before a write.",
            ),
            click.option(
                "--enforce-policies",
                is_flag=True,
                help="Refuse what the caller's policies do not allow (not this key's).",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print one line of JSON in place of shell exports."),
            click.option(
                "--until-stdin-closes", is_flag=True, help="Stop when standard input ends, as with its parent."
            ),
        )
    ):
        command = decorate(command)
    return command


@click.command()
@_options
def sandbox(  # noqa: PLR0913 - a knob each
    *,
    port: int,
    account: str,
    seed: int,
    company: bool,
    roles: int,
    job_seconds: float,
    latency: float,
    rate: float | None,
    error_rate: float,
    drop_rate: float,
    short_pages: bool,
    fail_job: tuple[str, ...],
    deny: tuple[str, ...],
    stale_reads: float,
    enforce_policies: bool,
    as_json: bool,
    until_stdin_closes: bool,
) -> None:
    """Serve a local AWS with a sample company in it, for leastwise, the AWS CLI and boto3.

    Nothing leaves this machine, and everything is forgotten at the end.
    """
    options = SandboxOptions(
        port=port,
        account_id=account,
        seed=seed,
        company=company,
        roles=roles,
        job_seconds=job_seconds,
        latency_seconds=latency,
        calls_per_second=rate,
        error_rate=error_rate,
        drop_rate=drop_rate,
        short_pages=short_pages,
        fail_jobs=fail_job,
        deny=frozenset(deny),
        stale_read_seconds=stale_reads,
        enforce_policies=enforce_policies,
    )
    with _StopSignals() as stop, Sandbox(options) as running:
        _announce(running, as_json=as_json)
        if until_stdin_closes:
            Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
        stop.wait()


class _StopSignals:
    """An event that SIGINT and SIGTERM set, while it is entered."""

    def __enter__(self) -> Event:
        self._stop = Event()
        self._before = {number: signal.signal(number, self._set) for number in (signal.SIGINT, signal.SIGTERM)}
        return self._stop

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _set(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()


def _watch_stdin(stop: Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()


def _announce(running: Sandbox, *, as_json: bool) -> None:
    key = running.admin_credentials
    if as_json:
        line = _Announcement(
            endpoint_url=running.endpoint_url,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            region=REGION,
            account=running.account_id,
        )
        click.echo(msgspec.json.encode(line))
        return
    click.echo(
        f"export AWS_ENDPOINT_URL={running.endpoint_url}\n"
        f"export AWS_ACCESS_KEY_ID={key.access_key_id}\n"
        f"export AWS_SECRET_ACCESS_KEY={key.secret_access_key}\n"
        f"export AWS_DEFAULT_REGION={REGION}\n"
        "unset AWS_SESSION_TOKEN AWS_PROFILE"
    )
    click.echo(
        f"The sandbox serves account {running.account_id} at {running.endpoint_url}; Ctrl-C ends it.\n"
        "Paste the lines above into another shell, then try:\n"
        "  aws iam list-users\n"
        "  leastwise scan",
        err=True,
    )
