"""What the table says in the cases that matter to its reader."""

from datetime import UTC, datetime

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from leastwise.findings import (
    AccountScan,
    Gain,
    Judgement,
    Parameters,
    PrincipalJudgement,
    Reason,
    Rule,
    Scan,
    ScanError,
    ScanParameters,
    ScanStatus,
    ServiceVerdict,
    Verdict,
)
from leastwise.inventory import Account, Group
from leastwise.policy import AccountId, Arn
from leastwise.report import ScanDocument, document_of, render_table
from leastwise.report.layout import cut
from leastwise.report.phrases import REASONS, count, ranges
from leastwise.report.table_blocks import BLOCK_RULES
from leastwise.report.table_lists import LISTED_RULES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def group(name: str, *services: ServiceVerdict) -> PrincipalJudgement:
    arn = Arn(f"arn:aws:iam::111122223333:group/{name}")
    return PrincipalJudgement(Group(arn, name, "AGPA1", "/", NOW), services, ())


def scan_of(
    *principals: PrincipalJudgement, status: ScanStatus = ScanStatus.COMPLETE, gains: tuple[Gain, ...] = ()
) -> Scan:
    by_arn = {one.principal.arn: gain for one, gain in zip(principals, gains, strict=False)}
    judgement = Judgement(Parameters(NOW), principals, (), (), by_arn)
    account = AccountScan(Account(AccountId("111122223333"), "aws"), status, (), judgement)
    return Scan(NOW, ScanParameters(), (account,))


def table(scan: Scan, *, verbose: bool = False) -> str:
    return render_table(document_of(scan, version="0.1.0"), width=80, color=False, verbose=verbose)


def test_every_rule_has_its_place() -> None:
    assert sorted([*BLOCK_RULES, *LISTED_RULES]) == sorted(Rule)


def test_every_reason_is_explained() -> None:
    assert sorted(REASONS) == sorted(Reason)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_scan_is_shown(document: ScanDocument, width: int, snapshot: SnapshotAssertion) -> None:
    assert render_table(document, width=width, color=False) == snapshot


def test_a_scan_is_shown_in_full(document: ScanDocument, snapshot: SnapshotAssertion) -> None:
    assert render_table(document, width=80, color=False, verbose=True) == snapshot


def test_an_account_that_could_not_be_read_is_shown_first(
    document_of_two: ScanDocument, snapshot: SnapshotAssertion
) -> None:
    assert render_table(document_of_two, width=100, color=False) == snapshot


def test_the_permissions_of_an_idle_role_are_counted_and_not_listed(document: ScanDocument) -> None:
    text = render_table(document, width=120, color=False)
    unused, _, rest = text.partition("IDLE PRINCIPALS")
    assert "legacy/quarterly-report" not in unused.partition("UNUSED, AND WHERE IT COMES FROM")[2]
    assert "1 unused service  LW-000000000e" in rest


def test_the_permissions_of_an_idle_role_are_listed_on_request(document: ScanDocument) -> None:
    unused = render_table(document, width=120, color=False, verbose=True).partition("IDLE PRINCIPALS")[0]
    assert "1 unused service  LW-000000000e" in unused


def test_a_key_of_an_idle_user_is_named(document: ScanDocument) -> None:
    keys = render_table(document, width=120, color=False).partition("KEYS AND PASSWORDS")[2]
    assert "Access key 1 of user bob was never used  LW-000000000f" in keys


def test_colours_are_those_of_any_terminal(document: ScanDocument, snapshot: SnapshotAssertion) -> None:
    assert render_table(document, width=80, color=True).splitlines()[:12] == snapshot


def test_a_clean_account_is_said_to_be_clean() -> None:
    used = ServiceVerdict("s3", "Amazon S3", Verdict.USED, last_used_at=NOW)
    too_new = ServiceVerdict("ec2", "Amazon EC2", Verdict.UNKNOWN, Reason.TOO_NEW)
    assert table(scan_of(group("fine", used, too_new))).endswith("\nNothing unused found.\n")


def test_an_account_with_a_failed_report_is_not_said_to_be_clean() -> None:
    failed = ServiceVerdict("s3", "Amazon S3", Verdict.UNKNOWN, Reason.REPORT_FAILED)
    text = table(scan_of(group("one", failed), group("two", failed), group("fine")))
    assert text.endswith("\nNothing found, but 2 principals could not be judged.\n")
    assert "group one, group two" in text


def test_an_account_that_could_not_be_read_is_not_said_to_be_clean() -> None:
    scan = scan_of(group("fine"))
    failed = AccountScan(Account(AccountId("444455556666"), "aws"), ScanStatus.FAILED)
    text = table(structs.replace(scan, accounts=(*scan.accounts, failed)))
    assert text.endswith("\nNothing found, but 1 account could not be read.\n")


def test_the_ranking_puts_power_first_and_says_how_many_it_leaves_out() -> None:
    names = [f"group{number:02}" for number in range(20)]
    gains = tuple(Gain(1, 1000 - number, number, number) for number in range(20))
    text = table(scan_of(*(group(name) for name in names), gains=gains))
    shown = [line.split()[1] for line in text.splitlines() if line.startswith("  group group")]
    assert shown == names[:4:-1]
    assert "+5 more principals with less to gain" in text


def test_a_verbose_ranking_leaves_nobody_out() -> None:
    groups = [group(f"group{number:02}") for number in range(20)]
    text = table(scan_of(*groups, gains=(Gain(1, 1, 1, 1),) * 20), verbose=True)
    assert all(one.principal.name in text for one in groups)


@pytest.mark.parametrize(("numbers", "text"), [((0,), "0"), ((0, 1, 2), "0-2"), ((0, 2, 3, 7), "0, 2-3, 7"), ((), "")])
def test_runs_of_statements_are_drawn_together(numbers: tuple[int, ...], text: str) -> None:
    assert ranges(numbers) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [(1, "role", "1 role"), (0, "role", "0 roles"), (1200, "managed policy", "1,200 managed policies")],
)
def test_counts_are_words(number: int, noun: str, text: str) -> None:
    assert count(number, noun) == text


@pytest.mark.parametrize(
    ("width", "text"), [(20, "quarterly-report"), (16, "quarterly-report"), (9, "quar…port"), (2, "q…"), (1, "…")]
)
def test_a_long_name_is_cut_in_its_middle(width: int, text: str) -> None:
    assert cut("quarterly-report", width) == text


def test_a_partial_account_is_never_said_to_be_clean() -> None:
    used = ServiceVerdict("s3", "Amazon S3", Verdict.USED, last_used_at=NOW)
    text = table(scan_of(group("fine", used), status=ScanStatus.PARTIAL))
    assert text.endswith("\nNothing found, but some evidence could not be had.\n")


def test_answers_that_nobody_asked_aws_for_are_told_apart_by_what_is_missing() -> None:
    errors = (
        ScanError("not-collected", "no credential report was read"),
        ScanError("not-collected", "no last-accessed report was read", arn="arn:aws:iam::111122223333:role/a"),
        ScanError("not-collected", "no last-accessed report was read", arn="arn:aws:iam::111122223333:role/b"),
    )
    scan = scan_of(status=ScanStatus.PARTIAL)
    text = table(structs.replace(scan, accounts=(structs.replace(scan.accounts[0], errors=errors),)))
    assert "2 times" in text
    assert "no credential report was read" in text
    assert "no last-accessed report was read" in text
