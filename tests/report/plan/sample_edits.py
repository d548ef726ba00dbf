"""Changes of policies in place: two inline ones, one that goes, and one that many share."""

import json

from leastwise.findings import Gain
from leastwise.inventory import PolicyKind
from leastwise.plan import (
    AttachedTo,
    Change,
    ChangeKind,
    CreateVersion,
    DeleteInline,
    InlineIs,
    KeptVersion,
    MembersAre,
    PolicyIs,
    PolicyRef,
    Proof,
    ProofMethod,
    PutInline,
    RestoreVersion,
    digest_of,
)
from report.plan.sample_parts import (
    ALICE,
    BOB,
    CAROL,
    DEPLOY,
    DEVELOPERS,
    NIGHTLY,
    WEB,
    clause,
    iam,
    last_accessed,
    reduced,
    removed,
    risk,
    some,
    unknown,
    used,
    whole,
)

__all__ = [
    "CAROL_TEXT",
    "MINIFIED",
    "TEAM_BASE",
    "TEAM_TEXT",
    "WEB_TEXT",
    "delete_inline",
    "edit_inline",
    "edit_minified",
    "new_version",
]

WEB_TEXT = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AppData",
      "Effect": "Allow",
      "Action": [
        "s3:*",
        "sqs:*",
        "iam:PassRole",
        "dynamodb:GetItem",
        "dynamodb:PutItem"
      ],
      "Resource": "*"
    },
    {
      "Sid": "NeverTheAuditBucket",
      "Effect": "Deny",
      "Action": "s3:*",
      "Resource": [
        "arn:aws:s3:::acme-audit",
        "arn:aws:s3:::acme-audit/*"
      ]
    },
    {
      "Sid": "Logs",
      "Effect": "Allow",
      "Action": [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents"
      ],
      "Resource": "*"
    },
    {
      "Sid": "Experiments",
      "Effect": "Allow",
      "Action": "sagemaker:*",
      "Resource": "*"
    }
  ]
}"""


def edit_inline() -> Change:
    """A role's own policy, of which something goes from two statements, one of them whole."""
    ref = PolicyRef("web-app", PolicyKind.INLINE, WEB)
    document = reduced(
        ref,
        WEB_TEXT,
        {
            0: clause("s3:*", "iam:PassRole", "dynamodb:GetItem"),
            3: None,
        },
        why={
            0: (
                (some("dynamodb", "PutItem", used=210), whole("sqs")),
                (used("dynamodb", WEB, 12), used("s3", WEB, 4), unknown("iam", WEB)),
                0,
            ),
            3: ((whole("sagemaker"),), (), 0),
        },
    )
    assert document.after is not None
    return Change(
        id="edit-inline-7b21c09d4e",
        kind=ChangeKind.EDIT_INLINE,
        title="Reduce inline policy web-app of role web",
        policy=ref,
        targets=(WEB,),
        principals=(WEB,),
        steps=(PutInline(WEB, "web-app", document.after),),
        preconditions=(InlineIs(WEB, "web-app", digest_of(WEB_TEXT)),),
        inverse=(PutInline(WEB, "web-app", WEB_TEXT),),
        documents=(document,),
        proof=Proof(ProofMethod.COMPARED, kept=162, removed=421, principals=(WEB,), checked=7),
        evidence=(last_accessed(WEB),),
        gain=Gain(2, 421, 260, 3),
        risk=risk(1, "dynamodb:PutItem"),
    )


MINIFIED = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["ec2:*", "ecr:*", "sqs:*", "s3:*", "cloudformation:*", "quicksight:*", "kinesis:Get*"],
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}},
            },
            {"Effect": "Deny", "Action": ["ec2:TerminateInstances"], "Resource": "*"},
            {"Sid": "Batch", "Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"},
        ],
    },
    separators=(",", ":"),
)


def edit_minified() -> Change:
    """A policy that is one long line; a NotAction gets more services."""
    ref = PolicyRef("deploy", PolicyKind.INLINE, DEPLOY)
    document = reduced(
        ref,
        MINIFIED,
        {
            0: clause("ec2:*", "ecr:*", "s3:*", "cloudformation:*"),
            2: clause("iam:*", "organizations:*", "quicksight:*", "sqs:*", negated=True),
        },
        why={
            0: (
                (some("kinesis", "GetRecords", "GetShardIterator"), whole("quicksight"), whole("sqs")),
                (used("cloudformation", DEPLOY, 1), used("ec2", DEPLOY, 2), used("ecr", DEPLOY, 2)),
                1,
            ),
            2: ((whole("quicksight"), whole("sqs")), (used("cloudformation", DEPLOY, 1),), 311),
        },
    )
    assert document.after is not None
    return Change(
        id="edit-inline-0c93be4411",
        kind=ChangeKind.EDIT_INLINE,
        title="Reduce inline policy deploy of role ci/deploy",
        policy=ref,
        targets=(DEPLOY,),
        principals=(DEPLOY,),
        steps=(PutInline(DEPLOY, "deploy", document.after),),
        preconditions=(InlineIs(DEPLOY, "deploy", digest_of(MINIFIED)),),
        inverse=(PutInline(DEPLOY, "deploy", MINIFIED),),
        documents=(document,),
        proof=Proof(ProofMethod.COMPARED, kept=18_204, removed=251, principals=(DEPLOY,), checked=6),
        evidence=(last_accessed(DEPLOY),),
        gain=Gain(2, 251, 140, 12),
        risk=risk(),
    )


CAROL_TEXT = '{"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}'


def delete_inline() -> Change:
    """An inline policy of which nothing is used."""
    ref = PolicyRef("old-queue", PolicyKind.INLINE, CAROL)
    return Change(
        id="delete-inline-5d5e6f7a8b",
        kind=ChangeKind.DELETE_INLINE,
        title="Delete inline policy old-queue of user people/carol",
        policy=ref,
        targets=(CAROL,),
        principals=(CAROL,),
        steps=(DeleteInline(CAROL, "old-queue"),),
        preconditions=(InlineIs(CAROL, "old-queue", digest_of(CAROL_TEXT)),),
        inverse=(PutInline(CAROL, "old-queue", CAROL_TEXT),),
        documents=(removed(ref, CAROL_TEXT, why={0: ((whole("sqs", used=300),), (), 0)}),),
        proof=Proof(ProofMethod.WITHDRAWN, kept=0, removed=20, principals=(CAROL,), checked=1),
        evidence=(last_accessed(CAROL),),
        gain=Gain(1, 20, 12, 2),
        risk=risk(1, "sqs"),
    )


TEAM_BASE = iam("policy/teams/team-base")
TEAM_TEXT = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Everyday",
            "Effect": "Allow",
            "Action": [
                "codecommit:*",
                "codepipeline:*",
                "s3:*",
                "ec2:*"
            ],
            "Resource": "*"
        },
        {
            "Sid": "KeepTheDoorOpen",
            "Effect": "Allow",
            "Action": "support:*",
            "Resource": "*"
        }
    ]
}"""


def new_version() -> Change:
    """A shared policy: what one holder uses stays for all of them."""
    ref = PolicyRef(TEAM_BASE, PolicyKind.MANAGED)
    reached = (DEPLOY, NIGHTLY, ALICE, BOB, CAROL)
    document = reduced(
        ref,
        TEAM_TEXT,
        {0: clause("s3:*", "ec2:Describe*", "ec2:RunInstances", "ec2:CreateTags")},
        why={
            0: (
                (
                    whole("codecommit"),
                    whole("codepipeline"),
                    some("ec2", "StartInstances", "StopInstances", "TerminateInstances"),
                ),
                (used("ec2", DEPLOY, 1, holders=2), used("s3", ALICE, 0, holders=4)),
                0,
            )
        },
    )
    assert document.after is not None
    old = KeptVersion("v2", '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}', is_default=False)
    return Change(
        id="new-version-91aa02cd3f",
        kind=ChangeKind.NEW_VERSION,
        title="Reduce policy teams/team-base",
        policy=ref,
        targets=(),
        principals=reached,
        steps=(CreateVersion(TEAM_BASE, document.after, old),),
        preconditions=(
            PolicyIs(TEAM_BASE, "v6", digest_of(TEAM_TEXT), ("v2", "v3", "v4", "v5", "v6")),
            AttachedTo(TEAM_BASE, (DEVELOPERS, DEPLOY, NIGHTLY), exactly=True),
            MembersAre(DEVELOPERS, (ALICE, BOB, CAROL)),
        ),
        inverse=(RestoreVersion(TEAM_BASE, "v6", TEAM_TEXT, old),),
        documents=(document,),
        proof=Proof(ProofMethod.COMPARED, kept=480, removed=640, principals=reached, checked=3),
        evidence=(last_accessed(*reached),),
        gain=Gain(2, 640, 410, 1),
        risk=risk(5),
    )
