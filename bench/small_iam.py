"""An IAM in memory for benchmarks of changes: roles with an inline policy each, managed policies with versions.

It knows only the calls that changing those takes, and answers thousands a second. `GET /statistics` tells what was
called. Run as a script it prints its URL, then serves until its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote
from uuid import uuid4

from aiohttp import web

ACCOUNT = "111122223333"
MOST_VERSIONS = 5
CREATED = "2023-01-01T00:00:00Z"


def text(*services: str) -> str:
    """A policy that allows these services."""
    statement = {"Effect": "Allow", "Action": [f"{service}:*" for service in services], "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


BEFORE = text("s3", "sqs", "sns")
AFTER = text("s3")


@dataclass
class Policy:
    """A managed policy."""

    texts: dict[int, str]
    default: int
    newest: int

    @classmethod
    def of(cls, count: int) -> Policy:
        """One with as many versions, the last in force."""
        texts = {number: text("s3", f"older{number}") for number in range(1, count)}
        return cls({**texts, count: BEFORE}, count, count)


@dataclass
class Server:
    """Answers calls and counts them."""

    latency: float
    inline: dict[str, str] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        """One call."""
        if request.method == "GET":
            changed = sum(one == AFTER for one in self.inline.values())
            changed += sum(one.texts[one.default] == AFTER for one in self.policies.values())
            seconds = self.last - self.first
            return web.json_response({"calls": dict(self.calls), "changed": changed, "seconds": seconds})
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        await asyncio.sleep(self.latency)
        action = form["Action"]
        if action != "GetCallerIdentity":
            self.last = time.monotonic()
            self.first = self.first or self.last
        self.calls[action] += 1
        result = f"<{action}Result>{getattr(self, f'_{action}')(form)}</{action}Result>"
        body = f"<{action}Response>{result}<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"
        return web.Response(text=f"{body}</{action}Response>", content_type="text/xml")

    def _policy(self, form: dict[str, str]) -> Policy:
        return self.policies.setdefault(form["PolicyArn"], Policy.of(5 if "full" in form["PolicyArn"] else 1))

    def _GetCallerIdentity(self, _: dict[str, str]) -> str:  # noqa: N802 - named for the operation
        return f"<UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account><Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn>"

    def _GetRolePolicy(self, form: dict[str, str]) -> str:  # noqa: N802
        role = form["RoleName"]
        names = f"<RoleName>{role}</RoleName><PolicyName>{form['PolicyName']}</PolicyName>"
        return f"{names}<PolicyDocument>{quote(self.inline.get(role, BEFORE))}</PolicyDocument>"

    def _PutRolePolicy(self, form: dict[str, str]) -> str:  # noqa: N802
        self.inline[form["RoleName"]] = form["PolicyDocument"]
        return ""

    def _ListPolicyVersions(self, form: dict[str, str]) -> str:  # noqa: N802
        policy = self._policy(form)
        rows = "".join(f"<member>{_version(policy, number)}</member>" for number in reversed(policy.texts))
        return f"<Versions>{rows}</Versions><IsTruncated>false</IsTruncated>"

    def _GetPolicyVersion(self, form: dict[str, str]) -> str:  # noqa: N802
        policy, number = self._policy(form), int(form["VersionId"][1:])
        document = f"<Document>{quote(policy.texts[number])}</Document>"
        return f"<PolicyVersion>{document}{_version(policy, number)}</PolicyVersion>"

    def _CreatePolicyVersion(self, form: dict[str, str]) -> str:  # noqa: N802
        policy = self._policy(form)
        assert len(policy.texts) < MOST_VERSIONS
        policy.newest += 1
        policy.texts[policy.newest] = form["PolicyDocument"]
        policy.default = policy.newest if form["SetAsDefault"] == "true" else policy.default
        return f"<PolicyVersion>{_version(policy, policy.newest)}</PolicyVersion>"

    def _DeletePolicyVersion(self, form: dict[str, str]) -> str:  # noqa: N802
        del self._policy(form).texts[int(form["VersionId"][1:])]
        return ""

    def _ListEntitiesForPolicy(self, form: dict[str, str]) -> str:  # noqa: N802
        name = form["PolicyArn"].rpartition("/")[2]
        holder = f"<member><RoleName>{name}</RoleName><RoleId>AROA{name.upper()}</RoleId></member>"
        roles = "" if form.get("PolicyUsageFilter") == "PermissionsBoundary" else holder
        empty = "<PolicyUsers/><PolicyGroups/><IsTruncated>false</IsTruncated>"
        return f"<PolicyRoles>{roles}</PolicyRoles>{empty}"


def _version(policy: Policy, number: int) -> str:
    is_default = str(number == policy.default).lower()
    head = f"<VersionId>v{number}</VersionId><IsDefaultVersion>{is_default}</IsDefaultVersion>"
    return f"{head}<CreateDate>{CREATED}</CreateDate>"


async def serve(latency: float) -> None:
    """Serve on a free port of the loopback address until standard input closes."""
    application = web.Application(client_max_size=1 << 20)
    application.router.add_route("*", "/{path:.*}", Server(latency).handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


def main() -> None:
    """Take the options from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
