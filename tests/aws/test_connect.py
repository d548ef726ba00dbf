"""Over a real connection: signed as AWS expects, and unmoved by faults of the server and of the way to it."""

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from aws.local_aws import Fault, LocalAws, serve_locally
from leastwise import errors
from leastwise.aws import AuthorizationFilter, ConnectionOptions, SystemClock, connect
from leastwise.aws.signer import Signer
from leastwise.aws.wire import Call, Endpoint, Keys
from virtual_time import VirtualClock, run_virtually


@pytest.fixture(autouse=True)
def keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that the local server knows."""
    assert home.is_dir()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")


@pytest.fixture
async def aws() -> AsyncIterator[LocalAws]:
    async with serve_locally() as server:
        yield server


def options(aws: LocalAws, **changes: float) -> ConnectionOptions:
    return ConnectionOptions(
        endpoint_url=aws.url,
        region="eu-central-1",
        calls_per_second=1000,
        maximum_calls_per_second=1000,
        read_seconds=changes.get("read_seconds", 30.0),
        deadline_seconds=changes.get("deadline_seconds", 60.0),
        maximum_attempts=int(changes.get("maximum_attempts", 8)),
    )


@pytest.mark.parametrize("token", [None, "a/session+token=="])
async def test_calls_are_signed_as_the_server_recomputes_it(
    aws: LocalAws, token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    aws.answers["GenerateServiceLastAccessedDetails"] = "<JobId>j-1</JobId>"
    async with connect(options(aws), clock=SystemClock()) as door:
        await door.caller_identity()
        arn = "arn:aws:iam::111122223333:role/a b/ü+&=/role"
        assert await door.generate_service_last_accessed_details(arn) == "j-1"
    identity, job = aws.arrivals
    assert (identity.scope, job.scope) == ("eu-central-1/sts", "eu-central-1/iam")
    assert job.form == {
        "Action": "GenerateServiceLastAccessedDetails",
        "Version": "2010-05-08",
        "Arn": arn,
        "Granularity": "ACTION_LEVEL",
    }
    assert "leastwise/" in job.user_agent


async def test_parameters_are_written_as_the_query_protocol_wants_them(aws: LocalAws) -> None:
    aws.answers["GetAccountAuthorizationDetails"] = "<IsTruncated>false</IsTruncated>"
    aws.answers["ListPoliciesGrantingServiceAccess"] = "<PoliciesGrantingServiceAccess/>"
    async with connect(options(aws), clock=SystemClock()) as door:
        filters = [AuthorizationFilter.ROLE, AuthorizationFilter.LOCAL_MANAGED_POLICY]
        assert [len(page.roles) async for page in door.authorization_details(filters)] == [0]
        await door.policies_granting_service_access("arn:aws:iam::111122223333:role/r", ["s3", "sqs"], marker="m")
    details, granting = (arrival.form for arrival in aws.arrivals)
    assert (details["Filter.member.1"], details["Filter.member.2"]) == ("Role", "LocalManagedPolicy")
    assert details["MaxItems"] == "1000"
    assert (granting["ServiceNamespaces.member.1"], granting["ServiceNamespaces.member.2"]) == ("s3", "sqs")
    assert granting["Marker"] == "m"
    assert "MaxItems" not in granting


@pytest.mark.parametrize(
    "fault", [Fault.INTERNAL, Fault.UNAVAILABLE_HTML, Fault.THROTTLED, Fault.DROPPED, Fault.CUT_SHORT]
)
async def test_a_fault_of_the_server_or_the_way_is_survived_and_signed_anew(aws: LocalAws, fault: Fault) -> None:
    aws.faults.extend([fault, fault])
    async with connect(options(aws), clock=SystemClock()) as door:
        assert (await door.account_summary()).value("Users") == 3


async def test_a_silent_server_is_given_up_and_asked_again(aws: LocalAws) -> None:
    aws.faults.append(Fault.SILENT)
    async with connect(options(aws, read_seconds=0.2), clock=SystemClock()) as door:
        assert (await door.account_summary()).value("Users") == 3


async def test_a_server_that_stays_silent_is_a_missed_deadline(aws: LocalAws) -> None:
    aws.faults.extend([Fault.SILENT] * 20)
    async with connect(options(aws, read_seconds=0.1, maximum_attempts=2), clock=SystemClock()) as door:
        with pytest.raises(errors.DeadlineExceededError):
            await door.account_summary()


async def test_nobody_at_the_address_is_one_clear_line() -> None:
    nowhere = ConnectionOptions(endpoint_url="http://127.0.0.1:9", region="us-east-1")
    async with connect(nowhere, clock=SystemClock()) as door:
        with pytest.raises(errors.ConnectionFailedError) as caught:
            await door.caller_identity()
    assert "127.0.0.1:9" in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


async def test_a_path_in_the_endpoint_url_is_kept(aws: LocalAws) -> None:
    async with connect(
        ConnectionOptions(endpoint_url=f"{aws.url}/some/path", region="us-east-1"), clock=SystemClock()
    ) as door:
        await door.account_summary()
    assert aws.arrivals[0].path == "/some/path"


async def test_errors_name_the_account_once_it_is_known(aws: LocalAws) -> None:
    async with connect(options(aws), clock=SystemClock()) as door:
        await door.caller_identity()
        with pytest.raises(errors.AwsError) as caught:
            await door.account_aliases()
    assert caught.value.account == door.account == "111122223333"
    assert caught.value.code == "InvalidAction"


async def test_a_proxy_carries_the_calls(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", aws.url)
    async with connect(
        ConnectionOptions(endpoint_url="http://iam.example.test", region="us-east-1"), clock=SystemClock()
    ) as door:
        assert (await door.account_summary()).value("Users") == 3


async def test_a_host_that_the_proxy_is_not_for_is_called_directly(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with connect(options(aws), clock=SystemClock()) as door:
        assert (await door.account_summary()).value("Users") == 3


async def test_many_calls_at_once_come_through(aws: LocalAws) -> None:
    aws.latency_seconds = 0.01
    aws.faults.extend([Fault.NONE, Fault.DROPPED, Fault.INTERNAL, Fault.NONE, Fault.THROTTLED] * 8)
    async with connect(options(aws), clock=SystemClock()) as door:
        summaries = await asyncio.gather(*(door.account_summary() for _ in range(100)))
    assert {summary.value("Users") for summary in summaries} == {3}


def certify(folder: Path) -> Path:
    """A file with a certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "local")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "local.pem"
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    return path


async def test_tls_is_trusted_by_the_named_certificates_and_by_no_others(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certify(home)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with serve_locally(tls) as aws:
        async with connect(options(aws), clock=SystemClock()) as door:
            with pytest.raises(errors.ConnectionFailedError, match="certificate") as caught:
                await door.account_summary()
        assert "AWS_CA_BUNDLE" in caught.value.hint
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
        async with connect(options(aws), clock=SystemClock()) as door:
            assert (await door.account_summary()).value("Users") == 3


def test_a_clock_that_is_wrong_is_corrected_by_the_servers_date() -> None:
    endpoint = Endpoint(
        url="https://iam.amazonaws.com/", region="us-east-1", signing_name="iam", api_version="v", headers=()
    )
    call, signing_keys = Call(service="iam", operation="GetAccountSummary"), Keys("AKIDEXAMPLE", "secret", None)

    async def work() -> None:
        signer = Signer({"iam": endpoint}, clock=VirtualClock())
        early = signer.sign(call, signing_keys)
        assert dict(early.headers)["X-Amz-Date"] == "20261124T120000Z"
        assert not signer.correct_time(early, server_date="Tue, 24 Nov 2026 12:00:20 GMT")
        assert not signer.correct_time(early, server_date="no date")
        assert signer.correct_time(early, server_date="Tue, 24 Nov 2026 13:00:00 GMT")
        # A second call that was signed before the correction is worth another signature as well.
        assert signer.correct_time(early, server_date="Tue, 24 Nov 2026 13:00:00 GMT")
        right = signer.sign(call, signing_keys)
        assert right.signed_at == datetime(2026, 11, 24, 13, tzinfo=UTC)
        assert "/20261124/us-east-1/iam/aws4_request" in dict(right.headers)["Authorization"]
        assert not signer.correct_time(right, server_date="Tue, 24 Nov 2026 13:00:00 GMT")

    run_virtually(work())


async def test_the_system_clock_is_aware_and_in_utc() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta()
    before = clock.monotonic()
    await clock.sleep(-1)
    assert clock.monotonic() >= before


def test_importing_the_room_loads_neither_botocore_nor_aiohttp() -> None:
    code = (
        "import sys, leastwise.aws; print([name for name in ('botocore', 'aiohttp', 'boto3') if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own interpreter
    assert loaded.stdout.strip() == "[]"
