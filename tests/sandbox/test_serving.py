"""The wire: connections that stay open, odd requests, signatures."""

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from leastwise.sandbox import Sandbox
from leastwise.sandbox.serving import Server
from leastwise.sandbox.traffic import Environ, StartResponse


def signed(sandbox: Sandbox, body: str, *, path: str = "/", service: str = "iam") -> dict[str, str]:
    key = sandbox.admin_credentials
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest(method="POST", url=sandbox.endpoint_url + path, data=body, headers=headers)
    SigV4Auth(Credentials(key.access_key_id, key.secret_access_key), service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


@pytest.fixture
def connection(sandbox: Sandbox) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(sandbox.endpoint_url).netloc, timeout=10)
    yield connection
    connection.close()


def test_a_connection_stays_open_for_many_calls(sandbox: Sandbox, connection: http.client.HTTPConnection) -> None:
    body = "Action=ListGroups&Version=2010-05-08"
    ports = set()
    for _ in range(5):
        connection.request("POST", "/", body=body, headers=signed(sandbox, body))
        answer = connection.getresponse()
        assert (answer.status, answer.version) == (200, 11)
        answer.read()
        ports.add(connection.sock.getsockname()[1])
    assert len(ports) == 1


def test_an_altered_body_is_refused(sandbox: Sandbox, connection: http.client.HTTPConnection) -> None:
    body = "Action=ListGroups&Version=2010-05-08"
    connection.request("POST", "/", body=body.replace("Groups", "Users"), headers=signed(sandbox, body))
    answer = connection.getresponse()
    assert answer.status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in answer.read()


def test_an_unsigned_call_is_refused(connection: http.client.HTTPConnection) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/", body="Action=ListUsers&Version=2010-05-08", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in answer.read()


def test_every_answer_has_a_request_id(sandbox: Sandbox, connection: http.client.HTTPConnection) -> None:
    for body in ("Action=GetAccountAuthorizationDetails&Version=2010-05-08", "Action=GetCredentialReport"):
        connection.request("POST", "/", body=body, headers=signed(sandbox, body))
        answer = connection.getresponse()
        identifier = answer.headers["x-amzn-RequestId"]
        assert f"<RequestId>{identifier}</RequestId>".encode() in answer.read()


def test_an_operation_that_moto_does_not_have_is_said_to_be_missing(
    sandbox: Sandbox, connect: Callable[..., Any], refusal: Callable[..., tuple[int, str, str]]
) -> None:
    sns = connect(sandbox, "sns")
    answer = refusal(lambda: sns.verify_sms_sandbox_phone_number(PhoneNumber="+1", OneTimePassword="12345"))
    assert answer[:2] == (501, "NotImplemented")


def test_errors_come_in_the_services_own_format(
    start: Callable[..., Sandbox], connect: Callable[..., Any], refusal: Callable[..., tuple[int, str, str]]
) -> None:
    sandbox = start(error_rate=1.0)
    calls = {
        "iam": "list_users",
        "dynamodb": "list_tables",
        "lambda": "list_functions",
        "s3": "list_buckets",
        "ec2": "describe_regions",
        "sqs": "list_queues",
    }
    codes = {refusal(getattr(connect(sandbox, service), call))[1] for service, call in calls.items()}
    assert codes <= {"ServiceFailure", "ServiceException", "ServiceUnavailable"}


def _echo(environ: Environ, start_response: StartResponse) -> list[bytes]:
    if environ["PATH_INFO"] == "/broken":
        raise RuntimeError("a mistake")
    start_response("200 OK", [("Content-Type", "application/json")])
    seen = {name: str(environ[name]) for name in ("PATH_INFO", "QUERY_STRING", "RAW_URI")}
    return [json.dumps({**seen, "body": environ["wsgi.input"].read().decode()}).encode()]


@pytest.fixture
def echo() -> Iterator[http.client.HTTPConnection]:
    server = Server(_echo, port=0)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield connection
    connection.close()
    server.close()


def test_a_chunked_body_arrives_whole(echo: http.client.HTTPConnection) -> None:
    echo.request("PUT", "/a%20b?x=1", body=iter([b"one ", b"two"]), encode_chunked=True)
    answer = json.loads(echo.getresponse().read())
    assert answer == {"PATH_INFO": "/a b", "QUERY_STRING": "x=1", "RAW_URI": "/a%20b?x=1", "body": "one two"}


def test_a_head_request_is_answered_without_a_body(echo: http.client.HTTPConnection) -> None:
    echo.request("HEAD", "/")
    answer = echo.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    echo.request("GET", "/")
    assert echo.getresponse().status == 200


def test_a_mistake_is_answered_with_500_and_the_connection_lives_on(echo: http.client.HTTPConnection) -> None:
    echo.request("GET", "/broken")
    answer = echo.getresponse()
    assert answer.status == 500
    answer.read()
    echo.request("GET", "/")
    assert echo.getresponse().status == 200


def test_closing_ends_open_connections() -> None:
    server = Server(_echo, port=0)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
        server.close()
        assert client.recv(65536) == b""


def test_two_sandboxes_of_one_seed_in_one_process_share_a_key_and_nothing_else(
    start: Callable[..., Sandbox], connect: Callable[..., Any]
) -> None:
    one, other = start(roles=2), start(roles=5)
    assert one.admin_credentials == other.admin_credentials
    assert len(connect(one).list_roles()["Roles"]) == 2
    assert len(connect(other).list_roles()["Roles"]) == 5
