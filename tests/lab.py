"""A small account on a sandbox, furnished by a test and scanned over HTTP, in time that costs nothing.

The sandbox and the scanner go by one clock. Waiting moves it on at once, and so does each reading, by a little, so that
whoever asks in a circle without waiting is seen to and does not ask for ever.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aws_environment import only_keys
from leastwise.aws import ConnectionOptions
from leastwise.collect import NoProgress
from leastwise.findings import ScanParameters, ServiceVerdict
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_account
from leastwise.sandbox import Sandbox, SandboxOptions, SteppingClock

__all__ = ["NOON", "Lab", "open_lab", "services_of"]

NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
_ACCOUNT: Final = "400000000001"
_READING: Final = timedelta(milliseconds=10)
_TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


class _Time(SteppingClock):
    """The one clock."""

    def __call__(self) -> datetime:
        self.advance(_READING)
        return super().__call__()


class _ScannersClock:
    """The one clock, as the scanner sees it."""

    def __init__(self, time: _Time) -> None:
        self._time = time

    def now(self) -> datetime:
        return self._time()

    def monotonic(self) -> float:
        return (self._time() - NOON).total_seconds()

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        await asyncio.sleep(0)
        # Whoever waits beside others finds that they have moved the clock, and does not move it again.
        self._time.advance(timedelta(seconds=max(0.0, until - self.monotonic())))


class Lab:
    """An account under construction, and then under examination."""

    def __init__(self, sandbox: Sandbox, time: _Time) -> None:
        self.sandbox = sandbox
        """The local AWS."""
        self._time = time

    def add_role(
        self, name: str, *actions: str, resource: str = "*", used: Mapping[str, float] | None = None, age: float = 800
    ) -> str:
        """The ARN of a role that may do this; `used` says how many days ago it did what: `s3`, or `s3:ListBuckets`."""
        estate = self.sandbox.estate
        arn = estate.create_role(name, trust_document=_TRUST, created_at=NOON - timedelta(days=age))
        estate.put_inline("role", name, "work", _allow(actions, resource))
        self._record(arn, used or {})
        return arn

    def add_user(self, name: str, *actions: str, used: Mapping[str, float] | None = None, age: float = 800) -> str:
        """The ARN of a user that may do this, with the same of its use."""
        estate = self.sandbox.estate
        arn = estate.create_user(name, created_at=NOON - timedelta(days=age))
        estate.put_inline("user", name, "work", _allow(actions, "*"))
        self._record(arn, used or {})
        return arn

    def _record(self, arn: str, used: Mapping[str, float]) -> None:
        for what, days in used.items():
            service, _, action = what.partition(":")
            self.sandbox.ledger.record(
                arn, service=service, action=action or None, at=NOON - timedelta(days=days), region="eu-west-1"
            )

    def calls(self, operation: str) -> int:
        """How often this operation of IAM was called."""
        return self.sandbox.tally.calls(f"iam:{operation}")

    def scan(self, *principals: str, save: Path | None = None, **parameters: Any) -> Scanned:  # noqa: ANN401 - those of a scan
        """A scan of all principals, or of these."""
        key = self.sandbox.admin_credentials
        with only_keys(key.access_key_id, key.secret_access_key):
            return asyncio.run(
                scan_account(
                    ScanRequest(ScanParameters(principals=principals, **parameters)),
                    ConnectionOptions(region="us-east-1", endpoint_url=self.sandbox.endpoint_url),
                    clock=_ScannersClock(self._time),
                    progress=NoProgress(),
                    stop=asyncio.Event(),
                    save=save,
                )
            )


@contextmanager
def open_lab(**knobs: Any) -> Iterator[Lab]:  # noqa: ANN401 - those of SandboxOptions
    """An account that holds nobody but the auditor who scans it, on a sandbox with these knobs."""
    time = _Time(NOON)
    quiet: dict[str, Any] = {"company": False, "account_id": _ACCOUNT, "job_seconds": 2.0, "now": time}
    with Sandbox(SandboxOptions(**{**quiet, **knobs})) as sandbox:
        yield Lab(sandbox, time)


def services_of(scanned: Scanned, name: str) -> dict[str, ServiceVerdict]:
    """The verdicts on the services of the principal of this name."""
    judged = next(one for one in scanned.judgement.principals if one.principal.name == name)
    return {service.namespace: service for service in judged.services}


def _allow(actions: tuple[str, ...], resource: str) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]}
    )
