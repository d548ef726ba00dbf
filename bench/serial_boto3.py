"""The work of a scan as most scripts do it: boto3, one call after another. Prints what it did as JSON.

`--style job` waits for each job before it asks for the next, as the walk-through in the IAM User Guide leads one to;
`--style batch` asks for all jobs first, then reads one after another. `--limit N` stops after N roles.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import boto3


def finished(iam: Any, job: str) -> int:  # noqa: ANN401 - boto3 makes its classes at run time
    """Services in the finished report; polls every second."""
    while True:
        page = iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)
        if page["JobStatus"] != "IN_PROGRESS":
            return len(page["ServicesLastAccessed"])
        time.sleep(1)


def main() -> None:
    """Do it and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--style", choices=["job", "batch"], default="job")
    parser.add_argument("--limit", type=int, default=10**9)
    given = parser.parse_args()
    iam = boto3.client("iam")
    start = time.monotonic()
    pages = iam.get_paginator("get_account_authorization_details").paginate()
    arns = [role["Arn"] for page in pages for role in page["RoleDetailList"]][: given.limit]
    read = time.monotonic()

    def generate(arn: str) -> str:
        return iam.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")["JobId"]

    if given.style == "job":
        rows = sum(finished(iam, generate(arn)) for arn in arns)
    else:
        jobs = [generate(arn) for arn in arns]
        rows = sum(finished(iam, job) for job in jobs)
    took = {"account_seconds": read - start, "report_seconds": time.monotonic() - read}
    print(json.dumps({"roles": len(arns), "rows": rows, **took}))


if __name__ == "__main__":
    main()
