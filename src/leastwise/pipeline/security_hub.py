"""A scan's findings, sent to Security Hub; those of earlier scans that it proves to be resolved are archived there."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from itertools import islice
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from leastwise.aws import (
    MAXIMUM_BATCH_BYTES,
    MAXIMUM_FINDINGS,
    ConnectionOptions,
    FailedFinding,
    StoredFinding,
    connect_security_hub,
)
from leastwise.clock import Clock
from leastwise.errors import AwsError, InvalidInputError
from leastwise.findings import ScanStatus
from leastwise.pipeline.resolved_findings import resolved_ids
from leastwise.report import AccountEntry, ScanDocument
from leastwise.report.asff import asff_findings, asff_id
from leastwise.report.asff_finding import (
    GENERATOR,
    AsffCompliance,
    AsffFinding,
    ComplianceStatus,
    RecordState,
    product_arn,
    read_asff,
)
from leastwise.report.json_format import encode

__all__ = ["FindingStore", "Sent", "send_findings", "send_to_security_hub"]

_MORE_ROUNDS: Final = 3
"""How often findings that failed for a passing reason are sent again."""
_FIRST_WAIT_SECONDS: Final = 0.5
"""It doubles from round to round."""
_AT_ONCE: Final = 4
"""Batches under way at once."""
_PASSING: Final = (
    "internal",
    "throttl",
    "toomanyrequests",
    "limitexceeded",
    "unavailable",
    "timeout",
    "concurrent",
)
"""Parts of error codes that say that another try may do; AWS lists the codes of single findings nowhere."""


class FindingStore(Protocol):
    """What of Security Hub this needs."""

    async def import_findings(self, findings: Sequence[bytes]) -> tuple[FailedFinding, ...]:
        """Those of the findings that were not taken."""
        ...

    def stored_findings(self, *, product: str, account: str, generator: str) -> AsyncIterator[StoredFinding]:
        """The findings that are there."""
        ...


class Sent(Struct, frozen=True):
    """What became of the findings."""

    sent: int = 0
    """Findings that Security Hub has now, as ACTIVE."""
    exempt: int = 0
    """Those that an exemption covers; it has them, as ARCHIVED."""
    known: int = 0
    """Findings that it has from this very scan, or from a later one, and that were not sent again."""
    archived: int = 0
    """Findings of earlier scans that it has archived, since they are resolved."""
    left_open: int = 0
    """Findings of earlier scans that stay as they are there: this scan has not found them, and has not looked at all
    that would prove them resolved; or a later scan sent them."""
    failed: tuple[FailedFinding, ...] = ()
    """Findings that it did not take, by id."""
    error: AwsError | None = None
    """What ended the sending early; None if nothing did."""

    @property
    def is_complete(self) -> bool:
        """Whether everything was sent that was to be."""
        return self.error is None and not self.failed


class _Fate(Enum):
    """What becomes of a finding that is taken."""

    SENT = "sent"
    EXEMPT = "exempt"
    ARCHIVED = "archived"


class _Outgoing(Struct, frozen=True):
    """A finding on its way."""

    id: str
    text: bytes
    fate: _Fate


class _Tally:
    """What has become of the findings so far."""

    def __init__(self) -> None:
        self.taken: Counter[_Fate] = Counter()
        self.failed: list[FailedFinding] = []
        self.known = self.left_open = 0

    def settle(self, batch: Sequence[_Outgoing], failed: Sequence[FailedFinding]) -> None:
        lost = {one.id for one in failed}
        self.failed.extend(failed)
        self.taken.update(one.fate for one in batch if one.id not in lost)


async def send_to_security_hub(
    document: ScanDocument, options: ConnectionOptions, *, region: str, clock: Clock, is_whole: bool = False
) -> Sent:
    """What became of the scan's findings, sent to the Security Hub of this region; see `send_findings`.

    Raises:
        UsageError: no such region, or an endpoint URL that is none.
        AwsError: before any call, as there are no credentials.
    """
    async with connect_security_hub(options, region=region, clock=clock) as door:
        return await send_findings(document, door, region=region, clock=clock, is_whole=is_whole)


async def send_findings(
    document: ScanDocument, store: FindingStore, *, region: str, clock: Clock, is_whole: bool = False
) -> Sent:
    """What became of the scan's findings, sent to a store of this region.

    All are sent, those of earlier scans too, since Security Hub forgets what nobody updates for 90 days; they keep the
    time at which they were first seen. Then those are archived that the scan proves to be resolved, and no others: see
    `resolved_ids`. Every update bears the moment of the scan, so that a scan undoes nothing that a later one sent.
    `is_whole` says that the scan shows whole accounts, unless it was narrowed: not so where it is made from a file that
    may have been filtered. Of what it does show, it must have the findings of every rule. A call that fails ends the
    sending, and is told in the result.
    """
    tally, error = _Tally(), None
    try:
        for account in document.accounts:
            if account.status is not ScanStatus.FAILED:
                await _Sending(document, account, store, region, clock, tally).run(is_whole=is_whole)
    except AwsError as caught:
        error = caught
    return Sent(
        sent=tally.taken[_Fate.SENT],
        exempt=tally.taken[_Fate.EXEMPT],
        known=tally.known,
        archived=tally.taken[_Fate.ARCHIVED],
        left_open=tally.left_open,
        failed=tuple(sorted(tally.failed, key=lambda one: one.id)),
        error=error,
    )


class _Sending(Struct, frozen=True):
    """The findings of one account, being sent."""

    document: ScanDocument
    account: AccountEntry
    store: FindingStore
    region: str
    clock: Clock
    tally: _Tally

    async def run(self, *, is_whole: bool) -> None:
        known, missing = await self._stored()
        current = {one.id for one in known.values() if one.updated_at >= self.document.generated_at}
        self.tally.known += len(current)
        await self._deliver(one for one in self._found(known) if one.id not in current)
        resolved = self._resolved(missing, is_whole=is_whole)
        self.tally.left_open += len(missing) - len(resolved)
        await self._deliver(resolved)

    async def _stored(self) -> tuple[Mapping[str, StoredFinding], list[StoredFinding]]:
        """Those of the scan's findings that are there already, by id, and the open ones that the scan has not."""
        found = {asff_id(entry) for entry in self.document.findings if entry.account == self.account.id}
        known: dict[str, StoredFinding] = {}
        missing: list[StoredFinding] = []
        account = str(self.account.id)
        product = product_arn(self.account.partition, self.region, account)
        async for one in self.store.stored_findings(product=product, account=account, generator=GENERATOR):
            if one.id in found:
                # What it says is sent anew, and there may be many.
                known[one.id] = replace(one, text=b"")
            elif one.is_active:
                missing.append(one)
        return known, missing

    def _found(self, known: Mapping[str, StoredFinding]) -> Iterator[_Outgoing]:
        for finding in asff_findings(self.document, region=self.region):
            if finding.aws_account_id == self.account.id:
                stored = known.get(finding.id)
                dated = finding if stored is None else _first_seen(finding, stored)
                is_exempt = finding.record_state is RecordState.ARCHIVED
                yield _Outgoing(finding.id, encode(dated), _Fate.EXEMPT if is_exempt else _Fate.SENT)

    def _resolved(self, missing: Iterable[StoredFinding], *, is_whole: bool) -> list[_Outgoing]:
        """Those of the missing findings that the scan proves to be resolved, archived."""
        now = self.document.generated_at
        read = [read_asff(one.text) for one in missing if one.updated_at < now]
        candidates = [finding for finding in read if finding is not None]
        resolved = resolved_ids(self.document, self.account.id, missing=candidates, is_whole=is_whole)
        return [_archived(finding, now) for finding in candidates if finding.id in resolved]

    async def _deliver(self, findings: Iterable[_Outgoing]) -> None:
        """Send the findings; where a call fails, the calls beside it are settled before its error is raised."""
        batches = _batches(findings)
        while some := list(islice(batches, _AT_ONCE)):
            outcomes = await asyncio.gather(*map(self._send, some), return_exceptions=True)
            for batch, outcome in zip(some, outcomes, strict=True):
                if not isinstance(outcome, BaseException):
                    self.tally.settle(batch, outcome)
            if errors := [outcome for outcome in outcomes if isinstance(outcome, BaseException)]:
                raise errors[0]

    async def _send(self, batch: Sequence[_Outgoing]) -> Sequence[FailedFinding]:
        """Those of the batch that were not taken, however often they were sent."""
        lost: list[FailedFinding] = []
        waiting, failed = {one.id: one.text for one in batch}, tuple[FailedFinding, ...]()
        for number in range(1 + _MORE_ROUNDS):
            if number:
                await self.clock.sleep(_FIRST_WAIT_SECONDS * 2 ** (number - 1))
            failed = await self._try(waiting)
            lost += [one for one in failed if not _is_passing(one)]
            waiting = {one.id: waiting[one.id] for one in failed if _is_passing(one) and one.id in waiting}
            if not waiting:
                return lost
        return [*lost, *(one for one in failed if one.id in waiting)]

    async def _try(self, waiting: Mapping[str, bytes]) -> tuple[FailedFinding, ...]:
        try:
            return await self.store.import_findings(list(waiting.values()))
        except InvalidInputError as error:
            # A batch that is refused as a whole must not keep the others from being sent.
            return tuple(FailedFinding(one, error.code, error.message) for one in waiting)


def _first_seen(finding: AsffFinding, stored: StoredFinding) -> AsffFinding:
    return replace(finding, created_at=stored.created_at, first_observed_at=stored.first_seen_at)


def _archived(finding: AsffFinding, now: datetime) -> _Outgoing:
    closed = replace(
        finding,
        updated_at=now,
        record_state=RecordState.ARCHIVED,
        compliance=AsffCompliance(ComplianceStatus.PASSED),
    )
    return _Outgoing(closed.id, encode(closed), _Fate.ARCHIVED)


def _batches(findings: Iterable[_Outgoing]) -> Iterator[list[_Outgoing]]:
    """The findings in batches that one call takes."""
    batch: list[_Outgoing] = []
    size = 0
    for one in findings:
        if batch and (len(batch) == MAXIMUM_FINDINGS or size + len(one.text) > MAXIMUM_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one.text)
    if batch:
        yield batch


def _is_passing(failed: FailedFinding) -> bool:
    return any(part in failed.code.lower() for part in _PASSING)
