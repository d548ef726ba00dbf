"""Sections 1 to 4 of the facts: generating, reading and paging last-accessed reports."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leastwise.sandbox import AccessKeyPair, Sandbox, SteppingClock

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)
USED_AT = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'


def policy(*actions: str, effect: str = "Allow") -> str:
    listed = ",".join(f'"{action}"' for action in actions)
    statement = f'{{"Effect":"{effect}","Action":[{listed}],"Resource":"*"}}'
    return f'{{"Version":"2012-10-17","Statement":[{statement}]}}'


def add_user(sandbox: Sandbox, name: str, *actions: str, path: str = "/") -> str:
    arn = sandbox.estate.create_user(name, created_at=MADE_AT, path=path)
    if actions:
        sandbox.estate.put_inline("user", name, "work", policy(*actions))
    return arn


def generate(iam: Any, arn: str, granularity: str = "ACTION_LEVEL") -> str:  # noqa: ANN401 - a boto3 client
    return str(iam.generate_service_last_accessed_details(Arn=arn, Granularity=granularity)["JobId"])


def report(iam: Any, arn: str, clock: SteppingClock, granularity: str = "ACTION_LEVEL") -> dict[str, dict[str, Any]]:  # noqa: ANN401 - the same
    job = generate(iam, arn, granularity)
    clock.advance(timedelta(seconds=10))
    rows = iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)["ServicesLastAccessed"]
    return {row["ServiceNamespace"]: row for row in rows}


class TestGenerate:
    def test_wrong_arns_are_refused_as_live_calls_are(
        self, sandbox: Sandbox, connect: Connect, refusal: Refusal
    ) -> None:
        iam, account = connect(sandbox), sandbox.account_id
        add_user(sandbox, "ann")
        me = f"arn:aws:iam::{account}:user/sandbox/leastwise-auditor"
        expected = {
            f"arn:aws:iam::{account}:user/missing": (
                404,
                "NoSuchEntity",
                f"ARN arn:aws:iam::{account}:user/missing does not exist.",
            ),
            "arn:aws:iam::999999999999:user/ann": (
                403,
                "AccessDenied",
                f"User: {me} is not authorized to perform the operation on arn:aws:iam::999999999999:user/ann",
            ),
            f"arn:aws:iam::{account}:root": (
                400,
                "InvalidInput",
                f"Invalid Entity Arn: arn:aws:iam::{account}:root is not supported.",
            ),
            f"arn:aws:s3::{account}:user/ann": (400, "ValidationError", "Invalid service in ARN"),
            f"arn:aws-cn:iam::{account}:user/ann": (400, "ValidationError", "Invalid ARN partition"),
        }
        answers = {arn: refusal(lambda arn=arn: generate(iam, arn)) for arn in expected}  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        assert answers == expected

    @pytest.mark.parametrize("path", ["/right/", "/wrong/", "/"])
    def test_a_wrong_path_is_accepted(self, sandbox: Sandbox, connect: Connect, path: str) -> None:
        add_user(sandbox, "ann", path="/right/")
        assert len(generate(connect(sandbox), f"arn:aws:iam::{sandbox.account_id}:user{path}ann")) == 36

    def test_an_unattached_managed_policy_is_accepted(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        arn = sandbox.estate.create_policy("idle", document=policy("sns:Publish"), created_at=MADE_AT)
        assert list(report(connect(sandbox), arn, clock)) == ["sns"]

    def test_an_aws_managed_policy_is_accepted(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        rows = report(connect(sandbox), "arn:aws:iam::aws:policy/AmazonSQSFullAccess", clock)
        assert list(rows) == ["sqs"]

    @pytest.mark.parametrize("granularity", ["", "service_level", "INVALID"])
    def test_an_unknown_granularity_is_refused(
        self, sandbox: Sandbox, connect: Connect, refusal: Refusal, granularity: str
    ) -> None:
        arn = add_user(sandbox, "ann")
        message = (
            "1 validation error detected: Value at 'granularity' failed to satisfy constraint: "
            "Member must satisfy enum value set: [SERVICE_LEVEL, ACTION_LEVEL]"
        )
        iam = connect(sandbox)
        assert refusal(lambda: generate(iam, arn, granularity)) == (400, "ValidationError", message)

    def test_a_short_arn_is_refused(self, sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
        iam = connect(sandbox)
        assert refusal(lambda: generate(iam, "bad"))[1] == "ValidationError"


class TestPending:
    def test_a_pending_answer_leaves_out_type_date_and_rows(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann", "s3:GetObject"))
        clock.advance(timedelta(seconds=9.9))
        answer = iam.get_service_last_accessed_details(JobId=job)
        answer.pop("ResponseMetadata")
        assert answer == {
            "JobStatus": "IN_PROGRESS",
            "JobCreationDate": clock() - timedelta(seconds=9.9),
            "IsTruncated": False,
        }

    def test_it_completes_once_its_time_is_over(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann", "s3:GetObject"))
        clock.advance(timedelta(seconds=10))
        answer = iam.get_service_last_accessed_details(JobId=job)
        assert (answer["JobStatus"], answer["JobType"]) == ("COMPLETED", "ACTION_LEVEL")
        assert answer["JobCompletionDate"] == clock()

    def test_it_completes_at_once_where_jobs_take_no_time(
        self, start: Callable[..., Sandbox], connect: Connect
    ) -> None:
        sandbox = start(job_seconds=0)
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann"))
        answer = iam.get_service_last_accessed_details(JobId=job)
        assert (answer["JobStatus"], answer["ServicesLastAccessed"]) == ("COMPLETED", [])

    def test_a_pending_answer_with_entities_has_no_list(self, sandbox: Sandbox, connect: Connect) -> None:
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann", "s3:GetObject"))
        answer = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3")
        assert answer["JobStatus"] == "IN_PROGRESS"
        assert "EntityDetailsList" not in answer


class TestRows:
    def test_an_action_is_used_tracked_or_not_listed(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        arn = add_user(sandbox, "ann", "s3:ListAllMyBuckets", "s3:CreateBucket", "s3:GetObject")
        sandbox.estate.record_use(arn, "s3", "ListAllMyBuckets", at=USED_AT, region="eu-west-1")
        sandbox.estate.record_use(arn, "s3", "GetObject", at=USED_AT - timedelta(days=1))
        row = report(connect(sandbox), arn, clock)["s3"]
        assert row["TrackedActionsLastAccessed"] == [
            {"ActionName": "CreateBucket"},
            {
                "ActionName": "ListAllMyBuckets",
                "LastAccessedEntity": arn,
                "LastAccessedTime": USED_AT,
                "LastAccessedRegion": "eu-west-1",
            },
        ]

    def test_a_used_service_says_by_whom_when_and_where(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        arn = add_user(sandbox, "ann", "sqs:SendMessage")
        sandbox.estate.record_use(arn, "sqs", "SendMessage", at=USED_AT)
        assert report(connect(sandbox), arn, clock) == {
            "sqs": {
                "ServiceName": "Amazon SQS",
                "ServiceNamespace": "sqs",
                "LastAuthenticated": USED_AT,
                "LastAuthenticatedEntity": arn,
                "LastAuthenticatedRegion": "us-east-1",
                "TotalAuthenticatedEntities": 1,
            }
        }

    def test_an_unused_service_has_no_date_entity_or_region(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        row = report(connect(sandbox), add_user(sandbox, "ann", "sqs:SendMessage"), clock)["sqs"]
        assert row == {"ServiceName": "Amazon SQS", "ServiceNamespace": "sqs", "TotalAuthenticatedEntities": 0}

    def test_service_level_has_no_actions(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        row = report(connect(sandbox), add_user(sandbox, "ann", "iam:GetUser"), clock, "SERVICE_LEVEL")["iam"]
        assert "TrackedActionsLastAccessed" not in row

    def test_pass_role_is_never_listed(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        arn = add_user(sandbox, "ann", "iam:PassRole")
        sandbox.estate.record_use(arn, "iam", "PassRole", at=USED_AT)
        assert "TrackedActionsLastAccessed" not in report(connect(sandbox), arn, clock)["iam"]

    def test_rows_are_sorted_by_namespace(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        rows = report(connect(sandbox), add_user(sandbox, "ann", "sqs:*", "acm:*", "iam:*", "ec2:*"), clock)
        assert list(rows) == ["acm", "ec2", "iam", "sqs"]

    def test_use_of_a_service_that_no_policy_grants_is_not_listed(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        arn = add_user(sandbox, "ann", "sqs:*")
        sandbox.estate.record_use(arn, "s3", "GetObject", at=USED_AT)
        assert list(report(connect(sandbox), arn, clock)) == ["sqs"]

    def test_use_before_the_tracking_period_is_forgotten(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        arn = add_user(sandbox, "ann", "sqs:*")
        sandbox.estate.record_use(arn, "sqs", "CreateQueue", at=clock() - timedelta(days=401))
        assert report(connect(sandbox), arn, clock)["sqs"]["TotalAuthenticatedEntities"] == 0

    def test_a_users_report_includes_its_groups_and_not_its_boundary(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        arn = add_user(sandbox, "ann", "sqs:*")
        estate = sandbox.estate
        estate.create_group("crew", created_at=MADE_AT)
        estate.put_inline("group", "crew", "work", policy("sns:*"))
        estate.add_member("crew", "ann")
        edge = estate.create_policy("edge", document=policy("dynamodb:*"), created_at=MADE_AT)
        estate.set_boundary("user", "ann", edge)
        assert list(report(connect(sandbox), arn, clock)) == ["sns", "sqs"]

    def test_a_deny_in_a_group_removes_the_service(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        arn = add_user(sandbox, "ann", "sqs:SendMessage", "sns:Publish")
        sandbox.estate.create_group("crew", created_at=MADE_AT)
        sandbox.estate.put_inline("group", "crew", "no", policy("sqs:*", effect="Deny"))
        sandbox.estate.add_member("crew", "ann")
        assert list(report(connect(sandbox), arn, clock)) == ["sns"]


class TestPages:
    def test_a_page_holds_200_rows_unless_told_otherwise(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann", "*"), "SERVICE_LEVEL")
        clock.advance(timedelta(seconds=10))
        first = iam.get_service_last_accessed_details(JobId=job)
        assert (len(first["ServicesLastAccessed"]), first["IsTruncated"]) == (200, True)
        whole = iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)
        assert whole["IsTruncated"] is False
        assert "Marker" not in whole
        assert len(whole["ServicesLastAccessed"]) > 400

    def test_pages_together_are_the_whole(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann", "*"), "SERVICE_LEVEL")
        clock.advance(timedelta(seconds=10))
        rows: list[str] = []
        marker: dict[str, str] = {}
        while True:
            page = iam.get_service_last_accessed_details(JobId=job, MaxItems=90, **marker)
            rows += [row["ServiceNamespace"] for row in page["ServicesLastAccessed"]]
            if not page["IsTruncated"]:
                break
            marker = {"Marker": page["Marker"]}
        assert "Marker" not in page
        whole = iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)["ServicesLastAccessed"]
        assert rows == [row["ServiceNamespace"] for row in whole]

    def test_max_items_must_be_1_to_1000(self, sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann"))
        least = refusal(lambda: iam.get_service_last_accessed_details(JobId=job, MaxItems=0))
        most = refusal(lambda: iam.get_service_last_accessed_details(JobId=job, MaxItems=1001))
        assert (least[0], least[1], "greater than or equal to 1" in least[2]) == (400, "ValidationError", True)
        assert (most[0], most[1], "less than or equal to 1000" in most[2]) == (400, "ValidationError", True)

    def test_markers_belong_to_their_job(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock, refusal: Refusal
    ) -> None:
        iam = connect(sandbox)
        jobs = [generate(iam, add_user(sandbox, name, "sqs:*", "sns:*")) for name in ("ann", "bob")]
        clock.advance(timedelta(seconds=10))
        marker = iam.get_service_last_accessed_details(JobId=jobs[0], MaxItems=1)["Marker"]
        ask = iam.get_service_last_accessed_details
        other = (400, "InvalidInput", "The marker passed in the request was invalid.")
        assert refusal(lambda: ask(JobId=jobs[1], Marker=marker)) == other
        assert refusal(lambda: ask(JobId=jobs[0], Marker="invalid")) == (400, "ValidationError", "Invalid Marker.")
        assert refusal(lambda: ask(JobId=jobs[0], Marker=""))[:2] == (400, "ValidationError")

    def test_pages_may_be_shorter_than_asked_for(self, start: Callable[..., Sandbox], connect: Connect) -> None:
        sandbox = start(short_pages=True, job_seconds=0)
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann", "*"), "SERVICE_LEVEL")
        first = iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)
        assert first["IsTruncated"] is True
        last = iam.get_service_last_accessed_details(JobId=job, MaxItems=1, Marker=first["Marker"])
        assert last["ServicesLastAccessed"][0] not in first["ServicesLastAccessed"]


class TestOwnership:
    def test_two_keys_of_one_user_share_a_job(self, sandbox: Sandbox, connect: Connect) -> None:
        arn = add_user(sandbox, "ann")
        keys = [sandbox.estate.create_access_key("ann", created_at=MADE_AT) for _ in range(2)]
        job = generate(connect(sandbox, key=keys[0]), arn)
        answer = connect(sandbox, key=keys[1]).get_service_last_accessed_details(JobId=job)
        assert answer["JobStatus"] == "IN_PROGRESS"

    def test_another_user_does_not_find_the_job(self, sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
        job = generate(connect(sandbox), add_user(sandbox, "ann"))
        iam = connect(sandbox, key=sandbox.estate.create_access_key("ann", created_at=MADE_AT))
        missing = (404, "NoSuchEntity", f"Job {job} does not exist.")
        assert refusal(lambda: iam.get_service_last_accessed_details(JobId=job)) == missing
        ask = iam.get_service_last_accessed_details_with_entities
        assert refusal(lambda: ask(JobId=job, ServiceNamespace="s3")) == missing

    def test_another_session_of_the_same_role_and_name_does_not_find_the_job(
        self, sandbox: Sandbox, connect: Connect, refusal: Refusal
    ) -> None:
        role = sandbox.estate.create_role("auditing", trust_document=TRUST, created_at=MADE_AT)
        sts = connect(sandbox, "sts")
        clients = []
        for _ in range(2):
            given = sts.assume_role(RoleArn=role, RoleSessionName="same")["Credentials"]
            pair = AccessKeyPair(given["AccessKeyId"], given["SecretAccessKey"])
            clients.append(connect(sandbox, key=pair, token=given["SessionToken"]))
        job = generate(clients[0], role)
        assert clients[0].get_service_last_accessed_details(JobId=job)["JobStatus"] == "IN_PROGRESS"
        answer = refusal(lambda: clients[1].get_service_last_accessed_details(JobId=job))
        assert answer == (404, "NoSuchEntity", f"Job {job} does not exist.")

    def test_an_unknown_job_is_missing_and_a_short_id_invalid(
        self, sandbox: Sandbox, connect: Connect, refusal: Refusal
    ) -> None:
        iam, unknown = connect(sandbox), "00000000-0000-0000-0000-000000000000"
        answer = refusal(lambda: iam.get_service_last_accessed_details(JobId=unknown))
        assert answer == (404, "NoSuchEntity", f"Job {unknown} does not exist.")
        assert refusal(lambda: iam.get_service_last_accessed_details(JobId="bad"))[:2] == (400, "ValidationError")


class TestSnapshot:
    def test_later_changes_do_not_alter_the_answer(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        iam = connect(sandbox)
        arn = add_user(sandbox, "ann", "sqs:SendMessage")
        job = generate(iam, arn)
        sandbox.estate.put_inline("user", "ann", "work", policy("sns:Publish"))
        sandbox.estate.record_use(arn, "sqs", "SendMessage", at=clock())
        clock.advance(timedelta(seconds=10))
        rows = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
        assert [(row["ServiceNamespace"], row["TotalAuthenticatedEntities"]) for row in rows] == [("sqs", 0)]

    def test_it_outlives_its_entity(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        iam = connect(sandbox)
        iam.create_user(UserName="ann")
        job = generate(iam, f"arn:aws:iam::{sandbox.account_id}:user/ann")
        iam.delete_user(UserName="ann")
        clock.advance(timedelta(seconds=10))
        assert iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "COMPLETED"


class TestEntities:
    def test_a_groups_members_come_most_recent_first(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        estate, iam = sandbox.estate, connect(sandbox)
        group = estate.create_group("crew", created_at=MADE_AT)
        estate.put_inline("group", "crew", "work", policy("sqs:*"))
        arns = {name: add_user(sandbox, name) for name in ("ann", "bob", "cid")}
        for name in arns:
            estate.add_member("crew", name)
        estate.record_use(arns["ann"], "sqs", "CreateQueue", at=USED_AT)
        estate.record_use(arns["cid"], "sqs", "DeleteQueue", at=USED_AT + timedelta(days=2))
        job = generate(iam, group)
        clock.advance(timedelta(seconds=10))
        row = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"][0]
        assert (row["TotalAuthenticatedEntities"], row["LastAuthenticatedEntity"]) == (2, arns["cid"])
        answer = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="sqs")
        listed = [(one["EntityInfo"]["Name"], one.get("LastAuthenticated")) for one in answer["EntityDetailsList"]]
        assert listed == [("cid", USED_AT + timedelta(days=2)), ("ann", USED_AT), ("bob", None)]

    def test_a_policys_holders_are_users_through_groups_and_roles(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        estate, iam = sandbox.estate, connect(sandbox)
        shared = estate.create_policy("shared", document=policy("sqs:*"), created_at=MADE_AT)
        add_user(sandbox, "ann")
        estate.create_group("crew", created_at=MADE_AT)
        estate.add_member("crew", "ann")
        estate.attach("group", "crew", shared)
        estate.create_role("worker", trust_document=TRUST, created_at=MADE_AT)
        estate.attach("role", "worker", shared)
        job = generate(iam, shared)
        clock.advance(timedelta(seconds=10))
        answer = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="sqs")
        infos = [one["EntityInfo"] for one in answer["EntityDetailsList"]]
        assert [(info["Type"], info["Name"]) for info in infos] == [("USER", "ann"), ("ROLE", "worker")]
        assert all(info["Id"][:4] in {"AIDA", "AROA"} and info["Path"] == "/" for info in infos)

    def test_entities_that_are_gone_are_left_out(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock
    ) -> None:
        iam = connect(sandbox)
        shared = sandbox.estate.create_policy("shared", document=policy("sqs:*"), created_at=MADE_AT)
        add_user(sandbox, "ann")
        sandbox.estate.attach("user", "ann", shared)
        job = generate(iam, shared)
        iam.detach_user_policy(UserName="ann", PolicyArn=shared)
        clock.advance(timedelta(seconds=10))
        ask = iam.get_service_last_accessed_details_with_entities
        assert len(ask(JobId=job, ServiceNamespace="sqs")["EntityDetailsList"]) == 1
        iam.delete_user(UserName="ann")
        assert ask(JobId=job, ServiceNamespace="sqs")["EntityDetailsList"] == []

    def test_an_unknown_namespace_is_invalid_and_an_ungranted_one_empty(
        self, sandbox: Sandbox, connect: Connect, clock: SteppingClock, refusal: Refusal
    ) -> None:
        iam = connect(sandbox)
        job = generate(iam, add_user(sandbox, "ann", "sqs:*"))
        clock.advance(timedelta(seconds=10))
        ask = iam.get_service_last_accessed_details_with_entities
        message = "Service namepace nosuch is either invalid or unsupported."
        assert refusal(lambda: ask(JobId=job, ServiceNamespace="nosuch")) == (400, "InvalidInput", message)
        assert refusal(lambda: ask(JobId=job, ServiceNamespace="S3"))[1] == "InvalidInput"
        assert refusal(lambda: ask(JobId=job, ServiceNamespace="s3:GetObject"))[1] == "ValidationError"
        assert ask(JobId=job, ServiceNamespace="s3")["EntityDetailsList"] == []

    def test_entities_come_in_pages(self, sandbox: Sandbox, connect: Connect, clock: SteppingClock) -> None:
        iam = connect(sandbox)
        group = sandbox.estate.create_group("crew", created_at=MADE_AT)
        sandbox.estate.put_inline("group", "crew", "work", policy("sqs:*"))
        for name in ("ann", "bob", "cid"):
            add_user(sandbox, name)
            sandbox.estate.add_member("crew", name)
        job = generate(iam, group)
        clock.advance(timedelta(seconds=10))
        ask = iam.get_service_last_accessed_details_with_entities
        first = ask(JobId=job, ServiceNamespace="sqs", MaxItems=2)
        rest = ask(JobId=job, ServiceNamespace="sqs", MaxItems=2, Marker=first["Marker"])
        pages = (first, rest)
        names = [one["EntityInfo"]["Name"] for page in pages for one in page["EntityDetailsList"]]
        assert (names, rest["IsTruncated"], "Marker" in rest) == (["ann", "bob", "cid"], False, False)
