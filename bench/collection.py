"""How long a scan takes, against boto3 doing the same work one call after another, in the same run.

200 roles with 10 services each, 100 ms a round trip, jobs of 5 s; then the same under a limit of 20 calls a second.
Prints wall time, calls, polls a job, throttled answers, and ratios.
"""

from __future__ import annotations

import json
import sys

from serving import Cost, Served, run, served

SCAN = [sys.executable, "-m", "leastwise", "scan", "--format", "json", "--quiet"]
BOTO3 = [sys.executable, "bench/serial_boto3.py"]
ROLES = 200
SAMPLE = 4
"""Roles that the slow baseline is timed on; its time grows by the same amount with each."""


def scan(server: Served) -> tuple[Cost, dict[str, float]]:
    """One scan, and what the server saw of it."""
    cost = run(SCAN, server.environment())
    return cost, server.statistics()


def unlimited() -> None:
    """The race without a limit."""
    account = {"roles": ROLES, "services": 10, "latency": 0.1, "job_seconds": 5}
    with served(**account) as server:
        cost, seen = scan(server)
    polls = f"at most {seen['polls_a_job']:.0f} polls a job, {seen['polls_mean']:.2f} on average"
    print(f"leastwise scan         {cost.wall_seconds:7.1f} s  {seen['total']:.0f} calls, {polls}")
    with served(**account) as server:
        batch = json.loads(run([*BOTO3, "--style", "batch"], server.environment()).output)
        calls = server.statistics()["total"]
    seconds = batch["account_seconds"] + batch["report_seconds"]
    print(
        f"boto3, all jobs first  {seconds:7.1f} s  {calls:.0f} calls: {seconds / cost.wall_seconds:.1f} times as long"
    )
    with served(**account) as server:
        job = json.loads(run([*BOTO3, "--style", "job", "--limit", str(SAMPLE)], server.environment()).output)
    seconds = job["account_seconds"] + job["report_seconds"] / SAMPLE * ROLES
    ratio = f"{seconds / cost.wall_seconds:.1f} times as long"
    print(f"boto3, job after job   {seconds:7.1f} s  scaled from {SAMPLE} roles: {ratio}")


def limited(rate: float) -> None:
    """The same account where AWS answers no more than so many calls a second."""
    with served(roles=ROLES, services=10, latency=0.1, job_seconds=5, rate=rate) as server:
        cost, seen = scan(server)
    ratio = cost.wall_seconds / (seen["total"] / rate)
    share = seen["throttled"] / seen["total"]
    print(
        f"at {rate:.0f} calls/s         {cost.wall_seconds:7.1f} s  {seen['total']:.0f} calls: "
        f"{ratio:.2f} times calls / rate, {share:.1%} throttled"
    )


if __name__ == "__main__":
    unlimited()
    limited(20)
