from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from leastwise.sandbox import AccessKeyPair, Sandbox, SandboxOptions, SteppingClock

NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)

_accounts = count(200000000001)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOON)


@pytest.fixture
def start(clock: SteppingClock) -> Iterator[Callable[..., Sandbox]]:
    """Starts sandboxes with an empty account of their own, jobs that take 10 s of the clock, and the given knobs."""
    running: list[Sandbox] = []

    def start(**knobs: Any) -> Sandbox:  # noqa: ANN401 - the options' own types
        quiet: dict[str, Any] = {"company": False, "now": clock, "job_seconds": 10, "account_id": str(next(_accounts))}
        running.append(Sandbox(SandboxOptions(**{**quiet, **knobs})))
        return running[-1]

    yield start
    for sandbox in running:
        sandbox.close()


@pytest.fixture
def sandbox(start: Callable[..., Sandbox]) -> Sandbox:
    return start()


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="unused", aws_secret_access_key="unused", region_name="us-east-1")


@pytest.fixture
def connect(session: boto3.Session) -> Iterator[Callable[..., Any]]:
    """Makes boto3 clients of a sandbox, with the auditor's key or another, that try each call once."""
    clients = []

    def connect(sandbox: Sandbox, service: str = "iam", *, key: AccessKeyPair | None = None, token: str = "") -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
        pair = key or sandbox.admin_credentials
        make: Any = session.client
        clients.append(
            make(
                service,
                endpoint_url=sandbox.endpoint_url,
                aws_access_key_id=pair.access_key_id,
                aws_secret_access_key=pair.secret_access_key,
                aws_session_token=token or None,
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
            )
        )
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def refusal() -> Callable[[Callable[[], object]], tuple[int, str, str]]:
    """Status, code and message of the error that a call is answered with."""

    def refusal(call: Callable[[], object]) -> tuple[int, str, str]:
        with pytest.raises(ClientError) as caught:
            call()
        response: Any = caught.value.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]

    return refusal
