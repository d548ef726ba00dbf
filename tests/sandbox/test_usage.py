"""Usage comes from the calls that really happened."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.sandbox import AccessKeyPair, LastUse, Sandbox, SteppingClock, UsageLedger
from leastwise.sandbox.operations import checked_action
from leastwise.sandbox.tracking import is_tracked

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
CLOSED = TRUST.replace('{"AWS":"*"}', '{"Service":"ec2.amazonaws.com"}')
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*"}]}'

moments = st.integers(0, 10_000).map(lambda second: MADE_AT + timedelta(seconds=second))


@given(st.lists(moments, min_size=1), st.randoms(use_true_random=False))
def test_the_ledger_keeps_the_latest_use_in_whatever_order_it_is_told(uses: list[datetime], random: Any) -> None:  # noqa: ANN401 - hypothesis's Random
    shuffled = list(uses)
    random.shuffle(shuffled)
    ledger = UsageLedger()
    for moment in shuffled:
        ledger.record("ann", service="s3", action="GetObject", at=moment)
    latest = LastUse(max(uses), "us-east-1", "s3")
    assert ledger.services("ann") == {"s3": latest}
    assert ledger.actions("ann") == {("s3", "getobject"): latest}
    assert ledger.principal("ann") == latest


@pytest.mark.parametrize(
    ("service", "operation", "namespace", "action"),
    [
        ("s3", "ListBuckets", "s3", "ListAllMyBuckets"),
        ("s3", "HeadObject", "s3", "GetObject"),
        ("lambda", "Invoke", "lambda", "InvokeFunction"),
        ("monitoring", "ListMetrics", "cloudwatch", "ListMetrics"),
        ("email", "SendEmail", "ses", "SendEmail"),
        ("iam", "GetUser", "iam", "GetUser"),
        ("iam", "NoSuchOperation", "iam", None),
        ("nosuchservice", "Get", "nosuchservice", None),
    ],
)
def test_a_call_is_the_action_that_iam_checks_for_it(
    service: str, operation: str, namespace: str, action: str | None
) -> None:
    checked = checked_action(service, operation)
    assert (checked.namespace, checked.action) == (namespace, action)


@pytest.mark.parametrize(
    ("namespace", "action", "tracked"),
    [
        ("iam", "GetUser", True),
        ("lambda", "ListFunctions", True),
        ("kms", "ListKeys", True),
        ("s3", "CreateBucket", True),
        ("s3", "PutBucketObjectLockConfiguration", True),
        ("iam", "PassRole", False),
        ("ec2", "DescribeInstances", False),
        ("s3", "GetObject", False),
        ("s3", "PutObject", False),
        ("s3", "ListBucket", False),
        ("sqs", "SendMessage", False),
        ("dynamodb", "GetItem", False),
        ("dynamodb", "Query", False),
        ("kms", "Decrypt", False),
        ("lambda", "InvokeFunction", False),
        ("logs", "PutLogEvents", False),
        ("sns", "Publish", False),
        ("a4b", "GetDevice", False),
    ],
)
def test_management_actions_are_tracked_and_data_and_pass_role_are_not(
    namespace: str, action: str, *, tracked: bool
) -> None:
    assert is_tracked(namespace, action) is tracked


def test_the_actions_of_api_gateway_are_verbs_of_http() -> None:
    assert checked_action("apigateway", "GetRestApis", method="GET").action == "GET"


def test_a_users_calls_show_up_in_its_report(sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
    arn = sandbox.estate.create_user("ann", created_at=MADE_AT)
    sandbox.estate.put_inline("user", "ann", "work", ALLOW)
    key = sandbox.estate.create_access_key("ann", created_at=MADE_AT)
    s3 = connect(sandbox, "s3", key=key)
    s3.create_bucket(Bucket="of-ann")
    s3.put_object(Bucket="of-ann", Key="a b/ü", Body=b"text")
    s3.list_buckets()
    connect(sandbox, "sqs", key=key).create_queue(QueueName="of-ann")
    assert sorted(sandbox.ledger.actions(arn)) == [
        ("s3", "createbucket"),
        ("s3", "listallmybuckets"),
        ("s3", "putobject"),
        ("sqs", "createqueue"),
    ]
    iam = connect(sandbox)
    job = iam.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")["JobId"]
    clock.advance(timedelta(seconds=10))
    rows = {
        row["ServiceNamespace"]: row for row in iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    }
    used = {
        action["ActionName"]
        for row in rows.values()
        for action in row["TrackedActionsLastAccessed"]
        if "LastAccessedTime" in action
    }
    assert used == {"CreateBucket", "ListAllMyBuckets", "CreateQueue"}
    assert rows["s3"]["LastAuthenticated"] == clock() - timedelta(seconds=10)


def test_operations_are_recognised_in_every_protocol(sandbox: Sandbox, connect: Connect) -> None:
    connect(sandbox, "lambda").list_functions()
    connect(sandbox, "dynamodb").list_tables()
    connect(sandbox, "sns").list_topics()
    connect(sandbox, "route53").list_hosted_zones()
    connect(sandbox, "sts").get_caller_identity()
    arn = f"arn:aws:iam::{sandbox.account_id}:user/sandbox/leastwise-auditor"
    assert sorted(sandbox.ledger.actions(arn)) == [
        ("dynamodb", "listtables"),
        ("lambda", "listfunctions"),
        ("route53", "listhostedzones"),
        ("sns", "listtopics"),
        ("sts", "getcalleridentity"),
    ]


def test_a_denied_call_counts_and_an_unauthenticated_one_does_not(
    start: Callable[..., Sandbox], connect: Connect, refusal: Refusal
) -> None:
    sandbox = start(deny=frozenset({"sqs:CreateQueue"}))
    arn = sandbox.estate.create_user("ann", created_at=MADE_AT)
    key = sandbox.estate.create_access_key("ann", created_at=MADE_AT)
    wrong = AccessKeyPair(key.access_key_id, "wrong")
    assert refusal(lambda: connect(sandbox, "sqs", key=key).create_queue(QueueName="q"))[:2] == (403, "AccessDenied")
    assert refusal(lambda: connect(sandbox, "sns", key=wrong).list_topics())[:2] == (403, "SignatureDoesNotMatch")
    assert list(sandbox.ledger.services(arn)) == ["sqs"]


def test_a_sessions_calls_count_for_its_role(sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
    role = sandbox.estate.create_role("worker", trust_document=TRUST, created_at=MADE_AT, path="/a/b/")
    given = connect(sandbox, "sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    pair = AccessKeyPair(given["AccessKeyId"], given["SecretAccessKey"])
    iam = connect(sandbox)
    assert "LastUsedDate" not in iam.get_role(RoleName="worker")["Role"].get("RoleLastUsed", {})
    clock.advance(timedelta(hours=1))
    connect(sandbox, "sqs", key=pair, token=given["SessionToken"]).list_queues()
    assert sandbox.ledger.services(role)["sqs"].at == clock()
    assert iam.get_role(RoleName="worker")["Role"]["RoleLastUsed"]["LastUsedDate"] == clock()
    (detail,) = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert detail["RoleLastUsed"] == {"LastUsedDate": clock(), "Region": "us-east-1"}


def test_a_session_that_has_ended_is_refused(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    role = sandbox.estate.create_role("worker", trust_document=TRUST, created_at=MADE_AT)
    sts = connect(sandbox, "sts")
    given = sts.assume_role(RoleArn=role, RoleSessionName="me", DurationSeconds=-1)["Credentials"]
    pair = AccessKeyPair(given["AccessKeyId"], given["SecretAccessKey"])
    iam = connect(sandbox, key=pair, token=given["SessionToken"])
    assert refusal(iam.list_users)[:2] == (403, "ExpiredToken")


def test_a_key_says_what_it_was_last_used_for(
    sandbox: Sandbox, connect: Connect, clock: SteppingClock, refusal: Refusal
) -> None:
    sandbox.estate.create_user("ann", created_at=MADE_AT)
    key = sandbox.estate.create_access_key("ann", created_at=MADE_AT)
    ask = connect(sandbox).get_access_key_last_used
    unused = ask(AccessKeyId=key.access_key_id)["AccessKeyLastUsed"]
    assert unused == {"ServiceName": "N/A", "Region": "N/A"}
    connect(sandbox, "sqs", key=key).list_queues()
    used = ask(AccessKeyId=key.access_key_id)["AccessKeyLastUsed"]
    assert used == {"LastUsedDate": clock(), "ServiceName": "sqs", "Region": "us-east-1"}
    assert refusal(lambda: ask(AccessKeyId="AKIAIOSFODNN7EXAMPLE"))[:2] == (403, "AccessDenied")


@pytest.mark.parametrize("trust", [CLOSED, None])
def test_a_role_that_does_not_trust_the_caller_or_does_not_exist_cannot_be_assumed(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, trust: str | None
) -> None:
    if trust:
        sandbox.estate.create_role("closed", trust_document=trust, created_at=MADE_AT)
    sts, arn = connect(sandbox, "sts"), f"arn:aws:iam::{sandbox.account_id}:role/closed"
    answer = refusal(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="me"))
    assert answer[:2] == (403, "AccessDenied")
    assert arn in answer[2]


@pytest.mark.parametrize(
    "principal",
    ['{"AWS":"arn:aws:iam::%s:root"}', '{"AWS":["%s"]}', '{"AWS":"arn:aws:iam::%s:user/sandbox/leastwise-auditor"}'],
)
def test_a_role_that_trusts_the_account_or_the_user_can_be_assumed(
    sandbox: Sandbox, connect: Connect, principal: str
) -> None:
    trust = TRUST.replace('{"AWS":"*"}', principal % sandbox.account_id)
    role = sandbox.estate.create_role("open", trust_document=trust, created_at=MADE_AT)
    connect(sandbox, "sts").assume_role(RoleArn=role, RoleSessionName="me")


def test_keys_that_are_nobodys_or_inactive_are_refused(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    sandbox.estate.create_user("ann", created_at=MADE_AT)
    inactive = sandbox.estate.create_access_key("ann", created_at=MADE_AT, active=False)
    nobodys = AccessKeyPair("AKIAIOSFODNN7EXAMPLE", "secret")
    for key in (inactive, nobodys):
        assert refusal(connect(sandbox, key=key).list_users)[:2] == (403, "InvalidClientTokenId")
    assert refusal(connect(sandbox, "s3", key=nobodys).list_buckets)[:2] == (403, "InvalidAccessKeyId")
