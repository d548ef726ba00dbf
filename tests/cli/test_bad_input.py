"""Bad input gets one clear line, where it helps a second one that says what to do, and the right exit code."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from leastwise.sandbox import Sandbox, SandboxOptions
from ran import ROLE, Ran, Run

SAVED = ("scan", "--from", "saved", "--principal", ROLE)


def assert_refused(ran: Ran, code: int, *said: str) -> None:
    """One line of error, at most one of hint, all that was to be said, and nothing on standard output."""
    lines = ran.err.splitlines()
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert lines[0].startswith("leastwise: error: ")
    assert all(line.startswith("leastwise: hint: ") for line in lines[1:])
    assert len(lines) <= 2
    for text in said:
        assert text in ran.err


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """The URL of a server that gives every call this answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scna",), "did you mean scan?"),
        (("scan", "--stale-after", "0"), "--stale-after"),
        (("scan", "--stale-after", "ninety"), "ninety"),
        (("scan", "--formt", "json"), "--formt"),
        (("scan", "--format", "yaml"), "yaml"),
        (("scan", "surplus"), "surplus"),
        (("explain",), "PRINCIPAL"),
        (("permissions", "report"), "report"),
        (("report", "no-such-file.json"), "no-such-file.json"),
        (("report", "."), "is a directory"),
        (("scan", "--from", "no-such-place"), "no-such-place does not exist"),
        (("scan", "--from", "."), "is no saved scan"),
        (("scan", "--config", "elsewhere.toml"), "elsewhere.toml"),
        (("scan", "--output", "no/such/folder/out.json"), "there is no folder"),
        (("scan", "--output", "."), "is a directory"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error_before_anything_is_done(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    assert_refused(run(*arguments), 2, said)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--profile", "prod"),
        ("--region", "eu-central-1"),
        ("--endpoint-url", "http://127.0.0.1:1"),
        ("--rate", "5"),
        ("--save", "dir"),
        ("--verify", None),
    ],
)
def test_what_needs_aws_cannot_go_with_from(run: Run, option: str, value: str | None) -> None:
    given = (option,) if value is None else (option, value)
    assert_refused(run("scan", "--from", "saved", *given), 2, f"{option} cannot go with --from")


@pytest.mark.usefixtures("saved")
def test_a_profile_in_the_environment_is_no_reason_to_refuse_from(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")
    assert run(*SAVED).code == 3


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("nobody",), "has no principal nobody"),
        (("role/web-frontend-tusk",), "did you mean web-frontend-task"),
        ((ROLE, "s3:Get*"), "neither a service nor an action"),
    ],
)
def test_a_principal_or_an_action_that_does_not_exist_is_a_usage_error(
    run: Run, asked: tuple[str, ...], said: str
) -> None:
    assert_refused(run("explain", *asked, "--from", "saved"), 2, said)


def test_a_principal_that_the_account_does_not_have_is_a_usage_error(live: Run) -> None:
    assert_refused(live("explain", "nobody"), 2, "account 333333333333 has no principal nobody")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stale_after_days = \n", "leastwise.toml: line 1, column 20"),
        ("# first\nstale_after_days = 9 0\n", "line 2, column 22"),
        ("stale_after_day = 3\n", "did you mean stale_after_days?"),
        ("stale_after_days = 'x'\n", "whole number"),
    ],
)
def test_malformed_settings_are_said_with_line_and_column(run: Run, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "leastwise.toml").write_text(text)
    assert_refused(run("scan"), 2, said)


def test_no_credentials_says_where_they_were_looked_for_and_what_to_do(run: Run) -> None:
    assert_refused(run("scan", "--region", "us-east-1"), 1, "credentials", "hint: ", "aws configure", "leastwise demo")


def test_an_unknown_profile_is_named(run: Run) -> None:
    assert_refused(run("scan", "--profile", "nope"), 1, "nope", "list-profiles")


def test_a_wrong_region_is_named(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert_refused(live("scan", "--region", "mars-north-1"), 2, "mars-north-1")


def test_a_wrong_key_is_said_as_aws_says_it(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAZZZZZZZZZZZZZZZZ")
    assert_refused(live("scan"), 1, "InvalidClientTokenId")


def test_an_expired_token_is_said_with_what_to_do(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
        "<Message>The security token included in the request is expired</Message></Error>"
        "<RequestId>5f6f0c0d</RequestId></ErrorResponse>"
    )
    with answering(403, body) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_SESSION_TOKEN", "old")
        assert_refused(live("scan"), 1, "ExpiredToken", "is expired", "request id 5f6f0c0d", "hint: ")


def test_an_account_that_may_not_be_read_names_the_call_and_where_its_policy_is(
    live: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = frozenset({"iam:GetAccountAuthorizationDetails"})
    with Sandbox(SandboxOptions(account_id="555555555555", company=False, deny=denied)) as sandbox:
        monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.endpoint_url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", sandbox.admin_credentials.access_key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", sandbox.admin_credentials.secret_access_key)
        assert_refused(
            live("scan"),
            1,
            "iam:GetAccountAuthorizationDetails: AccessDenied",
            "555555555555",
            "leastwise permissions",
        )


def test_an_aws_that_is_not_there_is_named(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{place}")
        assert_refused(live("scan"), 1, place)


def test_an_answer_that_is_not_aws_s_is_said(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200, "<html><body>Please log in</body></html>") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert_refused(live("scan"), 1, "sts:GetCallerIdentity")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "schema"),
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b"\xff\xfe\x00", "scan.json"),
        (b'{"schema": "leastwise/scan/9"}', "leastwise/scan/9"),
        (b'{"schema": "leastwise/scan/1"}', "not a whole leastwise/scan/1"),
    ],
)
def test_a_report_of_something_else_is_refused(run: Run, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "scan.json").write_bytes(content)
    assert_refused(run("report", "scan.json"), 2, said)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [('{"schema": "leastwise/saved/9", "version": "9.1.0"', "account.json"), ("[]", "account.json")],
)
def test_a_saved_scan_of_another_schema_is_refused(run: Run, saved: Path, manifest: str, said: str) -> None:
    (saved / "account.json").write_text(manifest)
    assert_refused(run(*SAVED), 2, said)


def test_the_schema_of_a_newer_saved_scan_is_named(run: Run, saved: Path) -> None:
    path = saved / "account.json"
    path.write_text(path.read_text().replace("leastwise/saved/1", "leastwise/saved/9"))
    assert_refused(run(*SAVED), 2, "leastwise/saved/9", "leastwise/saved/1")


def test_a_result_is_not_taken_for_what_it_was_made_of(run: Run, saved: Path) -> None:
    assert run(*SAVED, "--format", "json", "--output", str(saved.parent / "scan.json")).code == 3
    assert_refused(run("scan", "--from", "scan.json"), 2, "leastwise report scan.json")


def test_a_document_that_is_no_policy_is_said_with_the_path_to_the_fault_and_stops_nothing(
    run: Run, saved: Path
) -> None:
    details = saved / "authorization-details.json"
    text = details.read_text()
    broken = text.replace('\\"Action\\": \\"S3:getobject\\"', '\\"Aktion\\": \\"S3:getobject\\"')
    assert broken != text
    details.write_text(broken)
    ran = run(*SAVED)
    assert ran.code == 4
    assert "Statement[2].Aktion" in ran.out
    assert ran.err == ""
    explained = run("explain", ROLE, "s3", "--from", "saved")
    assert explained.code == 4
    assert "Statement[2].Aktion" in explained.out
