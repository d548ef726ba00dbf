"""Plans drawn at random whose changes say who uses what: documents of every layout, statements that lose actions."""

import json
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from leastwise.evidence import Granularity, Source
from leastwise.findings import Gain, Verdict
from leastwise.inventory import PolicyKind
from leastwise.plan import (
    Change,
    ChangeKind,
    DocumentChange,
    EvidenceSeen,
    Gone,
    Left,
    Obstacle,
    Plan,
    PolicyRef,
    Proof,
    ProofMethod,
    PutInline,
    Risk,
    Seen,
)
from leastwise.policy import Arn
from report.plan.sample_parts import DELAY, NOW, Why, ago, clause, iam, plan_of, reduced, removed

__all__ = ["LAW", "TEXTS", "reductions", "told_plans"]

LAW: Final = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES: Final = st.text("aB7_+=,.@-", min_size=1, max_size=8) | st.just("long" * 16)
"""What IAM takes as names (IAM API, CreateRole)."""
SERVICES: Final = st.sampled_from(
    [f"{one}{number}" for one in ("a", "b-9", "longer-than-most-are") for number in range(9)]
)
ACTIONS: Final = st.sampled_from(["Get", "GetObject", "PutEveryThingThatThereIsInAllOfTheRegions", "List"])
DAYS: Final = st.none() | st.integers(0, 500)
COUNTS: Final = st.integers(0, 30_000)


def principals() -> st.SearchStrategy[tuple[Arn, ...]]:
    one = st.builds(lambda kind, path, name: iam(f"{kind}{path}{name}"),
                    st.sampled_from(["role", "user"]), st.sampled_from(["/", "/a/b/"]), NAMES)  # fmt: skip
    return st.lists(one, min_size=1, max_size=4, unique=True).map(lambda found: tuple(sorted(found)))


@st.composite
def gone(draw: st.DrawFn, service: str) -> Gone:
    actions = tuple(draw(st.lists(ACTIONS, max_size=3, unique=True)))
    kept = () if actions else tuple(draw(st.lists(ACTIONS, max_size=2, unique=True)))
    days = draw(DAYS)
    verdict = Verdict.UNUSED if days is None else Verdict.STALE
    return Gone(service, actions, kept, verdict, None if days is None else ago(days))


@st.composite
def seen(draw: st.DrawFn, service: str, holders: tuple[Arn, ...]) -> Seen:
    verdict = draw(st.sampled_from([Verdict.USED, Verdict.STALE, Verdict.UNKNOWN]))
    at = None if verdict is Verdict.UNKNOWN else ago(draw(st.integers(0, 500)))
    return Seen(service, verdict, draw(st.sampled_from(holders)), at, draw(st.integers(0, len(holders))))


@st.composite
def statements(draw: st.DrawFn, holders: tuple[Arn, ...]) -> tuple[dict[str, object], list[str], Why]:
    """A statement without a Sid, the patterns that stay in it, and why the others go."""
    services = draw(st.lists(SERVICES, min_size=1, max_size=8, unique=True))
    going = draw(st.lists(st.sampled_from(services), max_size=8, unique=True))
    staying = [one for one in services if one not in going]
    written: dict[str, object] = {"Effect": "Allow", "Action": [f"{one}:*" for one in services]}
    written["Resource"] = draw(st.sampled_from(["*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]]))
    told = tuple(draw(seen(one, holders)) for one in staying[:6])
    why = (tuple(draw(gone(one)) for one in going), told, len(staying[6:]))
    return written, [f"{one}:*" for one in staying], why


@st.composite
def document(draw: st.DrawFn, policy: PolicyRef, holders: tuple[Arn, ...]) -> DocumentChange:
    """A policy of one to four statements, in one of the layouts that people and programs write."""
    found = draw(st.lists(statements(holders), min_size=1, max_size=3))
    written = [{"Sid": f"s{index}", **one} if draw(st.booleans()) else one for index, (one, _, _) in enumerate(found)]
    text = json.dumps({"Statement": written}, indent=draw(st.sampled_from([None, 1, 4])))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    whys = {index: why for index, (_, _, why) in enumerate(found) if why[0]}
    if not any(staying for _, staying, _ in found):
        return removed(policy, text, why=whys)
    edits = {index: clause(*found[index][1]) if found[index][1] else None for index in whys}
    return reduced(policy, text, edits, why=whys)


@st.composite
def reductions(draw: st.DrawFn, number: int = 0) -> Change:
    """A change of an inline policy."""
    holders = draw(principals())
    name, owner = draw(NAMES), draw(st.sampled_from(holders))
    ref = PolicyRef(name, PolicyKind.INLINE, owner)
    changed = draw(document(ref, holders))
    days = draw(st.none() | st.integers(1, 400))
    gains = Gain(draw(COUNTS), draw(COUNTS), draw(COUNTS), draw(COUNTS))
    stale = tuple(sorted(draw(st.lists(SERVICES, max_size=9, unique=True))))
    return Change(
        id=f"change-{number}-{draw(st.text('abcdef0123456789', min_size=4, max_size=50))}",
        kind=draw(st.sampled_from(ChangeKind)),
        title=draw(TEXTS),
        policy=ref,
        targets=(owner,),
        principals=holders,
        steps=(PutInline(owner, name, changed.after or ""),),
        preconditions=(),
        inverse=(PutInline(owner, name, changed.before or ""),),
        documents=(changed,),
        proof=Proof(draw(st.sampled_from(ProofMethod)), draw(COUNTS), draw(COUNTS), holders, draw(COUNTS)),
        evidence=(EvidenceSeen(Source.LAST_ACCESSED, Granularity.ACTION, ago(400), NOW - DELAY, holders[:2]),),
        gain=gains,
        risk=Risk(len(holders), days, stale, draw(st.booleans()), tuple(draw(st.lists(TEXTS, max_size=2)))),
    )


@st.composite
def left(draw: st.DrawFn) -> Left:
    inline = PolicyRef(draw(NAMES), PolicyKind.INLINE, draw(principals())[0])
    managed = PolicyRef(iam(f"policy/{draw(NAMES)}"), PolicyKind.MANAGED)
    return Left(draw(st.sampled_from([inline, managed])), draw(st.sampled_from(Obstacle)), draw(TEXTS))


@st.composite
def told_plans(draw: st.DrawFn) -> Plan:
    """A plan of up to three reductions, and some policies that are left as they are."""
    changes = [draw(reductions(number)) for number in range(draw(st.integers(0, 3)))]
    kept = tuple(draw(st.lists(left(), max_size=9)))
    return plan_of(*changes, left=kept, notes=tuple(draw(st.lists(TEXTS, max_size=2))), complete=draw(st.booleans()))
