"""`leastwise apply` of 500 changes under a limit of 10 calls a second, against boto3 making only the changing calls.

    python bench/applying.py [--changes 500] [--rate 10] [--latency 0.02 ...]

440 inline policies get a smaller text, 40 managed policies a new version, and 20 that have five versions lose one for
it; the account is in memory (small_iam.py). Prints what a change of each kind costs in calls, wall time beside calls /
rate, and ratios to the baseline of the same run (serial_changes.py: no look before, no reading back, no journal).
Promised are at most two reads a change besides its writes, and a wall time of at most 1.15 x calls / rate. No test: a
slow machine does not make it fail. Takes about four minutes for each latency.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from big_plan import changes, plan_of
from race import promise
from serving import Cost, run, served

from leastwise.plan import Change, render_plan

MOST_READS, MOST_TIME = 2, 1.15
"""What is promised."""
SAMPLE = 20
"""Changes of a kind whose calls are counted one kind at a time, without a limit."""


def measured(made: Sequence[Change], *arguments: str, latency: float = 0.0) -> tuple[Cost, dict[str, Any]]:
    """What a command costs that makes the changes on a fresh account, and what that saw of it."""
    with tempfile.TemporaryDirectory() as folder, served("small_iam.py", latency=latency) as server:
        plan = Path(folder, "plan.json")
        plan.write_text(render_plan(plan_of(made)), encoding="utf-8")
        here = {"PLAN": str(plan), "JOURNALS": str(Path(folder, "journals"))}
        cost = run([here.get(one, one) for one in arguments], server.environment())
        seen = server.statistics()
    assert seen["changed"] == len(made), f"{seen['changed']} of {len(made)} changes are made: {cost.output}"
    return cost, seen


def apply(made: Sequence[Change], *options: str, latency: float = 0.0) -> tuple[Cost, dict[str, Any]]:
    """The changes, made by the product."""
    command = [sys.executable, "-m", "leastwise", "apply", "PLAN", "--yes", "--quiet", "--journal", "JOURNALS"]
    return measured(made, *command, *options, latency=latency)


def split(seen: dict[str, Any]) -> tuple[int, int]:
    """Reads and writes."""
    calls: dict[str, int] = seen["calls"]
    reads = sum(number for name, number in calls.items() if name.startswith(("Get", "List")))
    return reads - calls.get("GetCallerIdentity", 0), sum(calls.values()) - reads


def costs() -> None:
    """Calls of a change of each kind."""
    print(f"calls a change, by kind ({SAMPLE} of each)")
    for kind, made in changes(SAMPLE * 25).items():
        some = made[:SAMPLE]
        _, seen = apply(some)
        reads, writes = split(seen)
        calls = {name: f"{number / len(some):g}" for name, number in sorted(seen["calls"].items())}
        calls.pop("GetCallerIdentity")
        detail = ", ".join(f"{number} {name}" for name, number in calls.items())
        print(f"  {kind:<20} {reads / len(some):g} reads, {writes / len(some):g} writes: {detail}")
        promise(kind, figure=reads / len(some), bound=MOST_READS, unit="reads a change")


def whole(count: int, rate: float, latency: float) -> None:
    """All changes under the limit, and the baseline."""
    made = [change for kind in changes(count).values() for change in kind]
    limit = f"--rate={rate:g}"
    ours, seen = apply(made, limit, latency=latency)
    theirs, bare = measured(made, sys.executable, "bench/serial_changes.py", "PLAN", limit, latency=latency)
    reads, writes = split(seen)
    _, least = split(bare)
    calls = reads + writes
    print(f"{len(made)} changes at {rate:g} calls/s, {latency * 1000:g} ms a call")
    print(f"  leastwise apply  {_figures(ours, seen)}, {reads} reads and {writes} writes")
    print(f"  boto3, writes    {_figures(theirs, bare)}, {least} writes")
    time = ours.wall_seconds / theirs.wall_seconds
    print(f"  leastwise / boto3: {time:.2f} x the time, {calls / least:.2f} x the calls")
    print(f"  {reads / len(made):.2f} reads and {writes / len(made):.2f} writes a change")
    bound, least_time = calls / rate, least / rate
    print(f"  wall / (calls / rate): {ours.wall_seconds / bound:.3f}, boto3 {theirs.wall_seconds / least_time:.3f}")
    promise("wall time", figure=ours.wall_seconds / bound, bound=MOST_TIME, unit="x calls / rate")


def _figures(cost: Cost, seen: dict[str, Any]) -> str:
    return f"{cost.wall_seconds:6.1f} s wall ({seen['seconds']:.1f} s of calls), {cost.cpu_seconds:.1f} s CPU"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--latency", type=float, nargs="+", default=[0.02])
    options = parser.parse_args()
    costs()
    for latency in options.latency:
        whole(options.changes, options.rate, latency)


if __name__ == "__main__":
    main()
