"""The sample company, scanned over HTTP once for all tests of the pipeline."""

import asyncio
from pathlib import Path

import pytest

from aws_environment import only_keys
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.collect import NoProgress
from leastwise.findings import ScanParameters
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_account
from leastwise.sandbox import Sandbox, SandboxOptions
from leastwise.settings import Settings


def scan_sandbox(sandbox: Sandbox, request: ScanRequest, save: Path | None = None) -> Scanned:
    """A scan of the sandbox, over HTTP, through the same code as any other."""
    key = sandbox.admin_credentials
    connection = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url)
    with only_keys(key.access_key_id, key.secret_access_key):
        return asyncio.run(
            scan_account(
                request, connection, clock=SystemClock(), progress=NoProgress(), stop=asyncio.Event(), save=save
            )
        )


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scanned, Path]:
    """The company with policy reports and tag exemptions, and the directory where it was saved."""
    directory = tmp_path_factory.mktemp("company") / "saved"
    request = ScanRequest(ScanParameters(policies=True), Settings(allow_tag_exemptions=True))
    with Sandbox(SandboxOptions(job_seconds=0.2, account_id="111111111111")) as sandbox:
        scanned = scan_sandbox(sandbox, request, directory)
    return scanned, directory
