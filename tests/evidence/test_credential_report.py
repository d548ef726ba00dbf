from datetime import UTC, datetime

import pytest

from evidence.draws import NOW
from leastwise.errors import ResponseError
from leastwise.evidence import CredentialUse, KeyUse, PasswordUse, Window, parse_credential_report
from leastwise.policy import Arn

HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)
ROOT = (
    "<root_account>,arn:aws:iam::111122223333:root,2015-01-01T00:00:00+00:00,not_supported,2026-01-01T00:00:00+00:00,"
    "not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)
ANA = (
    "ana,arn:aws:iam::111122223333:user/team/ana,2020-01-01T00:00:00+00:00,true,2026-11-20T08:00:00+00:00,"
    "2024-02-01T00:00:00+00:00,N/A,true,true,2023-05-01T00:00:00+00:00,2026-11-01T10:00:00+00:00,eu-west-1,s3,"
    "false,2022-05-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,false,N/A"
)
BOT = (
    "bot,arn:aws:iam::111122223333:user/bot,2021-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,"
    "false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)


def _report(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows)).encode()


def _day(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_every_user_is_read_and_the_root_user_is_none() -> None:
    ana, bot = parse_credential_report(_report(ROOT, BOT, ANA), generated_at=NOW)[::-1]
    assert (ana, bot) == (
        CredentialUse(
            Arn("arn:aws:iam::111122223333:user/team/ana"),
            Window(_day(2020, 1, 1), NOW),
            PasswordUse(enabled=True, created_at=_day(2024, 2, 1), last_used_at=_day(2026, 11, 20, 8)),
            (
                KeyUse(1, True, _day(2023, 5, 1), _day(2026, 11, 1, 10), "eu-west-1", "s3"),
                KeyUse(2, False, _day(2022, 5, 1), None),
            ),
        ),
        CredentialUse(
            Arn("arn:aws:iam::111122223333:user/bot"),
            Window(_day(2021, 1, 1), NOW),
            PasswordUse(enabled=False, created_at=None, last_used_at=None),
            (),
        ),
    )


def test_no_information_is_said_and_is_no_use() -> None:
    (ana,) = parse_credential_report(
        _report(ANA.replace("2026-11-20T08:00:00+00:00", "no_information")), generated_at=NOW
    )
    assert (ana.password.last_used_at, ana.password.used_known) == (None, False)


def test_columns_that_aws_adds_later_are_no_fault() -> None:
    report = _report(f"{ANA},shiny", header=f"{HEADER},additional_credentials_info")
    assert parse_credential_report(report, generated_at=NOW) == parse_credential_report(_report(ANA), generated_at=NOW)


def test_a_report_without_users_has_none() -> None:
    assert parse_credential_report(_report(ROOT), generated_at=NOW) == ()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it has no column user, arn, "),
        (_report(ANA, header=HEADER.replace("password_last_used", "x")), "it has no column password_last_used"),
        (_report(ANA.replace("2023-05-01T00:00:00+00:00", "soon")), "user ana: access_key_1_last_rotated is no date"),
        (_report(ANA.replace("arn:aws:iam::111122223333:user/team/ana", "ana")), "user ana: not an ARN: 'ana'"),
        (b"\xff\xfe", "it is not UTF-8"),
        (_report('"ana'), "line 1: unexpected end of data"),
        (_report("ana,arn:aws:iam::111122223333:user/ana"), "user ana: the row is cut off"),
    ],
)
def test_a_report_that_cannot_be_read_says_where(content: bytes, problem: str) -> None:
    with pytest.raises(ResponseError) as caught:
        parse_credential_report(content, generated_at=NOW)
    assert problem in caught.value.message
    assert caught.value.operation == "iam:GetCredentialReport"
