"""The JSON Schemas of a watch, of a listing of quarantines and of proofs: what is written is valid, and no more."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from leastwise.plan import PlanAccount, PolicyRef
from leastwise.policy import Arn
from leastwise.report.json_format import indented
from leastwise.report.json_schema import SchemaName
from leastwise.report.plan import proof_document
from leastwise.report.plan.proof_document import ProofDocument, ProofEntry
from leastwise.report.quarantine import QuarantineEntry, QuarantineListing, render_quarantines_json
from leastwise.report.watch import WatchReport, render_watch_json
from plan.plans import values
from report.plan.sample_plans import EVERYTHING, SAMPLES, WEB
from report.test_quarantine import ASTRAY, EDITED, GOOD, UNDATED, UNREAD, listing
from report.test_watch import NOTHING
from report.test_watch import REPORT as WATCHED
from shapes import Json, assert_refused_wherever_it_is_spoiled, is_valid, validate

LAW: Final = settings(max_examples=60, deadline=None)
ID: Final = "111122223333"
QUARANTINES: Final = listing(GOOD, UNDATED, EDITED, UNREAD, ASTRAY)
DOCUMENTS: Final[dict[SchemaName, str]] = {
    "leastwise/watch/1": render_watch_json(WATCHED),
    "leastwise/quarantines/1": render_quarantines_json(QUARANTINES),
    "leastwise/proof/1": indented(proof_document(EVERYTHING, EVERYTHING.changes, principal=WEB)),
}
"""A document of each, with all that there is in it."""
ENTRIES: Final = st.builds(
    QuarantineEntry,
    values(Arn | None),
    values(PolicyRef),
    values(tuple[Arn, ...]),
    since=values(datetime | None),
    days=values(int | None),
    is_as_written=st.booleans(),
    denies=values(tuple[str, ...]),
    actions=values(int),
    fault=values(str),
)


@given(values(WatchReport))
@LAW
def test_every_watch_is_valid(report: WatchReport) -> None:
    for one in (WATCHED, NOTHING, replace(report, account=ID)):
        validate(render_watch_json(one), "leastwise/watch/1")


@given(values(PlanAccount), st.lists(ENTRIES, max_size=3))
@LAW
def test_every_listing_of_quarantines_is_valid(account: PlanAccount, entries: list[QuarantineEntry]) -> None:
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    drawn = QuarantineListing("leastwise/quarantines/1", replace(account, id=ID), at, tuple(entries))
    for one in (QUARANTINES, listing(), drawn):
        validate(render_quarantines_json(one), "leastwise/quarantines/1")


@given(values(PlanAccount), values(Arn | None), st.lists(values(ProofEntry), max_size=2))
@LAW
def test_every_entry_of_a_proof_is_valid(
    account: PlanAccount, principal: Arn | None, entries: list[ProofEntry]
) -> None:
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    drawn = ProofDocument("leastwise/proof/1", replace(account, id=ID), at, principal, tuple(entries))
    validate(indented(drawn), "leastwise/proof/1")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_proofs_of_every_sample_are_valid(name: str) -> None:
    plan = SAMPLES[name]
    for principal in (None, WEB):
        validate(indented(proof_document(plan, plan.changes, principal=principal)), "leastwise/proof/1")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_refused_wherever_it_is_spoiled(name: SchemaName) -> None:
    document = json.loads(DOCUMENTS[name])
    if name == "leastwise/proof/1":
        document["changes"] = document["changes"][:2]
    assert_refused_wherever_it_is_spoiled(document, name)


@pytest.mark.parametrize(
    ("name", "way", "value"),
    [
        ("leastwise/watch/1", ("schema",), "leastwise/watch/2"),
        ("leastwise/watch/1", ("account",), "1111"),
        ("leastwise/watch/1", ("since",), "2026-11-24"),
        ("leastwise/watch/1", ("complaints", 0, "principal"), "web"),
        ("leastwise/watch/1", ("complaints", 0, "attempts", 0, "at"), "2026-11-24T12:00:00+01:00"),
        ("leastwise/quarantines/1", ("schema",), "leastwise/scan/1"),
        ("leastwise/quarantines/1", ("account", "id"), "acme"),
        ("leastwise/quarantines/1", ("quarantines", 0, "since"), "yesterday"),
        ("leastwise/quarantines/1", ("quarantines", 0, "days"), -1),
        ("leastwise/quarantines/1", ("quarantines", 0, "holders", 0), "web"),
        ("leastwise/quarantines/1", ("quarantines", 0, "policy", "kind"), "borrowed"),
        ("leastwise/proof/1", ("account", "id"), ""),
        ("leastwise/proof/1", ("principal",), "web"),
        ("leastwise/proof/1", ("changes", 0, "proof", "method"), "hoped"),
        ("leastwise/proof/1", ("changes", 0, "kind"), "tidy"),
        ("leastwise/proof/1", ("changes", 0, "inverse", 0, "do"), "delete-account"),
    ],
)
def test_a_value_that_leastwise_would_not_write_is_refused(
    name: SchemaName, way: tuple[str | int, ...], value: str | int
) -> None:
    document = json.loads(DOCUMENTS[name])
    *within, last = way
    part: Json = document
    for key in within:
        part = part[key]
    assert part[last] != value
    part[last] = value
    assert not is_valid(document, name)
