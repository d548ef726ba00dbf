from datetime import timedelta

from evidence.draws import NOW, SUBJECTS
from leastwise.evidence import PrincipalUse, Source, report_window, role_uses
from leastwise.inventory import Account, PolicyText, Role, RoleLastUsed, Snapshot
from leastwise.policy import AccountId


def _snapshot(last_used: RoleLastUsed | None) -> Snapshot:
    role = Role(SUBJECTS[0], "ci", "AROA1", "/", NOW - timedelta(days=900), PolicyText("{}", None), last_used)
    return Snapshot(Account(AccountId("111122223333"), "aws"), NOW, roles=(role,))


def test_a_role_that_was_used_says_when_and_where() -> None:
    used_at = NOW - timedelta(days=3)
    assert role_uses(_snapshot(RoleLastUsed(used_at, "eu-west-1"))) == (
        PrincipalUse(SUBJECTS[0], Source.ROLE_LAST_USED, report_window(NOW), used_at, "eu-west-1"),
    )


def test_an_absent_last_use_is_silence_over_the_whole_window() -> None:
    assert role_uses(_snapshot(None)) == (PrincipalUse(SUBJECTS[0], Source.ROLE_LAST_USED, report_window(NOW), None),)
