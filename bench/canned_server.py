"""An IAM of canned answers for benchmarks: as many roles as asked, jobs that take their time, latency, a rate limit.

AWS Config is there too, takes every evaluation, and knows no earlier one; IAM's limit is not for it.

It serves thousands of calls a second, so that what is measured is the client. `GET /statistics` tells what was called.
Run as a script it prints its URL, then serves until its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote

from aiohttp import web

from leastwise.catalog import Action, Service, load_catalog

ACCOUNT = "111122223333"
IAM = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"'
STS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
PAGE = 100
VARIANTS = 8
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass
class Options:
    """What the account looks like and how the server behaves."""

    roles: int = 200
    services: int = 10
    actions: int = 10
    latency: float = 0.1
    job_seconds: float = 5.0
    rate: float = math.inf


@dataclass
class Account:
    """The canned answers."""

    options: Options
    pages: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Render every answer once."""
        catalog = load_catalog()
        actions = {service: catalog.actions(service.mask)[: self.options.actions] for service in catalog.services}
        services = [service for service in actions if len(actions[service]) == self.options.actions]
        services = services[: self.options.services]
        assert len(services) == self.options.services, "the catalog has not that many services with so many actions"
        document = {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": [f"{s.namespace}:*" for s in services], "Resource": "*"},
        }
        roles = [self._role(number, quote(json.dumps(document))) for number in range(self.options.roles)]
        self.pages = ["".join(roles[start : start + PAGE]) for start in range(0, len(roles), PAGE)] or [""]
        self.reports = [
            self._report({service: actions[service] for service in services}, variant) for variant in range(VARIANTS)
        ]

    @staticmethod
    def _role(number: int, document: str) -> str:
        used = _iso(datetime.now(UTC) - timedelta(days=number % 80))
        trust = quote(json.dumps(TRUST))
        return (
            f"<member><Path>/</Path><RoleName>role-{number:04}</RoleName><RoleId>AROA{number:017}</RoleId>"
            f"<Arn>arn:aws:iam::{ACCOUNT}:role/role-{number:04}</Arn><CreateDate>2023-01-01T00:00:00Z</CreateDate>"
            f"<AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><InstanceProfileList/><RolePolicyList><member>"
            f"<PolicyName>work</PolicyName><PolicyDocument>{document}</PolicyDocument></member></RolePolicyList>"
            f"<AttachedManagedPolicies/><Tags/><RoleLastUsed><LastUsedDate>{used}</LastUsedDate><Region>eu-west-1</Region>"
            "</RoleLastUsed></member>"
        )

    def _report(self, services: dict[Service, tuple[Action, ...]], variant: int) -> str:
        rows = enumerate(services.items())
        return "".join(
            self._row(service, actions, used=(index + variant) % 10 == 0) for index, (service, actions) in rows
        )

    def _row(self, service: Service, actions: tuple[Action, ...], *, used: bool) -> str:
        at = _iso(datetime.now(UTC) - timedelta(days=3))
        who = f"arn:aws:iam::{ACCOUNT}:role/role-0000"
        tracked = "".join(
            f"<member><ActionName>{action.name}</ActionName>"
            + (
                f"<LastAccessedEntity>{who}</LastAccessedEntity><LastAccessedTime>{at}</LastAccessedTime><LastAccessedRegion>eu-west-1</LastAccessedRegion>"
                if used and index == 0
                else ""
            )
            + "</member>"
            for index, action in enumerate(actions)
        )
        last = (
            f"<LastAuthenticated>{at}</LastAuthenticated><LastAuthenticatedEntity>{who}</LastAuthenticatedEntity>"
            "<LastAuthenticatedRegion>eu-west-1</LastAuthenticatedRegion>"
            if used
            else ""
        )
        return (
            f"<member><ServiceName>{service.name.replace('&', '&amp;')}</ServiceName>{last}"
            f"<ServiceNamespace>{service.namespace}</ServiceNamespace>"
            f"<TotalAuthenticatedEntities>{int(used)}</TotalAuthenticatedEntities>"
            f"<TrackedActionsLastAccessed>{tracked}</TrackedActionsLastAccessed></member>"
        )


class Server:
    """Answers calls from the account and counts them."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.account = Account(options)
        self.calls: Counter[str] = Counter()
        self.throttled = 0
        self.evaluations = 0
        self.polls: Counter[str] = Counter()
        self.jobs: dict[str, tuple[float, datetime]] = {}
        self.tokens = options.rate
        self.refilled = time.monotonic()
        self.first = 0.0
        self.last = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        """One call."""
        if request.method == "GET":
            return web.json_response(self.statistics())
        target = request.headers.get("X-Amz-Target", "")
        if target:
            return await self._config(target.rpartition(".")[2], json.loads(await request.text()))
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        await asyncio.sleep(self.options.latency)
        self.last = time.monotonic()
        self.first = self.first or self.last
        action = form["Action"]
        self.calls[action] += 1
        if not self._takes():
            self.throttled += 1
            error = "<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message>"
            body = f"<ErrorResponse {IAM}><Error>{error}</Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
            return web.Response(status=400, text=body, content_type="text/xml")
        namespace = STS if action == "GetCallerIdentity" else IAM
        result = f"<{action}Result>{getattr(self, f'_{action}')(form)}</{action}Result>"
        metadata = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
        body = f"<{action}Response {namespace}>{result}{metadata}</{action}Response>"
        return web.Response(text=body, content_type="text/xml")

    async def _config(self, operation: str, asked: dict[str, list[object]]) -> web.Response:
        await asyncio.sleep(self.options.latency)
        self.calls[operation] += 1
        self.evaluations += len(asked.get("Evaluations", ()))
        names = {"PutEvaluations": "FailedEvaluations", "GetComplianceDetailsByConfigRule": "EvaluationResults"}
        return web.json_response({names[operation]: []}, content_type="application/x-amz-json-1.1")

    def _takes(self) -> bool:
        """Whether the token bucket, a second deep, has a token for this call."""
        now = time.monotonic()
        self.tokens = min(self.options.rate, self.tokens + (now - self.refilled) * self.options.rate)
        self.refilled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def statistics(self) -> dict[str, object]:
        """What was called so far."""
        return {
            "calls": dict(self.calls),
            "total": self.calls.total(),
            "throttled": self.throttled,
            "evaluations": self.evaluations,
            "polls_a_job": max(self.polls.values(), default=0),
            "polls_mean": sum(self.polls.values()) / max(1, len(self.polls)),
            "seconds": self.last - self.first,
        }

    def _GetCallerIdentity(self, _: dict[str, str]) -> str:  # noqa: N802 - named for the operation
        return f"<UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account><Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn>"

    def _ListAccountAliases(self, _: dict[str, str]) -> str:  # noqa: N802
        return "<AccountAliases><member>bench</member></AccountAliases><IsTruncated>false</IsTruncated>"

    def _GetAccountAuthorizationDetails(self, form: dict[str, str]) -> str:  # noqa: N802
        index = int(form.get("Marker", "0"))
        more = index + 1 < len(self.account.pages)
        marker = f"<Marker>{index + 1}</Marker>" if more else ""
        return (
            f"<UserDetailList/><GroupDetailList/><Policies/><RoleDetailList>{self.account.pages[index]}</RoleDetailList>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{marker}"
        )

    def _GenerateServiceLastAccessedDetails(self, form: dict[str, str]) -> str:  # noqa: N802
        job = str(uuid.uuid5(uuid.NAMESPACE_URL, form["Arn"] + str(len(self.jobs))))
        self.jobs[job] = (time.monotonic(), datetime.now(UTC))
        return f"<JobId>{job}</JobId>"

    def _GetServiceLastAccessedDetails(self, form: dict[str, str]) -> str:  # noqa: N802
        job = form["JobId"]
        started, created = self.jobs[job]
        self.polls[job] += 1
        dates = f"<JobCreationDate>{_iso(created)}</JobCreationDate>"
        if time.monotonic() - started < self.options.job_seconds:
            return f"<JobStatus>IN_PROGRESS</JobStatus>{dates}<IsTruncated>false</IsTruncated>"
        completed = created + timedelta(seconds=self.options.job_seconds)
        report = self.account.reports[int(job[:8], 16) % VARIANTS]
        return (
            f"<JobStatus>COMPLETED</JobStatus><JobType>ACTION_LEVEL</JobType>{dates}"
            f"<JobCompletionDate>{_iso(completed)}</JobCompletionDate>"
            f"<ServicesLastAccessed>{report}</ServicesLastAccessed><IsTruncated>false</IsTruncated>"
        )


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def _until_stdin_closes() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def serve(options: Options) -> None:
    """Serve on a free port of the loopback address until standard input closes."""
    application = web.Application(client_max_size=1 << 20)
    application.router.add_route("*", "/{path:.*}", Server(options).handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await _until_stdin_closes()
    await runner.cleanup()


def main() -> None:
    """Take the options from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in vars(Options()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    asyncio.run(serve(Options(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
