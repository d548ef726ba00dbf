"""Changes that put nothing into an existing policy: copies, detachments, deletions, credentials and quarantine."""

from leastwise.evidence import Granularity, Source
from leastwise.findings import Gain
from leastwise.inventory import PolicyKind
from leastwise.plan import (
    Absent,
    AddToGroup,
    Attach,
    AttachedTo,
    Change,
    ChangeKind,
    CreatePolicy,
    DeletePassword,
    DeletePolicy,
    Detach,
    DocumentChange,
    EvidenceSeen,
    HasPassword,
    InGroup,
    KeptVersion,
    KeyIs,
    PolicyIs,
    PolicyRef,
    Proof,
    ProofMethod,
    RemoveFromGroup,
    RestorePolicy,
    Risk,
    SetKeyStatus,
    StatementChange,
    digest_of,
)
from leastwise.policy import parse_document
from report.plan.sample_edits import CAROL_TEXT
from report.plan.sample_parts import (
    ALICE,
    ANALYSTS,
    BOB,
    DAVE,
    NIGHTLY,
    NOW,
    REPORT,
    ago,
    aws,
    clause,
    iam,
    last_accessed,
    reduced,
    risk,
    unknown,
    used,
    whole,
)

__all__ = [
    "ADMIN",
    "ADMIN_TEXT",
    "COPY",
    "OLD_TEAM",
    "OLD_TEAM_TEXT",
    "QUARANTINE",
    "QUARANTINE_TEXT",
    "QUEUES",
    "deactivate_key",
    "delete_password",
    "delete_policy",
    "detach",
    "leave_group",
    "lift_quarantine",
    "quarantine",
    "replace",
]

ADMIN = aws("AdministratorAccess")
ADMIN_TEXT = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*"
        }
    ]
}"""
COPY = iam("policy/leastwise/AdministratorAccess-nightly")


def replace() -> Change:
    """An AWS-managed policy, and the copy that one role gets in its place."""
    ref = PolicyRef(ADMIN, PolicyKind.AWS_MANAGED)
    document = reduced(
        ref,
        ADMIN_TEXT,
        {0: clause("cloudformation:*", "iam:PassRole", "s3:*", "sts:*")},
        why={
            0: (
                (whole("a4b"), whole("ec2"), whole("iam", "PassRole"), whole("organizations"), whole("sqs")),
                (used("cloudformation", NIGHTLY, 1), used("s3", NIGHTLY, 1), unknown("iam", NIGHTLY)),
                1,
            )
        },
    )
    assert document.after is not None
    return Change(
        id="replace-44e0b7a1c2",
        kind=ChangeKind.REPLACE,
        title="Replace AdministratorAccess by a smaller copy for role ci/nightly-build-and-integration-test",
        policy=ref,
        targets=(NIGHTLY,),
        principals=(NIGHTLY,),
        steps=(
            CreatePolicy(COPY, document.after, "What nightly-build-and-integration-test uses of AdministratorAccess"),
            Attach(COPY, NIGHTLY),
            Detach(ADMIN, NIGHTLY),
        ),
        preconditions=(
            PolicyIs(ADMIN, "v1", digest_of(ADMIN_TEXT), ()),
            AttachedTo(ADMIN, (NIGHTLY,), exactly=False),
            Absent(COPY),
        ),
        inverse=(Attach(ADMIN, NIGHTLY), Detach(COPY, NIGHTLY), DeletePolicy(COPY)),
        documents=(document,),
        proof=Proof(ProofMethod.COMPARED, kept=450, removed=20_604, principals=(NIGHTLY,), checked=2),
        evidence=(last_accessed(NIGHTLY),),
        gain=Gain(410, 20_604, 11_011, 1_402),
        risk=risk(notes="Services that AWS adds to AdministratorAccess later are not in the copy."),
    )


QUEUES = aws("AmazonSQSFullAccess")
QUEUES_TEXT = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["sqs:*"], "Resource": "*"}
  ]
}"""


def detach() -> Change:
    """A managed policy of which one user needs nothing."""
    ref = PolicyRef(QUEUES, PolicyKind.AWS_MANAGED)
    return Change(
        id="detach-18273645aa",
        kind=ChangeKind.DETACH,
        title="Detach AmazonSQSFullAccess from user people/dave",
        policy=ref,
        targets=(DAVE,),
        principals=(DAVE,),
        steps=(Detach(QUEUES, DAVE),),
        preconditions=(AttachedTo(QUEUES, (DAVE,), exactly=False),),
        inverse=(Attach(QUEUES, DAVE),),
        documents=(DocumentChange(ref, QUEUES_TEXT, None, ()),),
        proof=Proof(ProofMethod.WITHDRAWN, kept=0, removed=20, principals=(DAVE,), checked=1),
        evidence=(last_accessed(DAVE),),
        gain=Gain(1, 20, 12, 2),
        risk=risk(),
    )


OLD_TEAM = iam("policy/teams/old-team")
OLD_TEAM_TEXT = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "glue:*", "Resource": "*"},
    {"Effect": "Allow", "Action": "athena:*", "Resource": "*"}
  ]
}"""


def delete_policy() -> Change:
    """A policy that nobody holds."""
    ref = PolicyRef(OLD_TEAM, PolicyKind.MANAGED)
    versions = (KeptVersion("v1", CAROL_TEXT, is_default=False), KeptVersion("v2", OLD_TEAM_TEXT, is_default=True))
    return Change(
        id="delete-policy-e1e2e3e4e5",
        kind=ChangeKind.DELETE_POLICY,
        title="Delete policy teams/old-team, which nobody holds",
        policy=ref,
        targets=(),
        principals=(),
        steps=(DeletePolicy(OLD_TEAM),),
        preconditions=(
            PolicyIs(OLD_TEAM, "v2", digest_of(OLD_TEAM_TEXT), ("v1", "v2")),
            AttachedTo(OLD_TEAM, (), exactly=True),
        ),
        inverse=(RestorePolicy(OLD_TEAM, ago(900), versions),),
        documents=(DocumentChange(ref, OLD_TEAM_TEXT, None, ()),),
        proof=Proof(ProofMethod.WITHDRAWN, kept=0, removed=300, principals=(), checked=2),
        evidence=(),
        gain=Gain(),
        risk=risk(0, days=None),
    )


def leave_group() -> Change:
    """A user who needs nothing of a group."""
    return Change(
        id="leave-group-77aa88bb99",
        kind=ChangeKind.LEAVE_GROUP,
        title="Take user people/dave out of group analysts",
        policy=None,
        targets=(DAVE,),
        principals=(DAVE,),
        steps=(RemoveFromGroup(DAVE, ANALYSTS),),
        preconditions=(InGroup(DAVE, ANALYSTS),),
        inverse=(AddToGroup(DAVE, ANALYSTS),),
        documents=(),
        proof=Proof(ProofMethod.WITHDRAWN, kept=0, removed=310, principals=(DAVE,), checked=4),
        evidence=(last_accessed(DAVE),),
        gain=Gain(3, 310, 150, 0),
        risk=risk(),
    )


def deactivate_key() -> Change:
    """A key that nobody used for long."""
    made = ago(800)
    return Change(
        id="deactivate-key-0badc0de01",
        kind=ChangeKind.DEACTIVATE_KEY,
        title="Deactivate access key 2 of user alice",
        policy=None,
        targets=(ALICE,),
        principals=(ALICE,),
        steps=(SetKeyStatus(ALICE, 2, made, active=False),),
        preconditions=(KeyIs(ALICE, 2, made, ago(210)),),
        inverse=(SetKeyStatus(ALICE, 2, made, active=True),),
        documents=(),
        proof=Proof(ProofMethod.NO_PERMISSION, kept=0, removed=0, principals=(ALICE,), checked=0),
        evidence=(EvidenceSeen(Source.CREDENTIAL_REPORT, Granularity.PRINCIPAL, made, NOW, (ALICE,)),),
        gain=Gain(),
        risk=risk(days=800),
    )


def delete_password() -> Change:
    """A password that was never used: it cannot be put back."""
    return Change(
        id="delete-password-fedcba9876",
        kind=ChangeKind.DELETE_PASSWORD,
        title="Delete the password of user people/bob",
        policy=None,
        targets=(BOB,),
        principals=(BOB,),
        steps=(DeletePassword(BOB),),
        preconditions=(HasPassword(BOB, None),),
        inverse=(),
        documents=(),
        proof=Proof(ProofMethod.NO_PERMISSION, kept=0, removed=0, principals=(BOB,), checked=0),
        evidence=(EvidenceSeen(Source.CREDENTIAL_REPORT, Granularity.PRINCIPAL, ago(1500), NOW, (BOB,)),),
        gain=Gain(),
        risk=risk(days=1500, is_reversible=False),
    )


QUARANTINE = iam("policy/leastwise/quarantine-quarterly-report")
QUARANTINE_TEXT = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "LeastwiseQuarantine",
            "Effect": "Deny",
            "Action": [
                "redshift:*",
                "ses:*"
            ],
            "Resource": "*"
        }
    ]
}"""


def quarantine() -> Change:
    """A Deny of what a role does not use."""
    gone = (whole("redshift", used=310), whole("ses"))
    statement = parse_document(QUARANTINE_TEXT).statements[0]
    text = parse_document(QUARANTINE_TEXT).quote(statement)
    changed = StatementChange(0, statement.sid, "", text, gone, (), 0)
    return Change(
        id="quarantine-13579bdf02",
        kind=ChangeKind.QUARANTINE,
        title="Deny role legacy/quarterly-report what it does not use",
        policy=None,
        targets=(REPORT,),
        principals=(REPORT,),
        steps=(
            CreatePolicy(QUARANTINE, QUARANTINE_TEXT, "What quarterly-report does not use, denied by leastwise"),
            Attach(QUARANTINE, REPORT),
        ),
        preconditions=(Absent(QUARANTINE),),
        inverse=(Detach(QUARANTINE, REPORT), DeletePolicy(QUARANTINE)),
        documents=(DocumentChange(PolicyRef(QUARANTINE, PolicyKind.MANAGED), None, QUARANTINE_TEXT, (changed,)),),
        proof=Proof(ProofMethod.DENIED, kept=230, removed=190, principals=(REPORT,), checked=1),
        evidence=(
            last_accessed(REPORT),
            EvidenceSeen(Source.ROLE_LAST_USED, Granularity.PRINCIPAL, ago(400), NOW, (REPORT,)),
        ),
        gain=Gain(2, 190, 101, 4),
        risk=risk(1, "redshift"),
    )


LIFTED = iam("policy/leastwise/leastwise-quarantine-role-quarterly-report")


def lift_quarantine() -> Change:
    """A quarantine that is lifted, so that what other policies grant is granted again."""
    ref = PolicyRef(LIFTED, PolicyKind.MANAGED)
    return Change(
        id="lift-quarantine-2468ace013",
        kind=ChangeKind.LIFT_QUARANTINE,
        title="The quarantine of role quarterly-report is lifted: 190 actions are granted again",
        policy=ref,
        targets=(REPORT,),
        principals=(REPORT,),
        steps=(Detach(LIFTED, REPORT), DeletePolicy(LIFTED)),
        preconditions=(
            PolicyIs(LIFTED, "v1", digest_of(QUARANTINE_TEXT), ("v1",)),
            AttachedTo(LIFTED, (REPORT,), exactly=True),
        ),
        inverse=(
            RestorePolicy(LIFTED, ago(40), (KeptVersion("v1", QUARANTINE_TEXT, is_default=True),)),
            Attach(LIFTED, REPORT),
        ),
        documents=(DocumentChange(ref, QUARANTINE_TEXT, None, ()),),
        proof=Proof(ProofMethod.RESTORED, kept=0, removed=0, principals=(REPORT,), checked=1),
        evidence=(),
        gain=Gain(),
        risk=Risk(shared_by=1, window_days=None, stale=(), is_reversible=True, notes=()),
    )
