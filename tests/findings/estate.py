"""Accounts written as an IAM expert would tell of them: who, since when, granted what, seen doing what.

Days count back from NOW. What is granted is one inline policy `own` of one Allow statement, and managed policies by
name; a report lists services with the day of their last use, or none for never.
"""

import json
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from leastwise.catalog import load_catalog
from leastwise.evidence import (
    ActionUse,
    CredentialUse,
    Evidence,
    Gap,
    GapReason,
    KeyUse,
    PasswordUse,
    ServiceUse,
    Source,
    Usage,
    Window,
    evidence_of,
    merge,
    report_usage,
    role_uses,
)
from leastwise.findings import (
    ActionVerdict,
    Judgement,
    Parameters,
    PolicyJudgement,
    PrincipalJudgement,
    ServiceVerdict,
    judge,
)
from leastwise.inventory import (
    Account,
    Attachment,
    GrantIndex,
    Group,
    InlinePolicy,
    ManagedPolicy,
    PolicyText,
    PolicyVersion,
    Role,
    RoleLastUsed,
    Snapshot,
    Tag,
    User,
)
from leastwise.policy import AccountId, Arn, parse_document
from leastwise.settings import Settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
CATALOG = load_catalog()


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a report."""

    used: float | None = None
    """Days since its last use; never without."""
    tracked: tuple[str, ...] | None = None
    """Actions that are tracked and were not used."""
    did: dict[str, float] = {}
    """Actions that were used: days since the last time."""


class Report(Struct, frozen=True, forbid_unknown_fields=True):
    """A finished last-accessed report."""

    services: dict[str, Service] = {}
    """Its rows."""
    age: float = 0
    """Days since it was made."""
    complete: bool = True
    """Whether no page of it is missing."""


class Password(Struct, frozen=True, forbid_unknown_fields=True):
    """A console password."""

    age: float = 1000
    """Days since it was set."""
    used: float | None = None
    """Days since the last sign-in; never without."""
    used_known: bool = True
    """False for `no_information`."""


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """An access key."""

    number: int = 1
    """1 or 2."""
    age: float = 1000
    """Days since it was made."""
    used: float | None = None
    """Days since its last use; never without."""
    active: bool = True
    """Whether it can be used."""


class Principal(Struct, frozen=True, forbid_unknown_fields=True):
    """A user, role or group."""

    age: float = 1000
    """Days since it was made."""
    path: str = "/"
    """Its path."""
    allow: tuple[str, ...] = ()
    """Actions of its inline policy `own`; none for no such policy."""
    deny: tuple[str, ...] = ()
    """Actions that its inline policy denies in a statement of its own."""
    attached: tuple[str, ...] = ()
    """Names of its managed policies."""
    groups: tuple[str, ...] = ()
    """Names of a user's groups."""
    boundary: str | None = None
    """Name of the policy that is its boundary."""
    tags: dict[str, str] = {}
    """Its tags."""
    last_used: float | None = None
    """A role's RoleLastUsed, in days; empty without."""
    report: Report | None = None
    """Its report; none without."""
    gap: GapReason | None = None
    """Why there is no report."""
    password: Password | None = None
    """A user's password."""
    keys: tuple[Key, ...] = ()
    """A user's keys."""
    in_credential_report: bool = True
    """Whether there is a credential report on a user."""


class Version(Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a managed policy."""

    age: float
    """Days since it was made."""
    allow: tuple[str, ...]
    """What it grants."""


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """A managed policy; the last version is the one in force."""

    age: float = 1000
    """Days since it was made."""
    allow: tuple[str, ...] = ("s3:*",)
    """What its one version grants, unless versions are given."""
    versions: tuple[Version, ...] = ()
    """Its versions, oldest first."""
    aws: bool = False
    """Whether AWS owns it."""
    attachments_elsewhere: int = 0
    """How often AWS says that it is attached beyond what the snapshot shows."""
    report: Report | None = None
    """Its own report; none without."""


class Estate(Struct, frozen=True, forbid_unknown_fields=True):
    """An account."""

    roles: dict[str, Principal] = {}
    users: dict[str, Principal] = {}
    groups: dict[str, Principal] = {}
    policies: dict[str, Policy] = {}
    stale_after_days: int = 90

    def arn(self, resource: str) -> Arn:
        """The ARN of `role/ci`, `user/ana`, `group/dev` or `policy/p`, its path included."""
        kind, _, name = resource.partition("/")
        if kind == "policy":
            owner = "aws" if self.policies[name].aws else ACCOUNT
            return Arn(f"arn:aws:iam::{owner}:policy/{name}")
        return Arn(f"arn:aws:iam::{ACCOUNT}:{kind}{self._principals(kind)[name].path}{name}")

    def _principals(self, kind: str) -> dict[str, Principal]:
        return {"role": self.roles, "user": self.users, "group": self.groups}[kind]

    def snapshot(self) -> Snapshot:
        """What AWS would list."""
        return Snapshot(
            Account(AccountId(ACCOUNT), "aws"),
            NOW,
            users=tuple(self._user(name, user) for name, user in sorted(self.users.items())),
            roles=tuple(self._role(name, role) for name, role in sorted(self.roles.items())),
            groups=tuple(self._group(name, group) for name, group in sorted(self.groups.items())),
            policies=tuple(self._policy(name, policy) for name, policy in sorted(self.policies.items())),
        )

    def _user(self, name: str, user: Principal) -> User:
        return User(
            self.arn(f"user/{name}"),
            name,
            f"AIDA{name.upper()}",
            user.path,
            ago(user.age),
            inline=_inline(user),
            attached=self._attached(user),
            groups=user.groups,
            boundary=self.arn(f"policy/{user.boundary}") if user.boundary else None,
            tags=tuple(Tag(key, value) for key, value in sorted(user.tags.items())),
        )

    def _role(self, name: str, role: Principal) -> Role:
        return Role(
            self.arn(f"role/{name}"),
            name,
            f"AROA{name.upper()}",
            role.path,
            ago(role.age),
            trust=PolicyText("{}", None),
            last_used=None if role.last_used is None else RoleLastUsed(ago(role.last_used), "eu-west-1"),
            inline=_inline(role),
            attached=self._attached(role),
            boundary=self.arn(f"policy/{role.boundary}") if role.boundary else None,
            tags=tuple(Tag(key, value) for key, value in sorted(role.tags.items())),
        )

    def _group(self, name: str, group: Principal) -> Group:
        return Group(
            self.arn(f"group/{name}"),
            name,
            f"AGPA{name.upper()}",
            group.path,
            ago(group.age),
            inline=_inline(group),
            attached=self._attached(group),
        )

    def _attached(self, principal: Principal) -> tuple[Attachment, ...]:
        return tuple(Attachment(self.arn(f"policy/{name}"), name) for name in principal.attached)

    def _policy(self, name: str, policy: Policy) -> ManagedPolicy:
        versions = policy.versions or (Version(policy.age, policy.allow),)
        made = tuple(
            PolicyVersion(f"v{number}", ago(version.age), number == len(versions), text_of(version.allow))
            for number, version in enumerate(versions, start=1)
        )
        return ManagedPolicy(
            self.arn(f"policy/{name}"),
            name,
            f"ANPA{name.upper()}",
            "/",
            ago(policy.age),
            updated_at=made[-1].created_at,
            versions=made,
            attachment_count=policy.attachments_elsewhere,
        )

    def evidence(self) -> Evidence:
        """What the sources would say."""
        principals = [
            (self.arn(f"{kind}/{name}"), principal)
            for kind in ("role", "user", "group")
            for name, principal in self._principals(kind).items()
        ]
        reported = [(arn, one.report) for arn, one in principals]
        reported += [(self.arn(f"policy/{name}"), policy.report) for name, policy in self.policies.items()]
        seen = evidence_of(
            [_usage(arn, report) for arn, report in reported if report is not None],
            credentials=[
                _credential(self.arn(f"user/{name}"), user)
                for name, user in self.users.items()
                if user.in_credential_report
            ],
            gaps=[Gap(arn, Source.LAST_ACCESSED, one.gap) for arn, one in principals if one.gap],
        )
        return merge(seen, evidence_of(principals=role_uses(self.snapshot())))

    def judged(self, settings: Settings | None = None) -> Judgement:
        """The account, judged now."""
        return judged(self.snapshot(), self.evidence(), days=self.stale_after_days, settings=settings)

    def principal(self, resource: str) -> PrincipalJudgement:
        """The judgement of one principal."""
        arn = self.arn(resource)
        return next(one for one in self.judged().principals if one.principal.arn == arn)

    def policy(self, name: str) -> PolicyJudgement:
        """The judgement of one policy."""
        arn = self.arn(f"policy/{name}")
        return next(one for one in self.judged().policies if one.policy.arn == arn)


def judged(
    snapshot: Snapshot, evidence: Evidence, *, days: int = 90, settings: Settings | None = None, now: datetime = NOW
) -> Judgement:
    """The judgement of a snapshot and its evidence."""
    return judge(
        snapshot,
        evidence,
        grants=GrantIndex(CATALOG, snapshot),
        parameters=Parameters(now, days),
        catalog=CATALOG,
        settings=settings or Settings(),
    )


def service(judgement: PrincipalJudgement | PolicyJudgement, namespace: str) -> ServiceVerdict:
    """The verdict on one service."""
    return next(one for one in judgement.services if one.namespace == namespace)


def action(judgement: PrincipalJudgement | PolicyJudgement, namespace: str, name: str) -> ActionVerdict:
    """The verdict on one action."""
    return next(one for one in service(judgement, namespace).actions if one.name == name)


def ago(days: float) -> datetime:
    """So many days before NOW."""
    return NOW - timedelta(days=days)


def text_of(allow: tuple[str, ...], deny: tuple[str, ...] = ()) -> PolicyText:
    """A document of one Allow statement, and of one Deny statement where something is denied."""
    statements = [{"Effect": "Allow", "Action": list(allow), "Resource": "*"}] if allow else []
    statements += [{"Effect": "Deny", "Action": list(deny), "Resource": "*"}] if deny else []
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return PolicyText(text, parse_document(text))


def _inline(principal: Principal) -> tuple[InlinePolicy, ...]:
    is_there = principal.allow or principal.deny
    return (InlinePolicy("own", text_of(principal.allow, principal.deny)),) if is_there else ()


def _usage(subject: Arn, report: Report) -> Usage:
    rows = [_row(namespace, row) for namespace, row in report.services.items()]
    return report_usage(subject, rows, generated_at=ago(report.age), is_complete=report.complete)


def _row(namespace: str, row: Service) -> ServiceUse:
    tracked = None if row.tracked is None and not row.did else (*(row.tracked or ()), *row.did)
    used_at = [days for days in (row.used, *row.did.values()) if days is not None]
    known = CATALOG.service(namespace)
    return ServiceUse(
        namespace,
        namespace if known is None else known.name,
        ago(min(used_at)) if used_at else None,
        "eu-west-1" if used_at else None,
        None,
        tracked,
        tuple(ActionUse(name, ago(days), "eu-west-1") for name, days in row.did.items()),
    )


def _credential(subject: Arn, user: Principal) -> CredentialUse:
    password = user.password
    return CredentialUse(
        subject,
        Window(ago(user.age), NOW),
        PasswordUse(
            enabled=password is not None,
            created_at=ago(password.age) if password else None,
            last_used_at=_maybe_ago(password.used) if password else None,
            used_known=password is None or password.used_known,
        ),
        tuple(KeyUse(key.number, key.active, ago(key.age), _maybe_ago(key.used)) for key in user.keys),
    )


def _maybe_ago(days: float | None) -> datetime | None:
    return None if days is None else ago(days)
