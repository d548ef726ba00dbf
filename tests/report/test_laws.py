"""What every format promises of every scan."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Final

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len

from leastwise.evidence import Granularity, Source, Window
from leastwise.findings import (
    AccountScan,
    ActionVerdict,
    EvidenceNote,
    Exempt,
    Finding,
    Gain,
    Judgement,
    Parameters,
    PolicyJudgement,
    PrincipalJudgement,
    Reason,
    Rule,
    Scan,
    ScanError,
    ScanParameters,
    ScanStatus,
    ServiceVerdict,
    Severity,
    Verdict,
)
from leastwise.inventory import (
    Account,
    GrantedBy,
    Group,
    ManagedPolicy,
    PolicyKind,
    PolicyText,
    Principal,
    Role,
    User,
)
from leastwise.policy import AccountId, Arn
from leastwise.report import Format, document_of, read_json, render, render_csv, render_json, render_table, schema_text

NAMES: Final = st.text("abcXYZ019_+=,.@-", min_size=1, max_size=64)
TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
TIMES: Final = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
NAMESPACES: Final = st.text("abcdefgh-9", min_size=1, max_size=25)
IDS: Final = st.text("abcdefgh-0123456789", min_size=4, max_size=64)
COUNTS: Final = st.integers(0, 100_000)
GAINS: Final = st.builds(Gain, COUNTS, COUNTS, COUNTS, COUNTS)
WIDTHS: Final = st.integers(60, 220)
VALIDATOR: Final = jsonschema.Draft202012Validator(
    json.loads(schema_text()), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)

GRANTS: Final = st.lists(
    st.builds(
        GrantedBy,
        NAMES | st.builds("arn:aws:iam::aws:policy/{}".format, NAMES),
        st.sampled_from(PolicyKind),
        st.just("direct") | st.builds("group:{}".format, NAMES),
        st.lists(st.integers(0, 40), min_size=1, max_size=6, unique=True).map(tuple),
    ),
    max_size=3,
).map(tuple)
NOTES: Final = st.lists(
    st.builds(EvidenceNote, st.sampled_from(Source), st.builds(Window, TIMES, TIMES), st.sampled_from(Granularity)),
    max_size=2,
).map(tuple)


@st.composite
def verdicts(draw: st.DrawFn) -> tuple[Verdict, Reason | None, datetime | None]:
    verdict = draw(st.sampled_from(Verdict))
    reason = draw(st.sampled_from(Reason)) if verdict is Verdict.UNKNOWN else None
    return verdict, reason, draw(st.none() | TIMES)


@st.composite
def services(draw: st.DrawFn) -> ServiceVerdict:
    namespace = draw(NAMESPACES)
    names = draw(st.lists(NAMES, max_size=4, unique=True))
    actions = tuple(ActionVerdict(name, *draw(verdicts())) for name in names)
    verdict, reason, used = draw(verdicts())
    region = draw(st.none() | NAMESPACES)
    grants = draw(GRANTS)
    return ServiceVerdict(namespace, draw(TEXTS), verdict, reason, used, region, grants, actions, draw(COUNTS))


SERVICES: Final = st.lists(services(), max_size=3, unique_by=lambda one: one.namespace).map(tuple)


BOUNDARIES: Final = st.none() | st.just(Arn("arn:aws:iam::111122223333:policy/limits"))


@st.composite
def principals(draw: st.DrawFn, account: str) -> PrincipalJudgement:
    name, path = draw(NAMES), draw(st.just("/") | st.builds("/{}/".format, NAMES))
    kind = draw(st.sampled_from(["user", "role", "group"]))
    arn = Arn(f"arn:aws:iam::{account}:{kind}{path}{name}")
    made = draw(TIMES)
    principal: Principal = Group(arn, name, "AGPA1", path, made)
    if kind == "role":
        principal = Role(
            arn, name, "AROA1", path, made, PolicyText("{}", None), boundary=draw(st.none() | st.just(arn))
        )
    if kind == "user":
        principal = User(arn, name, "AIDA1", path, made)
    used, idle, editable = draw(st.none() | TIMES), draw(st.booleans()), draw(st.booleans())
    return PrincipalJudgement(principal, draw(SERVICES), draw(NOTES), used, idle, editable)


@st.composite
def policies(draw: st.DrawFn, account: str) -> PolicyJudgement:
    name = draw(NAMES)
    owner = draw(st.sampled_from([account, "aws"]))
    arn = Arn(f"arn:aws:iam::{owner}:policy/{name}")
    policy = ManagedPolicy(arn, name, "ANPA1", "/", draw(TIMES), draw(TIMES), ())
    return PolicyJudgement(policy, (arn,), (), draw(SERVICES), draw(NOTES))


@st.composite
def findings(draw: st.DrawFn, account: str, arns: list[Arn], named: list[str]) -> Finding:
    resource = draw(st.sampled_from([*arns, Arn(f"arn:aws:iam::{account}:role/not/there")]))
    some = st.lists(st.sampled_from([*named, "gone"]), max_size=3, unique=True).map(tuple)
    exempt = draw(st.none() | st.builds(Exempt, TEXTS, TEXTS, st.none() | st.dates()))
    actions = tuple(f"{service}:{draw(NAMES)}" for service in draw(some))
    return Finding(
        draw(IDS), draw(st.sampled_from(Rule)), draw(st.sampled_from(Severity)), account, resource, resource.kind,
        draw(TEXTS), draw(TEXTS), draw(some), actions, draw(NOTES), exempt, draw(GAINS),
    )  # fmt: skip


@st.composite
def accounts(draw: st.DrawFn, identifier: str) -> AccountScan:
    account = Account(AccountId(identifier), "aws", draw(st.none() | TEXTS))
    errors = tuple(draw(st.lists(st.builds(ScanError, TEXTS, TEXTS, TEXTS, TEXTS), max_size=2)))
    status = draw(st.sampled_from(ScanStatus))
    if status is ScanStatus.FAILED:
        return AccountScan(account, status, errors)
    held = draw(st.lists(principals(identifier), max_size=3, unique_by=lambda one: one.principal.arn))
    managed = draw(st.lists(policies(identifier), max_size=2, unique_by=lambda one: one.policy.arn))
    arns = [*(one.principal.arn for one in held), *(one.policy.arn for one in managed)]
    named = [service.namespace for one in held for service in one.services]
    found = draw(st.lists(findings(identifier, arns, named), max_size=5, unique_by=lambda one: one.id))
    gains = {one.principal.arn: draw(GAINS) for one in held if draw(st.booleans())}
    notes = tuple(draw(st.lists(TEXTS, max_size=2)))
    parameters = Parameters(draw(TIMES))
    judgement = Judgement(parameters, tuple(held), tuple(managed), tuple(found), gains, notes)
    return AccountScan(account, status, errors, judgement)


@st.composite
def scans(draw: st.DrawFn) -> Scan:
    ids = draw(st.lists(st.sampled_from(["111122223333", "444455556666"]), max_size=2, unique=True))
    parameters = draw(st.builds(ScanParameters, st.integers(1, 400), st.lists(TEXTS, max_size=2).map(tuple)))
    return Scan(draw(TIMES), parameters, tuple(draw(accounts(one)) for one in ids))


SLOW: Final = [HealthCheck.too_slow, HealthCheck.data_too_large]
LAW: Final = settings(max_examples=25, deadline=None, suppress_health_check=SLOW)


def ids_of(scan: Scan) -> Iterator[str]:
    for account in scan.accounts:
        if account.judgement is not None:
            yield from (one.id for one in account.judgement.findings)


@LAW
@given(scans(), WIDTHS, st.booleans())
def test_no_format_loses_a_finding(scan: Scan, width: int, verbose: bool) -> None:  # noqa: FBT001 - drawn
    document = document_of(scan, version="0.1.0")
    for wanted in Format:
        text = "".join(render(document, wanted, width=width, color=False, verbose=verbose, region="eu-central-1"))
        # An id that is longer than a narrow table goes on in the next line.
        squeezed = "".join(text.split())
        assert [one for one in ids_of(scan) if one not in squeezed] == []


@LAW
@given(scans())
def test_what_is_written_as_json_is_read_back_the_same(scan: Scan) -> None:
    document = document_of(scan, version="0.1.0")
    again = read_json("".join(render_json(document)), source="drawn")
    assert again == document
    assert "".join(render_json(again)) == "".join(render_json(document))


@LAW
@given(scans())
def test_every_json_scan_is_valid_against_the_shipped_schema(scan: Scan) -> None:
    VALIDATOR.validate(json.loads("".join(render_json(document_of(scan, version="0.1.0")))))


def reversed_in_all(scan: Scan) -> Scan:
    return structs.replace(scan, accounts=tuple(reversed_account(one) for one in reversed(scan.accounts)))


def reversed_account(account: AccountScan) -> AccountScan:
    judgement = account.judgement
    if judgement is None:
        return account
    turned = structs.replace(
        judgement,
        principals=tuple(reversed_services(one) for one in reversed(judgement.principals)),
        policies=judgement.policies[::-1],
        findings=judgement.findings[::-1],
    )
    return structs.replace(account, judgement=turned, errors=account.errors[::-1])


def reversed_services(principal: PrincipalJudgement) -> PrincipalJudgement:
    services = (
        structs.replace(one, actions=one.actions[::-1], granted_by=one.granted_by[::-1]) for one in principal.services
    )
    return structs.replace(principal, services=tuple(services)[::-1], evidence=principal.evidence[::-1])


@LAW
@given(scans())
def test_the_same_scan_in_any_order_gives_the_same_bytes(scan: Scan) -> None:
    one, two = (document_of(each, version="0.1.0") for each in (scan, reversed_in_all(scan)))
    for wanted in Format:
        texts = ["".join(render(each, wanted, width=100, color=False, region="eu-central-1")) for each in (one, two)]
        assert texts[0] == texts[1]


def test_the_sample_in_any_order_gives_the_same_bytes(scan: Scan) -> None:
    one, two = (document_of(each, version="0.1.0") for each in (scan, reversed_in_all(scan)))
    assert "".join(render_json(one)) == "".join(render_json(two))


@LAW
@given(scans(), WIDTHS, st.booleans())
def test_no_line_of_a_table_is_wider_than_asked_or_holds_a_control_code(
    scan: Scan,
    width: int,
    verbose: bool,  # noqa: FBT001 - drawn
) -> None:
    text = render_table(document_of(scan, version="0.1.0"), width=width, color=False, verbose=verbose)
    for line in text.removesuffix("\n").split("\n"):
        assert cell_len(line) <= width
        assert line.isprintable()


@LAW
@given(scans(), WIDTHS)
def test_colour_changes_nothing_but_colour(scan: Scan, width: int) -> None:
    document = document_of(scan, version="0.1.0")
    colored = re.sub(r"\x1b\[[\d;]*m", "", render_table(document, width=width, color=True))
    plain = render_table(document, width=width, color=False)
    assert [line.rstrip() for line in colored.split("\n")] == plain.split("\n")


@LAW
@given(scans())
def test_every_csv_row_is_whole_and_no_cell_is_a_formula(scan: Scan) -> None:
    text = "".join(render_csv(document_of(scan, version="0.1.0")))
    rows = list(csv.reader(StringIO(text, newline="")))
    assert {len(row) for row in rows} == {12}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
