"""What the Config rule costs in Lambda: an account of 2,000 roles under IAM's limit, and a cold start.

    python bench/config_rule.py [--roles 2000] [--services 30] [--rate 20]

The account is canned (canned_server.py): 100 ms a call, jobs of 5 s, each role with its own choice of services. Each
invocation is a fresh process that imports the handler and calls it once. The baseline is boto3 asking for one report
after another (serial_boto3.py), as the first rules of this kind did, timed on a few roles and scaled. Promised are 10
minutes at 20 calls/s, 512 MB, and 1.5 s of CPU for a cold start. No test: takes six minutes.
"""

from __future__ import annotations

import argparse
import json
import sys

from race import promise
from serving import run, served

SAMPLE = 4
"""Roles that the slow baseline is timed on; its time grows by the same amount with each."""
MOST_MINUTES, MOST_MEGABYTES, MOST_CPU_SECONDS = 10, 512, 1.5
"""What is promised."""
PARAMETERS = json.dumps({"rule": "unused-services"})


def event(**invoking: object) -> str:
    """An event of AWS Config's."""
    return json.dumps(
        {
            "invokingEvent": json.dumps(invoking),
            "ruleParameters": PARAMETERS,
            "resultToken": "token",
            "accountId": "111122223333",
            "configRuleName": "bench",
        }
    )


PERIODIC = event(messageType="ScheduledNotification", notificationCreationTime="2026-11-25T04:00:00Z")
DELETED = event(
    messageType="ConfigurationItemChangeNotification",
    configurationItem={
        "resourceType": "AWS::IAM::Role",
        "resourceId": "AROAEXAMPLE",
        "configurationItemStatus": "ResourceDeleted",
        "configurationItemCaptureTime": "2026-11-25T04:00:00Z",
    },
)
"""Settled by itself: one call, and nothing to judge."""
INVOKE = [sys.executable, "bench/invoke_rule.py"]


def cold_start() -> None:
    """A fresh process that answers what needs no account."""
    with served(roles=1, latency=0.0) as server:
        costs = [run([*INVOKE, DELETED], server.environment()) for _ in range(5)]
    best = min(costs, key=lambda cost: cost.cpu_seconds)
    print(f"cold start: {best.cpu_seconds:.2f} s CPU (the best of {len(costs)}), {best.peak_megabytes:.0f} MB")
    promise("cold start", figure=best.cpu_seconds, bound=MOST_CPU_SECONDS, unit="s of CPU")


def whole(roles: int, services: int, rate: float) -> None:
    """The account in one invocation, and the baseline."""
    account = {"roles": roles, "services": services, "actions": 10, "latency": 0.1, "job_seconds": 5.0}
    with served(**account, rate=rate) as server:
        cost = run([*INVOKE, PERIODIC], server.environment())
        seen = server.statistics()
    assert seen["evaluations"] == roles, cost.output
    calls = dict(sorted(seen["calls"].items()))
    print(f"{roles} roles of {services} services at {rate:g} calls/s: {cost.wall_seconds:.0f} s, {cost.output.strip()}")
    print(f"  {cost.cpu_seconds:.1f} s CPU, {cost.peak_megabytes:.0f} MB, calls {calls}, {seen['throttled']} throttled")
    promise("time", figure=cost.wall_seconds / 60, bound=MOST_MINUTES, unit="minutes")
    promise("memory", figure=cost.peak_megabytes, bound=MOST_MEGABYTES, unit="MB")
    with served(**account) as server:
        boto3 = [sys.executable, "bench/serial_boto3.py", "--style", "job", "--limit", str(SAMPLE)]
        job = json.loads(run(boto3, server.environment()).output)
    seconds = job["account_seconds"] + job["report_seconds"] / SAMPLE * roles
    print(f"  boto3, job after job: {seconds:.0f} s, scaled: {seconds / cost.wall_seconds:.0f} times as long")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roles", type=int, default=2000)
    parser.add_argument("--services", type=int, default=30)
    parser.add_argument("--rate", type=float, default=20.0)
    options = parser.parse_args()
    cold_start()
    whole(options.roles, options.services, options.rate)


if __name__ == "__main__":
    main()
