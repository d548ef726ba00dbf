"""The account as it would be after steps."""

from collections.abc import Iterable
from datetime import datetime

from leastwise.inventory import Snapshot, policy_text
from leastwise.plan.altered import Altered, IndexedSnapshot
from leastwise.plan.steps import Step

__all__ = ["applied"]


def applied(snapshot: Snapshot, steps: Iterable[Step], *, at: datetime) -> Snapshot:
    """The account as a scan would find it, had the steps been done at that moment.

    What is made is dated `at`. A new policy has no id yet, which AWS gives; a policy that is made again has the
    numbers of its versions and the default that it had, and neither its id nor its dates. A new version has the number
    after the highest known one. What is put on a list stands at its place by name or ARN. AWS's counts of attachments
    go with the attachments, and not below 0 where they were too low. An AWS-managed policy stays listed when nobody
    holds it any more. Access keys and passwords are not in a snapshot: SetKeyStatus and DeletePassword change nothing
    here. Linear in the steps, plus one pass over the snapshot.

    Raises:
        ValueError: a step does not fit what is there then; names step and object.
    """
    altered = Altered(IndexedSnapshot(snapshot), at=at, read=policy_text)
    for step in steps:
        altered.do(step)
    return altered.snapshot()
