"""Collect and judge the account that the environment leads to, and write nothing."""

from __future__ import annotations

import asyncio

from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.collect import NoProgress
from leastwise.pipeline.scan import ScanRequest, scan_account


async def main() -> None:
    """Say how much was judged."""
    scanned = await scan_account(
        ScanRequest(), ConnectionOptions(), clock=SystemClock(), progress=NoProgress(), stop=asyncio.Event()
    )
    principals = scanned.judgement.principals
    services = sum(len(judged.services) for judged in principals)
    actions = sum(len(service.actions) for judged in principals for service in judged.services)
    print(f"{len(principals)} principals, {services} services, {actions} actions")


asyncio.run(main())
