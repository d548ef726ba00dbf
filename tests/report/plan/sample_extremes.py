"""Changes that are hard to show: for a crowd, with hostile names, and scattered over a long list."""

import json
from typing import Final

from leastwise.findings import Gain
from leastwise.inventory import PolicyKind
from leastwise.plan import (
    AttachedTo,
    Change,
    ChangeKind,
    CreateVersion,
    InlineIs,
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
    DEVELOPERS,
    clause,
    iam,
    last_accessed,
    reduced,
    risk,
    used,
    whole,
)

__all__ = ["HOSTILE_NAME", "HOSTILE_TEXT", "crowd", "hostile", "scattered"]


def crowd() -> Change:
    """A shared policy that reaches many, for whom a list must be cut."""
    many = tuple(iam(f"role/services/worker-{number:03}") for number in range(240))
    services = [f"service{number:03}" for number in range(60)]
    text = json.dumps({"Statement": {"Effect": "Allow", "Action": [f"{one}:*" for one in services], "Resource": "*"}})
    arn = iam("policy/everyone")
    ref = PolicyRef(arn, PolicyKind.MANAGED)
    document = reduced(
        ref,
        text,
        {0: clause("service000:*")},
        why={0: (tuple(whole(one) for one in services[1:]), (used("service000", many[7], 1, holders=31),), 0)},
    )
    assert document.after is not None
    return Change(
        id="new-version-aabbccddee",
        kind=ChangeKind.NEW_VERSION,
        title="Reduce policy everyone",
        policy=ref,
        targets=(),
        principals=many,
        steps=(CreateVersion(arn, document.after),),
        preconditions=(PolicyIs(arn, "v1", digest_of(text), ("v1",)), AttachedTo(arn, many, exactly=True)),
        inverse=(RestoreVersion(arn, "v1", text),),
        documents=(document,),
        proof=Proof(ProofMethod.COMPARED, kept=40, removed=2_400, principals=many, checked=2),
        evidence=(last_accessed(*many),),
        gain=Gain(59, 2_400, 1_300, 90),
        risk=risk(240),
    )


HOSTILE_NAME: Final = "x|y=</details>,@acme"
HOSTILE_TEXT: Final = """{
  "Statement": [
    {
      "Sid": "Fence",
      "Effect": "Allow",
      "Action": ["sqs:*", "s3:*"],
      "Resource": "arn:aws:s3:::```</details><script>alert(1)</script>",
      "Condition": {"StringEquals": {"aws:PrincipalTag/x": [
"````` ~~~~ [click](https://example.com) \\u202e <!-- \u009b31m\u0085"]}}
    }
  ]
}"""


def hostile() -> Change:
    """Names and a text that mean something where they are shown; IAM does not take all of them, but a file may."""
    role = iam("role/<img src=x>`a`|b\x1b[31m")
    ref = PolicyRef(HOSTILE_NAME, PolicyKind.INLINE, role)
    document = reduced(ref, HOSTILE_TEXT, {0: clause("s3:*")}, why={0: ((whole("sqs"),), (used("s3", role, 3),), 0)})
    assert document.after is not None
    return Change(
        id="edit-inline-b0bb1e0000",
        kind=ChangeKind.EDIT_INLINE,
        title=f"Reduce inline policy {HOSTILE_NAME} of <b>role</b> `x`\n# heading",
        policy=ref,
        targets=(role,),
        principals=(role,),
        steps=(PutInline(role, HOSTILE_NAME, document.after),),
        preconditions=(InlineIs(role, HOSTILE_NAME, digest_of(HOSTILE_TEXT)),),
        inverse=(PutInline(role, HOSTILE_NAME, HOSTILE_TEXT),),
        documents=(document,),
        proof=Proof(ProofMethod.COMPARED, kept=160, removed=20, principals=(role,), checked=2),
        evidence=(last_accessed(role),),
        gain=Gain(1, 20, 12, 2),
        risk=risk(notes="A note with <script>, a | and a `tick`."),
    )


def scattered() -> Change:
    """A group's own policy: services go here and there from a list so long that several hunks change one statement."""
    services = [f"service{number:02}" for number in range(40)]
    gone = [services[number] for number in (3, 20, 21, 37)]
    text = json.dumps(
        {
            "Statement": [
                {"Sid": "Long", "Effect": "Allow", "Action": [f"{one}:*" for one in services], "Resource": "*"}
            ]
        },
        indent=4,
    )
    ref = PolicyRef("long", PolicyKind.INLINE, DEVELOPERS)
    reached = (ALICE, BOB, CAROL)
    document = reduced(
        ref,
        text,
        {0: clause(*(f"{one}:*" for one in services if one not in gone))},
        why={0: (tuple(whole(one) for one in gone), (used("service00", ALICE, 1, holders=2),), 35)},
    )
    assert document.after is not None
    return Change(
        id="edit-inline-5ca77e2ed0",
        kind=ChangeKind.EDIT_INLINE,
        title="Reduce inline policy long of group developers",
        policy=ref,
        targets=(DEVELOPERS,),
        principals=reached,
        steps=(PutInline(DEVELOPERS, "long", document.after),),
        preconditions=(InlineIs(DEVELOPERS, "long", digest_of(text)), MembersAre(DEVELOPERS, reached)),
        inverse=(PutInline(DEVELOPERS, "long", text),),
        documents=(document,),
        proof=Proof(ProofMethod.COMPARED, kept=720, removed=80, principals=reached, checked=2),
        evidence=(last_accessed(ALICE, BOB), last_accessed(CAROL, days=200)),
        gain=Gain(4, 80, 40, 4),
        risk=risk(3, days=200),
    )
