"""A small company with everything in it that a report can show."""

from datetime import UTC, date, datetime, timedelta

import pytest

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
    Role,
    User,
)
from leastwise.policy import AccountId, Arn
from leastwise.report import ScanDocument, document_of

NO_GAIN = Gain()
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
NOTE = EvidenceNote(Source.LAST_ACCESSED, Window(NOW - timedelta(days=400), NOW), Granularity.ACTION)
ROLE_NOTE = EvidenceNote(Source.ROLE_LAST_USED, Window(NOW - timedelta(days=400), NOW), Granularity.PRINCIPAL)

ADMIN = GrantedBy("arn:aws:iam::aws:policy/AdministratorAccess", PolicyKind.AWS_MANAGED, "direct", (0,))
S3 = GrantedBy("arn:aws:iam::aws:policy/AmazonS3FullAccess", PolicyKind.AWS_MANAGED, "direct", (0,))
BASE = GrantedBy(f"arn:aws:iam::{ACCOUNT}:policy/teams/team-base", PolicyKind.MANAGED, "group:developers", (0, 1, 2, 5))
DEPLOY = GrantedBy("=deploy-inline", PolicyKind.INLINE, "direct", (1,))


def iam(resource: str) -> Arn:
    return Arn(f"arn:aws:iam::{ACCOUNT}:{resource}")


def service(
    namespace: str,
    verdict: Verdict,
    granted_by: tuple[GrantedBy, ...],
    *,
    days: int | None = None,
    reason: Reason | None = None,
    actions: tuple[ActionVerdict, ...] = (),
    untracked: int = 0,
) -> ServiceVerdict:
    used = None if days is None else NOW - timedelta(days=days)
    region = None if days is None else "eu-central-1"
    return ServiceVerdict(namespace, namespace.upper(), verdict, reason, used, region, granted_by, actions, untracked)


def actions(verdict: Verdict, *names: str, days: int | None = None) -> tuple[ActionVerdict, ...]:
    used = None if days is None else NOW - timedelta(days=days)
    return tuple(ActionVerdict(name, verdict, None, used) for name in names)


def finding(  # noqa: PLR0913 - a finding has these parts
    number: int,
    rule: Rule,
    resource: Arn,
    title: str,
    *,
    services: tuple[str, ...] = (),
    named: tuple[str, ...] = (),
    severity: Severity = Severity.LOW,
    exempt: Exempt | None = None,
    gain: Gain = NO_GAIN,
) -> Finding:
    kind = resource.kind
    detail = f"{title}. Seen by nobody; it can go."
    return Finding(
        f"LW-{number:010x}",
        rule,
        severity,
        ACCOUNT,
        resource,
        kind,
        title,
        detail,
        services,
        named,
        (NOTE,),
        exempt,
        gain,
    )


EC2_NAMES = (
    "AllocateAddress AssociateAddress AttachVolume CreateImage CreateSecurityGroup CreateSnapshot CreateVolume "
    "DeleteSecurityGroup DeleteSnapshot DeleteVolume RebootInstances RunInstances StartInstances StopInstances "
    "TerminateInstances"
)
EC2 = EC2_NAMES.split()
UNUSED_NAMES = (
    "access-analyzer acm athena autoscaling backup batch cloudformation cloudfront codebuild dynamodb ecr ecs eks "
    "elasticache elasticfilesystem elasticloadbalancing es events firehose glue kinesis kms lambda logs organizations "
    "quicksight rds redshift route53 sagemaker secretsmanager ses sns ssm states sts support tag waf xray"
)
UNUSED = UNUSED_NAMES.split()

DEPLOY_ROLE = Role(
    iam("role/ci/deploy"), "deploy", "AROADEPLOY", "/ci/", NOW - timedelta(days=900), PolicyText("{}", None)
)
OLD_ROLE = Role(
    iam("role/legacy/quarterly-report"),
    "quarterly-report",
    "AROAOLD",
    "/legacy/",
    NOW - timedelta(days=2000),
    PolicyText("{}", None),
)
NEW_ROLE = Role(iam("role/new-thing"), "new-thing", "AROANEW", "/", NOW - timedelta(days=3), PolicyText("{}", None))
LINKED = Role(
    iam("role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
    "AWSServiceRoleForECS",
    "AROALINK",
    "/aws-service-role/ecs.amazonaws.com/",
    NOW - timedelta(days=900),
    PolicyText("{}", None),
)
BROKEN = Role(
    iam("role/report-that-failed"),
    "report-that-failed",
    "AROABAD",
    "/",
    NOW - timedelta(days=700),
    PolicyText("{}", None),
    boundary=iam("policy/limits"),
)
GLASS = Role(
    iam("role/break-glass"), "break-glass", "AROAGLASS", "/", NOW - timedelta(days=700), PolicyText("{}", None)
)
ALICE = User(iam("user/alice"), "alice", "AIDAALICE", "/", NOW - timedelta(days=800), groups=("developers",))
BOB = User(iam("user/bob"), "bob", "AIDABOB", "/", NOW - timedelta(days=1500))
DEVELOPERS = Group(iam("group/developers"), "developers", "AGPADEV", "/", NOW - timedelta(days=800))
EMPTY = Group(iam("group/nobody-here"), "nobody-here", "AGPANOBODY", "/", NOW - timedelta(days=800))


def principals() -> tuple[PrincipalJudgement, ...]:
    deploy = (
        *(service(name, Verdict.UNUSED, (ADMIN,), untracked=3) for name in UNUSED),
        service(
            "s3",
            Verdict.UNUSED,
            (ADMIN, S3),
            actions=actions(Verdict.UNUSED, "CreateBucket", "DeleteBucket"),
            untracked=90,
        ),
        service("s3-object-lambda", Verdict.UNUSED, (ADMIN, S3)),
        service("sqs", Verdict.STALE, (DEPLOY, ADMIN), days=200),
        service(
            "ec2",
            Verdict.USED,
            (ADMIN,),
            days=2,
            actions=actions(Verdict.UNUSED, *EC2) + actions(Verdict.USED, "DescribeInstances", days=2),
            untracked=12,
        ),
        service(
            "iam",
            Verdict.USED,
            (ADMIN,),
            days=20,
            actions=actions(Verdict.UNUSED, "CreateUser", "DeleteUser"),
            untracked=1,
        ),
    )
    alice = (
        service("codecommit", Verdict.UNUSED, (BASE,)),
        service("codepipeline", Verdict.UNUSED, (BASE,)),
        service("s3", Verdict.USED, (BASE,), days=1, untracked=3),
    )
    failed = (
        service("ec2", Verdict.UNKNOWN, (S3,), reason=Reason.REPORT_FAILED),
        service("s3", Verdict.UNKNOWN, (S3,), reason=Reason.REPORT_FAILED),
    )
    new = (service("s3", Verdict.UNKNOWN, (S3,), reason=Reason.TOO_NEW, untracked=50),)
    old = (service("s3", Verdict.UNUSED, (S3,)),)
    return (
        PrincipalJudgement(
            DEVELOPERS, (service("codecommit", Verdict.UNUSED, (BASE,)),), (NOTE,), NOW - timedelta(days=1)
        ),
        PrincipalJudgement(EMPTY, (), ()),
        PrincipalJudgement(LINKED, (service("ecs", Verdict.UNUSED, (S3,)),), (NOTE,), None, is_editable=False),
        PrincipalJudgement(GLASS, (service("s3", Verdict.UNUSED, (S3,)),), (NOTE,), NOW - timedelta(days=30)),
        PrincipalJudgement(DEPLOY_ROLE, deploy, (NOTE, ROLE_NOTE), NOW - timedelta(days=2)),
        PrincipalJudgement(OLD_ROLE, old, (ROLE_NOTE,), None, is_idle=True),
        PrincipalJudgement(NEW_ROLE, new, (NOTE,), NOW - timedelta(days=1)),
        PrincipalJudgement(BROKEN, failed, (), NOW - timedelta(days=5)),
        PrincipalJudgement(ALICE, alice, (NOTE,), NOW - timedelta(days=1)),
        PrincipalJudgement(BOB, old, (NOTE,), NOW - timedelta(days=300), is_idle=True),
    )


def findings() -> tuple[Finding, ...]:
    exempt = Exempt("security@example.com", "Used in emergencies only, and tested once a year", date(2027, 6, 30))
    deploy, alice = DEPLOY_ROLE.arn, ALICE.arn
    every = (
        finding(
            1,
            Rule.UNUSED_SERVICE,
            deploy,
            "unused services",
            services=(*UNUSED, "s3", "s3-object-lambda"),
            severity=Severity.HIGH,
            gain=Gain(42, 3000, 700, 120),
        ),
        finding(
            2, Rule.STALE_SERVICE, deploy, "1 service not used for 90 days", services=("sqs",), severity=Severity.MEDIUM
        ),
        finding(
            3,
            Rule.UNUSED_ACTION,
            deploy,
            "17 unused actions",
            severity=Severity.HIGH,
            services=("ec2", "iam"),
            named=(*(f"ec2:{name}" for name in EC2), "iam:CreateUser", "iam:DeleteUser"),
        ),
        finding(4, Rule.UNUSED_SERVICE, alice, "2 unused services", services=("codecommit", "codepipeline")),
        finding(
            5,
            Rule.UNUSED_ROLE,
            OLD_ROLE.arn,
            "Role legacy/quarterly-report was not used in 400 days",
            severity=Severity.MEDIUM,
        ),
        finding(6, Rule.UNUSED_USER, BOB.arn, "User bob was last used 300 days ago"),
        finding(
            7,
            Rule.UNUSED_ACCESS_KEY,
            alice,
            "Access key 2 of user alice was last used 210 days ago, from eu-west-1 with sts",
            severity=Severity.MEDIUM,
        ),
        finding(8, Rule.UNUSED_PASSWORD, alice, "The console password was never used"),
        finding(9, Rule.UNATTACHED_POLICY, iam("policy/teams/old-team"), "Policy old-team is attached to nobody"),
        finding(10, Rule.EMPTY_GROUP, EMPTY.arn, "Group nobody-here has no members"),
        finding(11, Rule.UNUSED_GROUP_GRANT, DEVELOPERS.arn, "no member uses codecommit", services=("codecommit",)),
        finding(12, Rule.UNUSED_SERVICE, GLASS.arn, "1 unused service", services=("s3",), exempt=exempt),
        finding(13, Rule.UNUSED_SERVICE, iam("policy/teams/team-base"), "1 unused service", services=("codecommit",)),
        finding(14, Rule.UNUSED_SERVICE, OLD_ROLE.arn, "1 unused service", services=("s3",)),
        finding(15, Rule.UNUSED_ACCESS_KEY, BOB.arn, "Access key 1 of user bob was never used"),
    )
    return tuple(sorted(every, key=lambda one: (one.rule, one.resource, one.id)))


def policies() -> tuple[PolicyJudgement, ...]:
    made = NOW - timedelta(days=800)
    base = ManagedPolicy(iam("policy/teams/team-base"), "team-base", "ANPABASE", "/teams/", made, made, ())
    old = ManagedPolicy(iam("policy/teams/old-team"), "old-team", "ANPAOLD", "/teams/", made, made, ())
    own = GrantedBy(base.arn, PolicyKind.MANAGED, "direct", (0,))
    gone = (service("s3", Verdict.UNKNOWN, (own,), reason=Reason.UNATTACHED),)
    return (
        PolicyJudgement(old, (), (), gone),
        PolicyJudgement(
            base, (DEVELOPERS.arn,), (BROKEN.arn,), (service("codecommit", Verdict.UNUSED, (own,)),), (NOTE,)
        ),
    )


def partial_account() -> AccountScan:
    gains = {
        DEPLOY_ROLE.arn: Gain(42, 3017, 715, 122),
        ALICE.arn: Gain(2, 140, 60, 0),
        OLD_ROLE.arn: Gain(1, 150, 70, 9),
        BOB.arn: Gain(1, 150, 70, 9),
        DEVELOPERS.arn: Gain(1, 70, 30, 0),
    }
    notes = ("The exemption of unused-role for role/legacy/* ended on 2026-06-30 and no longer works.",)
    errors = (
        ScanError("InternalFailure", "The report could not be made", "iam:GetServiceLastAccessedDetails", BROKEN.arn),
    )
    judgement = Judgement(Parameters(NOW), principals(), policies(), findings(), gains, notes)
    return AccountScan(Account(AccountId(ACCOUNT), "aws", "acme-prod"), ScanStatus.PARTIAL, errors, judgement)


def failed_account() -> AccountScan:
    error = ScanError(
        "AccessDenied",
        "User: arn:aws:sts::444455556666:assumed-role/audit/x is not authorized to perform: "
        "iam:GetAccountAuthorizationDetails on resource: *",
        "iam:GetAccountAuthorizationDetails",
    )
    return AccountScan(Account(AccountId("444455556666"), "aws"), ScanStatus.FAILED, (error,))


@pytest.fixture(scope="session")
def scan() -> Scan:
    return Scan(NOW, ScanParameters(), (partial_account(),))


@pytest.fixture(scope="session")
def document(scan: Scan) -> ScanDocument:
    return document_of(scan, version="0.1.0")


@pytest.fixture(scope="session")
def document_of_two() -> ScanDocument:
    return document_of(Scan(NOW, ScanParameters(), (failed_account(), partial_account())), version="0.1.0")
