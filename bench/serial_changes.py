"""The changes of a plan as a script makes them: boto3, only the calls that change something, one after the other.

Nothing is looked at before, nothing read back, and no journal kept. `--rate N` makes at most N calls a second.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import boto3

from leastwise.plan import CreateVersion, PutInline, Step, read_plan


def calls(iam: Any, step: Step) -> list[Any]:  # noqa: ANN401 - boto3 makes its classes at run time
    """What the step takes."""
    match step:
        case PutInline(principal, policy, document):
            parameters = {"RoleName": principal.name, "PolicyName": policy, "PolicyDocument": document}
            return [lambda: iam.put_role_policy(**parameters)]
        case CreateVersion(policy, document, drops):
            made = [lambda: iam.create_policy_version(PolicyArn=policy, PolicyDocument=document, SetAsDefault=True)]
            if drops is None:
                return made
            return [lambda: iam.delete_policy_version(PolicyArn=policy, VersionId=drops.version), *made]
        case _:
            raise ValueError(step)


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--rate", type=float, required=True)
    options = parser.parse_args()
    iam = boto3.client("iam")
    plan = read_plan(options.plan.read_bytes(), source=str(options.plan))
    next_at = time.monotonic()
    for change in plan.changes:
        for step in change.steps:
            for call in calls(iam, step):
                time.sleep(max(0.0, next_at - time.monotonic()))
                next_at = max(next_at, time.monotonic()) + 1 / options.rate
                call()


if __name__ == "__main__":
    main()
