"""A Security Hub that keeps what it is sent as AWS does, and fails as told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

from leastwise.aws import FailedFinding, StoredFinding
from leastwise.errors import AwsError

__all__ = ["FakeHub"]


class FakeHub:
    """The findings of one account in one region."""

    def __init__(self) -> None:
        self.findings: dict[str, dict[str, Any]] = {}
        """By id."""
        self.batches: list[int] = []
        """How many findings each import had."""
        self.sizes: list[int] = []
        """How many bytes of findings each import had."""
        self.on_import: Callable[[int, list[str]], Sequence[FailedFinding]] | None = None
        """What the nth import, from 0, says of these ids; it may raise."""
        self.refusal: AwsError | None = None
        """What GetFindings says instead of an answer."""

    @property
    def active(self) -> set[str]:
        """The ids of the findings that are not archived."""
        return {key for key, one in self.findings.items() if one["RecordState"] == "ACTIVE"}

    async def import_findings(self, findings: Sequence[bytes]) -> tuple[FailedFinding, ...]:
        await asyncio.sleep(0)
        taken = [json.loads(one) for one in findings]
        self.batches.append(len(findings))
        self.sizes.append(sum(map(len, findings)))
        failed = () if self.on_import is None else self.on_import(len(self.batches) - 1, [one["Id"] for one in taken])
        lost = {one.id for one in failed}
        for one in taken:
            if one["Id"] not in lost:
                assert self._is_newer(one), "an update that comes too late is not to be sent"
                self.findings[one["Id"]] = {"Workflow": {"Status": "NEW"}, **one}
        return tuple(failed)

    def _is_newer(self, finding: dict[str, Any]) -> bool:
        known = self.findings.get(finding["Id"])
        return known is None or _moment(known["UpdatedAt"]) < _moment(finding["UpdatedAt"])

    async def stored_findings(self, *, product: str, account: str, generator: str) -> AsyncIterator[StoredFinding]:
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        for one in list(self.findings.values()):
            is_asked_for = (one["ProductArn"], one["AwsAccountId"]) == (product, account)
            if is_asked_for and one["GeneratorId"].startswith(generator):
                created = _moment(one["CreatedAt"])
                yield StoredFinding(
                    id=one["Id"],
                    first_seen_at=_moment(one.get("FirstObservedAt", one["CreatedAt"])),
                    created_at=created,
                    updated_at=_moment(one["UpdatedAt"]),
                    is_active=one["RecordState"] == "ACTIVE",
                    text=json.dumps(one).encode(),
                )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
