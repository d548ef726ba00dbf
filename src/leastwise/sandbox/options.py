"""What a sandbox can be told to do."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

__all__ = ["SandboxOptions", "Trouble", "present"]


def present() -> datetime:
    """The machine's time, aware and in UTC."""
    return datetime.now(UTC)


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One call, or some in a row, that is to go wrong in a way of its own."""

    code: str
    """AWS's error code, as `Throttling`; `dropped` closes the connection without an answer, `silent` does so later."""
    operation: str = ""
    """Operations, as `iam:CreatePolicy` or `iam:Put*`; empty for all of IAM that change something."""
    number: int = 1
    """The first of these calls that goes wrong, counted from 1 as they arrive, each resending too."""
    times: int = 1
    """How many of them in a row."""
    takes_effect: bool = False
    """Whether the call is carried out all the same, and only its answer is lost."""
    silent_seconds: float = 5.0
    """How long a `silent` one keeps its caller waiting, in real time."""


class SandboxOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The knobs of a sandbox; the defaults make a quiet and quick AWS with the sample company in it."""

    port: int = 0
    """TCP port on 127.0.0.1; 0 takes a free one."""
    account_id: str = "111111111111"
    """The account; sandboxes that run in one process at once need different ones."""
    seed: int = 0
    """Where ids, keys and every random choice come from."""
    company: bool = True
    """Whether the sample company is in the account."""
    roles: int = 0
    """How many more roles to generate, for load."""
    now: Callable[[], datetime] = present
    """The clock: jobs, reports and usage go by it. Aware, UTC."""
    job_seconds: float = 1.0
    """How long a last-accessed job and a credential report take; 0 makes them complete at once."""
    latency_seconds: float = 0.0
    """How long each call takes at least, in real time."""
    calls_per_second: float | None = None
    """IAM's rate limit by the sandbox's clock; None for no limit."""
    burst: int | None = None
    """How many calls the limit lets through at once; by default what it lets through in a second."""
    analyzer_calls_per_second: float | None = None
    """Access Analyzer's rate limit by the sandbox's clock, a second's worth at once; None for no limit."""
    config_calls_per_second: float | None = None
    """AWS Config's rate limit by the sandbox's clock, a second's worth at once; None for no limit."""
    hub_calls_per_second: float | None = None
    """Security Hub's rate limit by the sandbox's clock, three seconds' worth at once (AWS: 10); None for no limit."""
    error_rate: float = 0.0
    """Share of the calls, 0 to 1, that are answered with 500 or 503."""
    drop_rate: float = 0.0
    """Share of the calls, 0 to 1, whose connection is closed without an answer, half of them after the work is done."""
    troubles: tuple[Trouble, ...] = ()
    """Calls that go wrong one by one, as planned; where two hit one call, the first."""
    stale_read_seconds: float = 0.0
    """How long Get and List of IAM answer from before a write, by the sandbox's clock, as if it were not yet known."""
    enforce_policies: bool = False
    """Whether a caller may do only what its policies allow; whoever has the sandbox's own key may do everything."""
    fail_jobs: tuple[str, ...] = ()
    """ARN patterns of the entities whose last-accessed job ends FAILED."""
    lose_jobs: tuple[str, ...] = ()
    """ARN patterns of the entities whose first job is gone when asked for, as after a change of session."""
    deny: frozenset[str] = frozenset()
    """Operations, as `iam:GetCredentialReport`, that are answered with AccessDenied."""
    deny_reports: tuple[str, ...] = ()
    """ARN patterns of the entities for which no last-accessed report may be generated: AccessDenied."""
    short_pages: bool = False
    """Whether pages of reports and of account details hold fewer items than asked for, as AWS's sometimes do."""
    security_hub: bool = True
    """Whether Security Hub is enabled from the beginning."""
    fail_evaluations: tuple[str, ...] = ()
    """Patterns of resource ids whose evaluation AWS Config does not accept, though it accepts the call's others."""
    fail_imports: tuple[str, ...] = ()
    """Patterns of finding ids that Security Hub does not import, though it imports the others of the call."""
    fail_times: int | None = None
    """How often each of these evaluations and findings fails before it is accepted; None for always."""
    evaluation_pause_seconds: float = 0.0
    """How long after StartConfigRulesEvaluation a rule's next one is refused, by the sandbox's clock; AWS: 60."""
    functions_see_packages: bool = True
    """Whether a function's code sees the packages of this Python; if not, its zip and the standard library alone."""
    check_signatures: bool = True
    """Whether a wrong secret key, or a request altered after signing, is refused as AWS refuses it."""
