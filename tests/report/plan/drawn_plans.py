"""Plans drawn at random: every kind of step, names and paths of every character that IAM takes, titles of any."""

from datetime import UTC, datetime
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from leastwise.findings import Gain
from leastwise.inventory import PolicyKind
from leastwise.plan import (
    Attach,
    Change,
    ChangeKind,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    DocumentChange,
    KeptVersion,
    Plan,
    PolicyRef,
    Proof,
    ProofMethod,
    PutInline,
    RemoveFromGroup,
    Risk,
    SetKeyStatus,
    Step,
)
from leastwise.policy import Arn
from report.plan.sample_plans import aws, iam, plan_of

__all__ = ["DOCUMENTS", "LAW", "NAMES", "inline_of", "plans"]

LAW: Final = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
NAMES: Final = st.text("aB7_+=,.@-", min_size=1, max_size=6) | st.sampled_from(["a--B", "a__B", "a-.B", "a.-B"])
"""What IAM takes as names (IAM API, CreateRole): few characters, so that labels made of them collide often."""
PATHS: Final = st.sampled_from(["/", "/", "/team/", "/a/b/", '/${x}"%{y}\\/', "/~!/"])
TITLES: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.just('x\nresource "a" "b" {}\r\n*/')
"""Any text: a comment must hold it."""
STATEMENT: Final = (
    '{"Sid": "A", "Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*", "Condition": '
    '{"NumericLessThan": {"s3:max-keys": [1.50, 1E3]}, "Bool": {"aws:SecureTransport": true}}}'
)
DOUBLED: Final = '{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
DOCUMENTS: Final = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "\r\n\t"]),
    st.sampled_from(
        [
            DOUBLED,
            '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/%{x}$${*}"}}',
            '{\n\t"Version": "2012-10-17",\n\n\t"Statement": []\n}'.replace("[]", f"[{STATEMENT}]"),
            f'{{"Statement": [{STATEMENT},\n{{"Effect": "Deny", "NotAction": "iam:*", "NotResource": "*"}}]}}',
            f'{{"Statement": [{STATEMENT}], "Id": "\\u00e9é\\\\ \u0085\u009b"}}',
        ]
    ),
    st.sampled_from(["", "\n", " \n\n"]),
)
"""Documents of every layout, with everything that HCL and JSON would act on."""
DESCRIPTIONS: Final = st.lists(st.sampled_from(["a", " ", '"', "$", "%{x}", "${y}", "\n", "\\"]), max_size=6).map(
    "".join
)
"""Braces are closed: python-hcl2 takes an escaped template only where it ends, though HCL does not ask for it."""
NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)


@st.composite
def principals(draw: st.DrawFn, *kinds: str) -> Arn:
    kind = draw(st.sampled_from(kinds or ("user", "role", "group")))
    return iam(f"{kind}{draw(PATHS)}{draw(NAMES)}")


@st.composite
def policies(draw: st.DrawFn) -> Arn:
    return iam(f"policy{draw(PATHS)}{draw(NAMES)}")


def inline_of(principal: Arn, name: str, before: str | None, after: str) -> tuple[tuple[Step, ...], DocumentChange]:
    """An inline policy that is written, over another one if there is a text before."""
    ref = PolicyRef(name, PolicyKind.INLINE, principal)
    return (PutInline(principal, name, after),), DocumentChange(ref, before, after, ())


@st.composite
def inline(draw: st.DrawFn) -> tuple[tuple[Step, ...], DocumentChange | None]:
    return inline_of(draw(principals()), draw(NAMES), draw(st.none() | DOCUMENTS), draw(DOCUMENTS))


@st.composite
def versions(draw: st.DrawFn) -> tuple[tuple[Step, ...], DocumentChange | None]:
    policy, before, after = draw(policies()), draw(DOCUMENTS), draw(DOCUMENTS)
    drops = draw(st.none() | st.just(KeptVersion("v1", before, is_default=False)))
    ref = PolicyRef(policy, PolicyKind.MANAGED)
    return (CreateVersion(policy, after, drops),), DocumentChange(ref, before, after, ())


@st.composite
def copies(draw: st.DrawFn) -> tuple[tuple[Step, ...], DocumentChange | None]:
    policy, old, after = draw(policies()), aws(draw(NAMES)), draw(DOCUMENTS)
    holders = draw(st.lists(principals(), max_size=3, unique_by=lambda one: (one.kind, one.name)))
    moves = [step for one in holders for step in (Attach(policy, one), Detach(old, one))]
    change = DocumentChange(PolicyRef(old, PolicyKind.AWS_MANAGED), draw(DOCUMENTS), after, ())
    return (CreatePolicy(policy, after, draw(DESCRIPTIONS)), *moves), change


@st.composite
def taken_away(draw: st.DrawFn) -> tuple[tuple[Step, ...], DocumentChange | None]:
    user, someone = draw(principals("user")), draw(principals())
    steps: tuple[Step, ...] = (
        DeleteInline(someone, draw(NAMES)),
        DeletePolicy(draw(policies())),
        Detach(aws(draw(NAMES)), someone),
        Attach(aws(draw(NAMES)), someone),
        RemoveFromGroup(user, draw(principals("group"))),
        SetKeyStatus(user, 1, NOW, active=False),
        DeletePassword(user),
    )
    return (draw(st.sampled_from(steps)),), None


def subject_of(steps: tuple[Step, ...]) -> object:
    """What a change writes: no two changes of a plan write the same policy."""
    first = steps[0]
    if isinstance(first, PutInline):
        return (first.principal.kind, first.principal.name, first.policy)
    return first.policy.name if isinstance(first, CreatePolicy | CreateVersion) else first


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan of up to five changes."""
    kinds = st.one_of(inline(), versions(), copies(), taken_away())
    drawn = draw(st.lists(kinds, max_size=5, unique_by=lambda one: subject_of(one[0])))
    changes = [
        Change(
            id=f"change-{number}-of-drawn",
            kind=draw(st.sampled_from(ChangeKind)),
            title=draw(TITLES),
            policy=None,
            targets=(),
            principals=(),
            steps=steps,
            preconditions=(),
            inverse=(),
            documents=() if document is None else (document,),
            proof=Proof(ProofMethod.WITHDRAWN, kept=0, removed=0, principals=(), checked=0),
            evidence=(),
            gain=Gain(),
            risk=Risk(1, 90, (), draw(st.booleans()), (draw(TITLES),)),
        )
        for number, (steps, document) in enumerate(drawn)
    ]
    return plan_of(*changes, notes=(draw(TITLES),), complete=draw(st.booleans()))
