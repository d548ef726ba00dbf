"""Section 7 of the facts: the credential report."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from leastwise.sandbox import AUDITOR, Sandbox, SteppingClock
from leastwise.sandbox.credential_report import COLUMNS

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT = datetime(2025, 1, 1, 10, 0, tzinfo=UTC)
USED_AT = datetime(2026, 10, 5, 6, 7, 8, tzinfo=UTC)


def rows(sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> dict[str, dict[str, str]]:
    iam = connect(sandbox)
    iam.generate_credential_report()
    clock.advance(timedelta(seconds=10))
    text = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(text.splitlines())}


def test_states_go_from_started_over_in_progress_to_complete(
    sandbox: Sandbox, connect: Connect, clock: SteppingClock
) -> None:
    iam = connect(sandbox)
    states = []
    for _ in range(3):
        states.append(iam.generate_credential_report()["State"])
        clock.advance(timedelta(seconds=5))
    assert states == ["STARTED", "INPROGRESS", "COMPLETE"]


def test_a_report_is_not_present_then_in_progress_then_expired(
    sandbox: Sandbox, connect: Connect, clock: SteppingClock, refusal: Refusal
) -> None:
    iam = connect(sandbox)
    assert refusal(iam.get_credential_report)[:2] == (410, "ReportNotPresent")
    iam.generate_credential_report()
    assert refusal(iam.get_credential_report)[:2] == (404, "ReportInProgress")
    clock.advance(timedelta(hours=4))
    assert refusal(iam.get_credential_report)[:2] == (410, "ReportExpired")


def test_within_four_hours_the_old_report_stands(sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
    assert "ann" not in rows(sandbox, connect, clock)
    sandbox.estate.create_user("ann", created_at=MADE_AT)
    assert "ann" not in rows(sandbox, connect, clock)
    clock.advance(timedelta(hours=4))
    assert "ann" in rows(sandbox, connect, clock)


def test_it_has_22_columns_the_root_account_and_no_last_newline(
    sandbox: Sandbox, connect: Connect, clock: SteppingClock
) -> None:
    iam = connect(sandbox)
    iam.generate_credential_report()
    clock.advance(timedelta(seconds=10))
    answer = iam.get_credential_report()
    lines = answer["Content"].decode().split("\n")
    assert (answer["ReportFormat"], answer["GeneratedTime"]) == ("text/csv", clock())
    assert lines[0].split(",") == list(COLUMNS)
    assert [len(line.split(",")) for line in lines] == [22, 22, 22]
    assert lines[1].startswith(f"<root_account>,arn:aws:iam::{sandbox.account_id}:root,")
    assert lines[2].startswith(f"{AUDITOR},")


def test_passwords_are_on_with_or_without_a_date_or_off(
    sandbox: Sandbox, connect: Connect, clock: SteppingClock
) -> None:
    estate = sandbox.estate
    estate.create_user("none", created_at=MADE_AT)
    estate.create_user("never", created_at=MADE_AT, console_password=True, mfa=True)
    estate.create_user("used", created_at=MADE_AT, password_last_used_at=USED_AT)
    found = rows(sandbox, connect, clock)
    shown = {
        name: (row["password_enabled"], row["password_last_used"], row["mfa_active"]) for name, row in found.items()
    }
    assert shown["none"] == ("false", "N/A", "false")
    assert shown["never"] == ("true", "no_information", "true")
    assert shown["used"] == ("true", "2026-10-05T06:07:08Z", "false")
    assert found["used"]["user_creation_time"] == "2025-01-01T10:00:00Z"


def test_keys_say_when_where_and_for_what_they_were_used(
    sandbox: Sandbox, connect: Connect, clock: SteppingClock
) -> None:
    estate = sandbox.estate
    estate.create_user("ann", created_at=MADE_AT)
    estate.create_access_key("ann", created_at=MADE_AT, active=False)
    estate.create_access_key("ann", created_at=MADE_AT, last_used_at=USED_AT, last_used_service="sqs")
    row = rows(sandbox, connect, clock)["ann"]
    keys = [
        [
            row[f"access_key_{number}_{column}"]
            for column in ("active", "last_used_date", "last_used_region", "last_used_service")
        ]
        for number in (1, 2)
    ]
    assert keys == [["true", "2026-10-05T06:07:08Z", "us-east-1", "sqs"], ["false", "N/A", "N/A", "N/A"]]
