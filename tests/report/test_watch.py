"""A watch as it is shown: every complaint, every cause and every command, whatever the format."""

import json
from datetime import timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from leastwise.policy import Arn
from leastwise.report.layout import cells
from leastwise.report.watch import (
    Attempt,
    Cause,
    Complaint,
    Unread,
    WatchReport,
    render_watch_json,
    render_watch_text,
)
from report.plan.sample_plans import ALICE, NOW, WEB

DENIED: Final = "User: arn:aws:sts::111122223333:assumed-role/web/i-0a is not authorized to perform: sqs:SendMessage"


def attempt(hours: float, message: str = DENIED) -> Attempt:
    return Attempt(NOW + timedelta(hours=hours), "eu-west-1", "AccessDenied", message, f"e-{hours}")


def cause(change: str, run: str | None = "runs/2026-11-24") -> Cause:
    rollback = None if run is None else f"leastwise rollback {run} --change {change}"
    return Cause(change, f"Policy team-base loses what {change} says", NOW, rollback)


REPORT: Final = WatchReport(
    account="111122223333",
    since=NOW,
    events=12_345,
    denied=6,
    nobody=1,
    complaints=(
        Complaint(WEB, "sqs:SendMessage", (cause("new-version-1"), cause("detach-2")), (attempt(1), attempt(2.5))),
        Complaint(ALICE, "s3:GetObject", (cause("edit-inline-3", None),), (attempt(3, ""),)),
    ),
    unread=(Unread("region eu-west-3", "cloudtrail:LookupEvents: AccessDeniedException: no"),),
    notes=("An event can take some minutes until it is in the event history.",),
)
NOTHING: Final = WatchReport("111122223333", NOW, 10, 1, 0, (), (), ())


def test_a_person_reads_who_misses_what_and_what_gives_it_back() -> None:
    assert render_watch_text(REPORT, width=100, color=False) == snapshot("""\
Account 111122223333: 2 principals miss what the plan took away: 3 denied calls since 2026-11-24
12:00 UTC.
12,345 events looked through: 6 denied calls, of which no change explains 3. 1 more denial names no
user and no role.

role/web was denied sqs:SendMessage
  calls      2, 2026-11-24 13:00 UTC to 2026-11-24 14:30 UTC (eu-west-1)
  AWS says   AccessDenied: User: arn:aws:sts::111122223333:assumed-role/web/i-0a is not authorized
             to perform: sqs:SendMessage
  taken by   Policy team-base loses what new-version-1 says (new-version-1, carried out 2026-11-24
             12:00 UTC)
  undo with  leastwise rollback runs/2026-11-24 --change new-version-1
  taken by   Policy team-base loses what detach-2 says (detach-2, carried out 2026-11-24 12:00 UTC)
  undo with  leastwise rollback runs/2026-11-24 --change detach-2

user/alice was denied s3:GetObject
  calls      1, 2026-11-24 15:00 UTC (eu-west-1)
  taken by   Policy team-base loses what edit-inline-3 says (edit-inline-3, carried out 2026-11-24
             12:00 UTC)

Not read, so that there may be more:
  - region eu-west-3: cloudtrail:LookupEvents: AccessDeniedException: no

Note: An event can take some minutes until it is in the event history.
""")


def test_nothing_missed_is_said_with_what_was_looked_at() -> None:
    assert render_watch_text(NOTHING, width=100, color=False) == snapshot("""\
Account 111122223333: nothing that the plan took away was denied since 2026-11-24 12:00 UTC, as far
as can be seen.
10 events looked through: 1 denied call, of which no change explains 1.
""")


def test_a_machine_reads_the_same() -> None:
    found = json.loads(render_watch_json(REPORT))
    assert found["schema"] == "leastwise/watch/1"
    assert (found["denied"], found["explained"], found["unexplained"]) == (6, 3, 3)
    assert [one["action"] for one in found["complaints"]] == ["sqs:SendMessage", "s3:GetObject"]
    assert found["complaints"][0]["causes"][1] == snapshot(
        {
            "change_id": "detach-2",
            "title": "Policy team-base loses what detach-2 says",
            "carried_out_at": "2026-11-24T12:00:00Z",
            "rollback": "leastwise rollback runs/2026-11-24 --change detach-2",
        }
    )
    assert found["complaints"][1]["attempts"] == snapshot(
        [
            {
                "at": "2026-11-24T15:00:00Z",
                "region": "eu-west-1",
                "error_code": "AccessDenied",
                "message": "",
                "event_id": "e-3",
            }
        ]
    )


_TEXTS: Final = st.text(max_size=40)
_REPORTS: Final = st.builds(
    WatchReport,
    account=st.just("111122223333"),
    since=st.just(NOW),
    events=st.integers(0, 10**6),
    denied=st.integers(0, 10**6),
    nobody=st.integers(0, 9),
    complaints=st.lists(
        st.builds(
            Complaint,
            st.sampled_from([WEB, Arn("arn:aws:iam::111122223333:user/\x1b[31m")]),
            _TEXTS,
            st.lists(st.integers(0, 99).map(lambda one: cause(f"change-{one}")), min_size=1, max_size=3).map(tuple),
            st.lists(st.builds(attempt, st.floats(0, 99), _TEXTS), min_size=1, max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    unread=st.lists(st.builds(Unread, _TEXTS, _TEXTS), max_size=7).map(tuple),
    notes=st.lists(_TEXTS, max_size=2).map(tuple),
)


@given(report=_REPORTS, width=st.integers(0, 120))
def test_every_cause_and_its_command_is_shown_and_nothing_acts_on_the_terminal(report: WatchReport, width: int) -> None:
    text = render_watch_text(report, width=width, color=False)
    assert "\x1b" not in text
    for complaint in report.complaints:
        for one in complaint.causes:
            assert one.rollback is not None
            assert one.rollback in text
    assert all(cells(line) <= max(width, 60) for line in text.splitlines() if "leastwise rollback" not in line)
    assert json.loads(render_watch_json(report))["explained"] == report.explained
