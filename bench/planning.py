"""Planning for 100, 1,000 and 10,000 principals with 300 services each, against the way of repokid.

    pip install -e '.[sandbox]' -r bench/requirements-peers.txt
    python bench/planning.py

Each role holds 300 services, its own choice of them, and uses 20, of each five of its actions; which actions are
tracked the sandbox's rule says, about 69 % of them. CPU seconds of one core and peak memory of a process of its own, of
the plan alone: what was judged is there before. The baseline does what repokid does with policyuniverse 1.5: expand
each pattern into every action, take away what goes, and minimise the list; without proof, evidence or a file. No test:
a slow machine does not make it fail.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

from leastwise.catalog import Catalog, load_catalog
from leastwise.evidence import ActionUse, Evidence, ServiceUse, Usage, evidence_of, report_usage
from leastwise.findings import Parameters, judge
from leastwise.inventory import (
    Account,
    GrantIndex,
    InlinePolicy,
    PolicyText,
    Role,
    RoleLastUsed,
    Snapshot,
)
from leastwise.pipeline.garbage import seldom_collected
from leastwise.plan import render_plan
from leastwise.policy import AccountId, Arn, parse_document
from leastwise.recommend import RecommendOptions, recommend
from leastwise.sandbox.tracking import is_tracked

SIZES: Final = (100, 1_000, 10_000)
SERVICES: Final = 300
USED: Final = 20
BASELINE_ROLES: Final = 2
NOW: Final = datetime(2026, 11, 25, tzinfo=UTC)
_ACCOUNT: Final = "111122223333"


def main() -> None:
    """Measure each size in a process of its own, then the baseline."""
    if len(sys.argv) > 1:
        print(json.dumps(star() if sys.argv[1] == "star" else plan(int(sys.argv[1]))))
        return
    found = {size: _run(str(size)) for size in SIZES}
    smallest = found[SIZES[0]]
    for size, one in found.items():
        growth = one["seconds"] / size / (smallest["seconds"] / SIZES[0])
        print(
            f"{size:6,} principals x {SERVICES} services: {one['seconds']:7.2f} s CPU, {one['megabytes']:6.0f} MB "
            f"at most ({one['before']:.0f} MB before), {one['seconds'] / size * 1000:5.2f} ms each, "
            f"{growth:.2f} x the first, {one['changes']:,.0f} changes, "
            f"{one['file']:.1f} MB of JSON in {one['writing']:.2f} s besides"
        )
    alone = _run("star")
    print(f"one role with `Action: *`, seven services used: {alone['seconds']:.2f} s CPU")
    baseline(found[SIZES[1]]["seconds"] / SIZES[1], alone["seconds"])


def _run(what: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, what], capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    read: dict[str, float] = json.loads(done.stdout)
    return read


def plan(size: int) -> dict[str, float]:
    """What planning for so many principals costs."""
    catalog = load_catalog()
    roles, usages = zip(*(_role(number, catalog) for number in range(size)), strict=True)
    return _planned(catalog, roles, evidence_of(usages))


def star() -> dict[str, float]:
    """What one role costs that may do everything and uses seven services."""
    catalog = load_catalog()
    used, random = {"dynamodb", "ec2", "iam", "lambda", "logs", "s3", "sqs"}, Random(1)  # noqa: S311 - no secret
    rows = [_row(one.namespace, catalog, is_used=one.namespace in used, random=random) for one in catalog.services]
    role = _holder(
        "star", '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    )
    return _planned(catalog, (role,), evidence_of([report_usage(role.arn, rows, generated_at=NOW, is_complete=True)]))


def _planned(catalog: Catalog, roles: tuple[Role, ...], evidence: Evidence) -> dict[str, float]:
    snapshot = Snapshot(Account(AccountId(_ACCOUNT), "aws"), NOW, roles=roles)
    grants = GrantIndex(catalog, snapshot)
    judgement = judge(snapshot, evidence, grants=grants, parameters=Parameters(NOW), catalog=catalog)
    before, start = _megabytes(), time.process_time()
    with seldom_collected():
        made = recommend(
            snapshot, judgement, evidence, grants=grants, catalog=catalog, options=RecommendOptions(), version="bench"
        )
    seconds, peak = time.process_time() - start, _megabytes()
    start = time.process_time()
    text = render_plan(made)
    return {
        "seconds": seconds,
        "megabytes": peak,
        "before": before,
        "changes": len(made.changes),
        "file": len(text) / 1e6,
        "writing": time.process_time() - start,
    }


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _role(number: int, catalog: Catalog) -> tuple[Role, Usage]:
    chosen = _services(number, catalog)
    listed = ", ".join(f'"{namespace}:*"' for namespace in chosen)
    statement = f'{{"Effect": "Allow", "Action": [{listed}], "Resource": "*"}}'
    role = _holder(f"role{number:05}", f'{{"Version": "2012-10-17", "Statement": [{statement}]}}')
    random = Random(number)  # noqa: S311 - no secret
    used = set(random.sample(chosen, USED))
    rows = [_row(namespace, catalog, is_used=namespace in used, random=random) for namespace in chosen]
    return role, report_usage(role.arn, rows, generated_at=NOW, is_complete=True)


def _services(number: int, catalog: Catalog) -> list[str]:
    """Another choice for every role, so that no two documents are the same."""
    every = [service.namespace for service in catalog.services]
    start = number * 7 % len(every)
    return (every[start:] + every[:start])[number % 5 : SERVICES + number % 5]


def _holder(name: str, text: str) -> Role:
    arn = Arn(f"arn:aws:iam::{_ACCOUNT}:role/{name}")
    policy = InlinePolicy("own", PolicyText(text, parse_document(text)))
    return Role(
        arn, name, f"AROA{name.upper()}", "/", NOW - timedelta(days=900), PolicyText("{}", None),
        last_used=RoleLastUsed(NOW - timedelta(days=1), "eu-west-1"), inline=(policy,),
    )  # fmt: skip


@cache
def _tracked(namespace: str) -> tuple[str, ...]:
    """The actions of a service that reports track; equal lists are one object, as the collector keeps them."""
    catalog = load_catalog()
    service = catalog.service(namespace)
    assert service is not None
    return tuple(action.name for action in catalog.actions(service.mask) if is_tracked(namespace, action.name))


def _row(namespace: str, catalog: Catalog, *, is_used: bool, random: Random) -> ServiceUse:
    service = catalog.service(namespace)
    assert service is not None
    names = _tracked(namespace)
    at = NOW - timedelta(days=2)
    chosen = random.sample(names, min(len(names), 5)) if is_used else []
    used = tuple(ActionUse(name, at, "eu-west-1") for name in sorted(chosen))
    return ServiceUse(namespace, service.name, at if is_used else None, tracked=names or None, used=used)


def baseline(each: float, alone: float) -> None:
    """The same reductions by lists of every action, scaled from a few roles."""
    from peers import minimized  # noqa: PLC0415 - only the baseline needs it
    from policyuniverse import all_permissions  # noqa: PLC0415 - the same
    from policyuniverse.expander_minimizer import get_actions_from_statement  # noqa: PLC0415 - the same

    catalog = load_catalog()
    start = time.process_time()
    for number in range(BASELINE_ROLES):
        patterns = [f"{namespace}:*" for namespace in _services(number, catalog)]
        used = set(Random(number).sample(_services(number, catalog), USED))  # noqa: S311 - no secret
        gone = {f"{namespace}:" for namespace in _services(number, catalog) if namespace not in used}
        granted = get_actions_from_statement({"Action": patterns}) & set(all_permissions)
        minimized(sorted(one for one in granted if f"{one.partition(':')[0]}:" not in gone))
    theirs = (time.process_time() - start) / BASELINE_ROLES
    print(f"repokid's way, a role of {SERVICES} services: {theirs:.2f} s CPU, {theirs / each:.0f} times ours")
    start = time.process_time()
    used = ("dynamodb:", "ec2:", "iam:", "lambda:", "logs:", "s3:", "sqs:")
    minimized(sorted(one for one in get_actions_from_statement({"Action": "*"}) if one.startswith(used)))
    theirs = time.process_time() - start
    print(f"repokid's way, one role with `Action: *`: {theirs:.2f} s CPU, {theirs / alone:.0f} times ours")


if __name__ == "__main__":
    main()
