"""What 900 principals with 300 services each cost in one process, against boto3 reading the same reports.

Prints CPU seconds and peak memory of the whole `leastwise scan`, and the CPU per report of both.
"""

from __future__ import annotations

import json
import sys

from serving import Cost, run, served

ROLES, SAMPLE = 900, 45
BOTO3 = [sys.executable, "bench/serial_boto3.py"]
JUDGE = [sys.executable, "bench/collect_and_judge.py"]
SCAN = [sys.executable, "-m", "leastwise", "scan", "--format", "json", "--quiet", "--output", "/dev/null"]


def main() -> None:
    """Measure both."""
    account = {"services": 300, "actions": 10, "latency": 0.0, "job_seconds": 0}
    with served(roles=ROLES, **account) as server:
        ours = run(JUDGE, server.environment())
        whole = run(SCAN, server.environment())
    print(f"collected and judged: {ours.output.strip()}")
    print(f"leastwise, collect and judge      {_figures(ours)}")
    print(f"leastwise scan, JSON written too  {_figures(whole)}")
    with served(roles=SAMPLE, **account) as server:
        theirs = run([*BOTO3, "--style", "batch"], server.environment())
        idle = run([*BOTO3, "--limit", "0"], server.environment())
    assert json.loads(theirs.output)["rows"] == SAMPLE * account["services"]
    per_report = (theirs.cpu_seconds - idle.cpu_seconds) / SAMPLE
    ratio = per_report * ROLES / ours.cpu_seconds
    print(
        f"boto3, reading the reports only   {per_report * ROLES:6.1f} s CPU, scaled from {SAMPLE} roles "
        f"({per_report * 1000:.1f} ms a report): {ratio:.1f} times as much"
    )


def _figures(cost: Cost) -> str:
    return f"{cost.cpu_seconds:6.1f} s CPU  {cost.peak_megabytes:5.0f} MB  {cost.wall_seconds:6.1f} s"


if __name__ == "__main__":
    main()
