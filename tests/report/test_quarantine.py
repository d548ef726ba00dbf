"""Quarantines as a person and a program read them."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest
from inline_snapshot import snapshot

from leastwise.inventory import PolicyKind
from leastwise.plan import PlanAccount, PolicyRef
from leastwise.policy import Arn
from leastwise.report.quarantine import (
    QuarantineEntry,
    QuarantineListing,
    render_quarantines,
    render_quarantines_json,
)

HERE: Final = "arn:aws:iam::111122223333:"
WEB: Final = Arn(f"{HERE}role/web")
ANA: Final = Arn(f"{HERE}user/ana")
POLICY: Final = PolicyRef(f"{HERE}policy/leastwise/leastwise-quarantine-role-web", PolicyKind.MANAGED)
INLINE: Final = PolicyRef("leastwise-quarantine", PolicyKind.INLINE, ANA)
SINCE: Final = datetime(2026, 8, 16, 12, tzinfo=UTC)
GOOD: Final = QuarantineEntry(WEB, POLICY, (WEB,), SINCE, 100, True, ("sqs:*", "s3:DeleteBucket"), 21, "")
UNDATED: Final = QuarantineEntry(ANA, INLINE, (ANA,), None, None, True, ("sqs:*",), 20, "")
EDITED: Final = QuarantineEntry(WEB, POLICY, (WEB, ANA), SINCE, 100, False, ("sqs:*",), 0, "")
UNREAD: Final = QuarantineEntry(WEB, POLICY, (), SINCE, 1, False, (), 0, "no JSON\x1b")
ASTRAY: Final = QuarantineEntry(None, POLICY, (ANA,), SINCE, 1, True, ("sqs:*",), 20, "")


def listing(*found: QuarantineEntry) -> QuarantineListing:
    account = PlanAccount("111122223333", "acme-prod", "aws")
    return QuarantineListing("leastwise/quarantines/1", account, datetime(2026, 11, 24, 12, tzinfo=UTC), found)


def test_quarantines_as_they_are_shown() -> None:
    text = render_quarantines(listing(GOOD, UNDATED, EDITED, UNREAD, ASTRAY), width=80, color=False)
    assert text == snapshot("""\
Account 111122223333 (acme-prod), looked at 2026-11-24 12:00 UTC: 5 quarantines

role/web ──────────────────────────────────────────── since 2026-08-16, 100 days
  policy     policy/leastwise/leastwise-quarantine-role-web
  denies     21 actions: sqs:*, s3:DeleteBucket

user/ana ────────────────────── since an unknown day: AWS dates no inline policy
  policy     inline policy leastwise-quarantine of user/ana
  denies     20 actions: sqs:*

role/web ──────────────────────────────────────────── since 2026-08-16, 100 days
  policy     policy/leastwise/leastwise-quarantine-role-web
  denies     0 actions: sqs:*
  but        It was edited: it is not one Deny on everything, always, as
             leastwise writes it.
  but        It is attached to others, too: user/ana.

role/web ─────────────────────────────────────────────── since 2026-08-16, 1 day
  policy     policy/leastwise/leastwise-quarantine-role-web
  denies     nothing
  but        It cannot be read: no JSON\\x1b
  but        It is attached to nobody, and denies nothing to anybody.

nobody of this account ───────────────────────────────── since 2026-08-16, 1 day
  policy     policy/leastwise/leastwise-quarantine-role-web
  denies     20 actions: sqs:*
  but        It is not attached to the one that it was made for, but to
             user/ana.
""")


def test_none_is_said_to_be_none() -> None:
    assert render_quarantines(listing(), width=80, color=False) == snapshot(
        "Account 111122223333 (acme-prod), looked at 2026-11-24 12:00 UTC: no quarantine\n"
    )


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_longer_than_asked(width: int) -> None:
    text = render_quarantines(listing(GOOD, UNDATED, EDITED, UNREAD, ASTRAY), width=width, color=False, verbose=True)
    assert max(map(len, text.splitlines())) <= width


def test_long_lists_are_shortened_unless_everything_is_wanted() -> None:
    many = QuarantineEntry(WEB, POLICY, (WEB,), SINCE, 1, True, tuple(f"s{one}:*" for one in range(40)), 40, "")
    assert "and 28 more" in render_quarantines(listing(many), width=200, color=False)
    assert "s39:*" in render_quarantines(listing(many), width=200, color=False, verbose=True)


def test_json_has_every_field_and_dates_in_utc() -> None:
    [entry] = json.loads(render_quarantines_json(listing(GOOD)))["quarantines"]
    assert list(entry) == [*QuarantineEntry.__struct_fields__]
    assert (entry["since"], entry["days"]) == ("2026-08-16T12:00:00Z", 100)
