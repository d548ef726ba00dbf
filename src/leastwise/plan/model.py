"""The plan: every change with its steps, what must be so before, how it is undone, its proof and what it rests on.

These types are the plan file, `leastwise/plan/1`: fields stand in the order in which they are written.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from msgspec import Struct

from leastwise.evidence import Granularity, Source
from leastwise.findings import Gain, Verdict
from leastwise.inventory import Account, PolicyKind
from leastwise.plan.preconditions import Precondition
from leastwise.plan.steps import Step
from leastwise.policy import Arn

__all__ = [
    "NOTHING_DECIDED",
    "SCHEMA",
    "Change",
    "ChangeKind",
    "DocumentChange",
    "EvidenceSeen",
    "Gone",
    "Left",
    "Obstacle",
    "Parameters",
    "Plan",
    "PlanAccount",
    "PolicyRef",
    "Proof",
    "ProofMethod",
    "Risk",
    "Seen",
    "StatementChange",
]

SCHEMA: Final = "leastwise/plan/1"


class ChangeKind(StrEnum):
    """What kind of change."""

    EDIT_INLINE = "edit-inline"
    """An inline policy gets a smaller document."""
    DELETE_INLINE = "delete-inline"
    """An inline policy of which nothing would be left goes."""
    NEW_VERSION = "new-version"
    """A customer-managed policy gets a new default version, for all who hold it."""
    REPLACE = "replace"
    """A managed policy is detached, and a smaller customer-managed copy attached in its place."""
    DETACH = "detach"
    """A managed policy is detached from one principal, who needs nothing of it."""
    DELETE_POLICY = "delete-policy"
    """A customer-managed policy that nobody holds is deleted."""
    LEAVE_GROUP = "leave-group"
    """A user who needs nothing that a group grants leaves it."""
    DEACTIVATE_KEY = "deactivate-key"
    """An access key that nobody used is deactivated."""
    DELETE_PASSWORD = "delete-password"  # noqa: S105 - the name of a kind
    """A password that nobody used is deleted: the one change that cannot be undone."""
    QUARANTINE = "quarantine"
    """What a principal does not use is denied, by a policy of its own that one detach undoes; all else stays."""
    LIFT_QUARANTINE = "lift-quarantine"
    """A quarantine goes: what it denied is denied by it no more."""


class PolicyRef(Struct, frozen=True, order=True):
    """Which policy."""

    policy: str
    """The ARN of a managed policy, or the name of an inline one."""
    kind: PolicyKind
    """Where it lives."""
    owner: Arn | None = None
    """The principal that an inline policy lives in; None for a managed one."""


class Gone(Struct, frozen=True):
    """A service of which something goes from a statement."""

    service: str
    """Its namespace."""
    actions: tuple[str, ...]
    """Names of the actions that go; empty where the service goes whole, but for what `kept` names."""
    kept: tuple[str, ...]
    """Names of its actions that stay although the service as a whole was never accessed: no report would show them."""
    verdict: Verdict
    """`unused`, or `stale` where some holder used some of it, longer ago than the days."""
    last_used_at: datetime | None
    """The latest use by any holder; None if there was none that any source saw."""


class Seen(Struct, frozen=True):
    """A service of a statement that stays because someone uses it, or because it is not known that nobody does."""

    service: str
    """Its namespace."""
    verdict: Verdict
    """`used`, `stale` or `unknown`: the one that keeps it."""
    principal: Arn
    """The holder who used it last; of those who never did, one of whom it is not known."""
    last_used_at: datetime | None
    """When; None where no use is known."""
    holders: int
    """How many of the principals that the policy reaches used it within the days."""


class StatementChange(Struct, frozen=True):
    """What becomes of one statement, and why."""

    index: int
    """Its place in the document as it is now, from 0."""
    sid: str | None
    """Its Sid; None if it has none."""
    before: str
    """The statement as it stands, to the character."""
    after: str | None
    """The statement as it will stand; None where it goes."""
    gone: tuple[Gone, ...]
    """What goes, by service."""
    seen: tuple[Seen, ...]
    """What stays, by service; the first few of many, those in use first."""
    more_seen: int
    """How many services stay besides."""


class DocumentChange(Struct, frozen=True):
    """A policy's text before and after."""

    policy: PolicyRef
    """Which policy; for a copy that is yet to be made, the one that it is a copy of."""
    before: str | None
    """The text as it is, to the character; None for a document that is new."""
    after: str | None
    """The text that will be sent; None where the document goes."""
    statements: tuple[StatementChange, ...]
    """The statements that change, in order."""


class ProofMethod(StrEnum):
    """How it was shown that nothing is granted that was not granted before."""

    COMPARED = "compared"
    """The text that is to be sent was compared with the live one, on the languages of their patterns: it grants no
    more, for actions that AWS has not invented yet, too."""
    WITHDRAWN = "withdrawn"
    """Grants are taken away and nothing is put in their place; no Deny is among what goes."""
    DENIED = "denied"
    """Only a Deny is added."""
    NEEDLESS = "needless"
    """Only a Deny goes, and no other policy that its holders have allows anything of what it denies."""
    RESTORED = "restored"
    """Only a Deny goes, and lifting gives back what other policies grant, and no more than they do. This is the one
    method by which something can be granted that is not granted now."""
    NO_PERMISSION = "no-permission"
    """It changes who may come in, and no permission."""


class Proof(Struct, frozen=True):
    """What was shown of a change, from the text that would be sent."""

    method: ProofMethod
    """How the first half was shown: before ⊇ after."""
    kept: int
    """How many known actions the documents still grant."""
    removed: int
    """How many known actions they grant no more, or not in every statement that granted them."""
    principals: tuple[Arn, ...]
    """For whom the second half was shown, each alone: the documents still grant all that is used, unknown or
    protected. All whom the change reaches, sorted."""
    checked: int
    """How many statements before and after were compared for it."""


class EvidenceSeen(Struct, frozen=True, order=True):
    """A source that was looked at, over which window, and for whom."""

    source: Source
    """Who saw it."""
    granularity: Granularity
    """How fine it looked."""
    window_start: datetime
    """From when on it would have seen a use."""
    window_end: datetime
    """Until when."""
    principals: tuple[Arn, ...]
    """Whose use it tells of, sorted."""


class Risk(Struct, frozen=True):
    """What whoever decides should know."""

    shared_by: int
    """How many users and roles the change reaches."""
    window_days: int | None
    """How many days back the shortest window looks on which it rests; None where it rests on none."""
    stale: tuple[str, ...]
    """What goes although it was once used: `sqs`, or `s3:GetBucketAcl`; sorted."""
    is_reversible: bool
    """Whether it can be put back as it was."""
    notes: tuple[str, ...]
    """What else to know, a sentence each."""


class Change(Struct, frozen=True):
    """One change: it is made whole, or not at all."""

    id: str
    """Stable from plan to plan of the same account and matter, at most 64 characters."""
    kind: ChangeKind
    """What kind."""
    title: str
    """One line."""
    policy: PolicyRef | None
    """The policy that it is about, or that is made for a quarantine; None for memberships, keys and passwords."""
    targets: tuple[Arn, ...]
    """The principals whose attachments, inline policies, membership or credentials change, sorted; empty where only a
    managed policy itself does."""
    principals: tuple[Arn, ...]
    """The users and roles whom it reaches, sorted."""
    steps: tuple[Step, ...]
    """What is done, in this order."""
    preconditions: tuple[Precondition, ...]
    """What must still be so."""
    inverse: tuple[Step, ...]
    """What undoes it, in this order; empty where nothing can."""
    documents: tuple[DocumentChange, ...]
    """The texts that change."""
    proof: Proof
    """What was shown."""
    evidence: tuple[EvidenceSeen, ...]
    """On what it rests."""
    gain: Gain
    """What goes, each action counted once however many hold it."""
    risk: Risk
    """What to know before."""


class Obstacle(StrEnum):
    """Why a policy is left as it is although something might go."""

    BOUNDARY = "boundary"
    """It is the permissions boundary of someone, whom it limits without granting anything."""
    UNREADABLE = "unreadable"
    """What it says could not be read."""
    NO_HOLDER = "no-holder"
    """It reaches no user and no role, so that there is nobody whose use could be seen."""
    MISSING_EVIDENCE = "missing-evidence"
    """Evidence on someone whom it reaches could not be had."""
    NOT_EDITABLE = "not-editable"
    """It reaches a role that only AWS can change."""
    BREAK_GLASS = "break-glass"
    """It reaches a principal that the settings keep for emergencies."""
    NOT_SELECTED = "not-selected"
    """It reaches a principal that was not to be looked at."""
    TOO_YOUNG = "too-young"
    """It, or a principal that it reaches, is younger than was asked for."""
    TOO_LONG = "too-long"
    """Even with services given back whole, it would not fit its quota."""
    UNPROVED = "unproved"
    """It could not be decided whether the smaller document grants no more than before."""
    NOT_QUARANTINED = "not-quarantined"
    """It reaches a principal without a quarantine that is old enough."""
    NO_ROOM = "no-room"
    """A principal has as many managed policies attached as its quota allows."""


class Left(Struct, frozen=True, order=True):
    """A policy that is left as it is, although something of it might go."""

    policy: PolicyRef
    """Which policy."""
    obstacle: Obstacle
    """Why."""
    detail: str = ""
    """What exactly, where there is more to say."""


class PlanAccount(Struct, frozen=True):
    """The account that a plan is for."""

    id: str
    """Its id."""
    alias: str | None
    """Its alias; None if it has none, or it could not be read."""
    partition: str
    """`aws`, `aws-cn`, `aws-us-gov`."""

    @classmethod
    def of(cls, account: Account) -> Self:
        """The account that was scanned, as a plan names it."""
        return cls(account.id, account.alias, account.partition)


class Parameters(Struct, frozen=True):
    """What a person decided."""

    unused_days: int
    """For how many days something must not have been used to go."""
    min_age_days: int
    """How old a principal or policy must be to be changed."""
    services_only: bool
    """Whether only whole services go."""
    include_stale: bool
    """Whether what was used, but not within the days, goes too."""
    keep: tuple[str, ...]
    """Patterns of actions that never go."""
    kept_sids: str
    """How the Sid of a statement begins that is left alone; empty for none."""
    aws_managed: bool
    """Whether AWS-managed policies are replaced by smaller copies."""
    split_shared: bool
    """Whether the holders of a shared policy get copies of their own."""
    strategy: str
    """`preserve` or `minimal`: how what stays is written."""
    quarantine: bool
    """Whether what goes is denied first, and nothing else is changed."""
    promote_after_days: int | None
    """For how many days a quarantine must have been there for what it denies to go, and nothing else; None where a plan
    is not about quarantines that are there."""
    passwords: bool
    """Whether unused passwords are deleted, which cannot be undone."""
    principals: tuple[str, ...]
    """Patterns of principals that were looked at; empty for all."""
    exclude: tuple[str, ...]
    """Patterns of principals that were left out."""
    services: tuple[str, ...]
    """The services of which something may go; empty for all."""
    break_glass: tuple[str, ...]
    """Patterns of principals that the settings keep for emergencies."""


NOTHING_DECIDED: Final = Parameters(
    unused_days=0,
    min_age_days=0,
    services_only=False,
    include_stale=False,
    keep=(),
    kept_sids="",
    aws_managed=False,
    split_shared=False,
    strategy="preserve",
    quarantine=False,
    promote_after_days=None,
    passwords=False,
    principals=(),
    exclude=(),
    services=(),
    break_glass=(),
)
"""The parameters of a plan for which a person chose nothing but what it is about."""


class Plan(Struct, frozen=True):
    """The changes of one account, from one scan."""

    schema: str
    """`leastwise/plan/1`."""
    version: str
    """The version of leastwise that made it."""
    account: PlanAccount
    """Which account."""
    scanned_at: datetime
    """When the scan was made that it comes from; a plan has no other time."""
    complete: bool
    """Whether the scan had all the evidence that it asked for; what could not be had is unknown, and stays."""
    parameters: Parameters
    """What a person decided."""
    changes: tuple[Change, ...]
    """In the order in which they are to be made."""
    left: tuple[Left, ...]
    """Policies that are left as they are although something might go, and why."""
    notes: tuple[str, ...]
    """What the reader must know besides."""
    digest: str = ""
    """`digest_of` the plan without its digest; tells whether it was edited."""

    @property
    def touched(self) -> frozenset[Arn]:
        """Whatever a change is made to, and the users and roles that it reaches."""
        return frozenset(arn for change in self.changes for arn in (*change.targets, *change.principals))
