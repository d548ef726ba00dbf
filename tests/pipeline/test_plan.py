"""The plan of the sample company: what every trap must come to, and that nobody who ever called anything is stopped."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from leastwise.catalog import load_catalog
from leastwise.errors import IncompleteScanError, UsageError
from leastwise.findings import Verdict
from leastwise.inventory import GrantIndex, Group, Principal, Relations, Role, Snapshot, User
from leastwise.pipeline.plan import PlanRequest, plan_account
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_saved
from leastwise.plan import Change, ChangeKind, Obstacle, Plan, applied, render_plan
from leastwise.policy import ActionSet, Arn, Document, NamedPolicy, Policies, Request, simulate
from leastwise.recommend import RecommendOptions, RemovalOptions, Strategy
from leastwise.sandbox.company_model import load_company
from leastwise.settings import Settings
from pipeline.test_company import ROWS, Row

ACCOUNT = "111111111111"
WINDOW_DAYS = 400
_OPTIONS = {
    "defaults": RecommendOptions(),
    "services only": RecommendOptions(removal=RemovalOptions(services_only=True)),
    "short": RecommendOptions(strategy=Strategy.MINIMAL),
    "split": RecommendOptions(split_shared=True),
    "quarantine": RecommendOptions(quarantine=True),
}


def planned(scanned: Scanned, options: RecommendOptions | None = None, **more: object) -> Plan:
    request = PlanRequest(
        ScanRequest(settings=Settings(break_glass=("role/break-glass",))), options or RecommendOptions()
    )
    return plan_account(scanned, msgspec.structs.replace(request, **more), version="0.0.0")


def carried_out(scanned: Scanned, plan: Plan) -> Snapshot:
    snapshot = scanned.collected.snapshot
    steps = [step for change in plan.changes for step in change.steps]
    return applied(snapshot, steps, at=snapshot.taken_at)


def arn(resource: str) -> Arn:
    return Arn(f"arn:aws:iam::{ACCOUNT}:{resource}")


@pytest.fixture(scope="module")
def plan(company: tuple[Scanned, Path]) -> Plan:
    return planned(company[0])


def test_the_plan_of_the_company_is_as_it_was_reviewed(plan: Plan, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(
        [*map(_told, plan.changes), *(f"left {one.policy.policy}: {one.obstacle}" for one in plan.left)]
    ) == (snapshot)


def _told(change: Change) -> str:
    """A change without dates, and without lists that only the catalog makes long."""
    title = re.sub(r"\d{4}-\d{2}-\d{2}", "DATE", change.title)
    reached = ", ".join(one.resource for one in change.principals)
    shown = [f"{change.kind}: {title}", f"  reaches {reached or 'nobody'}"]
    for document in change.documents:
        shown += [f"  {line}" for line in _clauses(document.after)]
    return "\n".join(shown)


def _clauses(text: str | None) -> Iterator[str]:
    if text is None:
        yield "nothing is left"
        return
    statements = json.loads(text)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        name = "Action" if "Action" in statement else "NotAction"
        actions = statement[name] if isinstance(statement[name], list) else [statement[name]]
        services = sorted({action.partition(":")[0].lower() for action in actions})
        yield f"{statement['Effect']} {name} {' '.join(actions if len(actions) <= 20 else services)}"


@pytest.mark.parametrize("options", _OPTIONS.values(), ids=_OPTIONS.keys())
def test_every_call_that_was_ever_made_is_decided_as_before(
    company: tuple[Scanned, Path], options: RecommendOptions
) -> None:
    scanned, _ = company
    before, after = scanned.collected.snapshot, carried_out(scanned, planned(scanned, options))
    then = {one.arn: one for one in after.principals()}
    compared = 0
    for principal, action in _calls(before):
        for resource in _resources(before, principal):
            request = Request(action, resource)
            was, now = (
                _decided(request, one, held) for one, held in ((before, principal), (after, then[principal.arn]))
            )
            assert was == now, f"{principal.arn} {action} on {resource}"
            compared += 1
    assert compared > 150


def _calls(snapshot: Snapshot) -> Iterator[tuple[Principal, str]]:
    """Every call of the window, those that no report shows too, and of services of which no action is told, one."""
    company = load_company()
    made = {one.name: one.uses for one in company.roles} | {one.name: one.uses for one in company.users}
    for principal in snapshot.principals():
        for use in made.get(principal.name, ()):
            if use.days < WINDOW_DAYS and use.action is not None:
                yield principal, f"{use.service}:{use.action}"


def _resources(snapshot: Snapshot, principal: Principal) -> set[str]:
    """A resource for each that a statement of the principal names, and one that none does."""
    patterns = {
        pattern
        for document in _documents(snapshot, principal)
        for statement in document.statements
        if statement.resources is not None
        for pattern in statement.resources.patterns
    }
    return {"arn:aws:other:::thing", *(pattern.replace("*", "x").replace("?", "y") for pattern in patterns)}


def _documents(snapshot: Snapshot, principal: Principal) -> list[Document]:
    holdings = GrantIndex(load_catalog(), snapshot).holdings(principal)
    return [one.text.document for one in holdings if one.text.document is not None]


def _decided(request: Request, snapshot: Snapshot, principal: Principal) -> bool:
    named = tuple(NamedPolicy(str(place), one) for place, one in enumerate(_documents(snapshot, principal)))
    return simulate(request, Policies(identity=named, boundary=_boundary(snapshot, principal))).is_allowed


def _boundary(snapshot: Snapshot, principal: Principal) -> NamedPolicy | None:
    if not isinstance(principal, User | Role) or principal.boundary is None:
        return None
    policy = next(one for one in snapshot.policies if one.arn == principal.boundary)
    version = policy.default_version
    assert version is not None
    assert version.policy.document is not None
    return NamedPolicy(policy.arn, version.policy.document)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.trap}-{row.principal}-{row.service or row.action}")
def test_every_trap_comes_to_what_it_must(row: Row, company: tuple[Scanned, Path], plan: Plan) -> None:
    """What is used, stale or unknown is granted as before; what is unused is gone, or the plan says what keeps it."""
    scanned, _ = company
    principals = {one.arn: one for one in scanned.collected.snapshot.principals()}
    principal = principals.get(arn(row.principal))
    if principal is None or row.verdict in ("not-granted", "nothing-granted"):
        return
    after = carried_out(scanned, plan)
    held = {one.arn: one for one in after.principals()}
    had = scanned.grants.of(principal).actions
    has = GrantIndex(load_catalog(), after).of(held[principal.arn]).actions
    asked = ActionSet.of([row.action or f"{row.service}:*"], load_catalog())
    if row.verdict == "unknown" or (row.action and row.verdict != "unused"):
        assert (had & asked).known == (has & asked).known
    elif row.verdict == "unused" and not isinstance(principal, Group):
        assert not (has & asked).known or _is_kept(scanned, plan, principal, has & asked)


def _is_kept(scanned: Scanned, plan: Plan, principal: Principal, stays: ActionSet) -> bool:
    """Whether the plan or the rules say why something unused stays."""
    relations = Relations(scanned.collected.snapshot)
    is_shared = any(len(relations.attached_to[one.arn]) > 1 for one in principal.attached)
    is_exempt = any(one.exempt and one.resource == principal.arn for one in scanned.judgement.findings)
    is_protected = (
        principal.name == "break-glass" or is_exempt or (isinstance(principal, Role) and principal.is_reserved)
    )
    only_recorded_elsewhere = not stays.known & ~_recorded_elsewhere()
    return is_shared or is_protected or only_recorded_elsewhere or _is_left(plan, principal)


def _recorded_elsewhere() -> int:
    catalog = load_catalog()
    return ActionSet.of(["iam:PassRole"], catalog).known | catalog.dependents_of(catalog.everything)


def _is_left(plan: Plan, principal: Principal) -> bool:
    held = {one.arn for one in principal.attached}
    return any(one.policy.policy in held or one.policy.owner == principal.arn for one in plan.left)


def test_nothing_unknown_is_touched_where_evidence_is_missing(company: tuple[Scanned, Path], tmp_path: Path) -> None:
    _, directory = company
    copy = tmp_path / "part"
    copy.mkdir()
    for one in directory.iterdir():
        if one.is_dir():
            (copy / one.name).mkdir()
            [(copy / one.name / file.name).write_bytes(file.read_bytes()) for file in sorted(one.iterdir())[::2]]
        else:
            (copy / one.name).write_bytes(one.read_bytes())
    request = PlanRequest()
    scanned = scan_saved(request.whole, copy)
    with pytest.raises(IncompleteScanError, match="is incomplete: "):
        plan_account(scanned, request, version="0.0.0")
    allowed = planned(scanned, allow_incomplete=True)
    assert not allowed.complete
    unknown = {
        one.principal.arn
        for one in scanned.judgement.principals
        if any(service.reason is not None and service.reason.is_failure for service in one.services)
    }
    assert unknown
    changed = [one for one in allowed.changes if one.kind is not ChangeKind.DEACTIVATE_KEY]
    assert changed
    assert not [one.id for one in changed if unknown & set(one.principals)]
    assert Obstacle.MISSING_EVIDENCE in {one.obstacle for one in allowed.left}


def test_another_account_than_was_named_is_refused(company: tuple[Scanned, Path]) -> None:
    with pytest.raises(UsageError, match="of account 111111111111, not of 222222222222"):
        planned(company[0], account="222222222222")
    assert planned(company[0], account=ACCOUNT).changes


def test_the_plan_of_what_was_saved_is_that_of_the_scan(company: tuple[Scanned, Path]) -> None:
    scanned, directory = company
    request = ScanRequest(msgspec.structs.replace(scanned.scan.parameters), Settings(allow_tag_exemptions=True))
    again = scan_saved(request, directory)
    assert render_plan(planned(again)) == render_plan(planned(scanned))


def test_break_glass_and_exempt_principals_are_left(company: tuple[Scanned, Path], plan: Plan) -> None:
    touched = {one for change in plan.changes for one in (*change.targets, *change.principals)}
    assert arn("role/break-glass") not in touched
    exempt = {one.resource for one in company[0].judgement.findings if one.exempt and one.rule == "unused-role"}
    assert exempt
    assert not exempt & touched


def test_a_principal_that_only_aws_can_change_is_never_touched(company: tuple[Scanned, Path]) -> None:
    for options in _OPTIONS.values():
        for change in planned(company[0], options).changes:
            assert not [one for one in change.targets if "/aws-reserved/" in one or "/aws-service-role/" in one]


def test_unused_verdicts_alone_go_by_default(plan: Plan) -> None:
    gone = [
        gone
        for change in plan.changes
        for document in change.documents
        for one in document.statements
        for gone in one.gone
    ]
    assert {one.verdict for one in gone} == {Verdict.UNUSED}
