"""Everything that is asked of an account's use: kept as it comes, and kept when somebody says stop."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from fake_aws import FakeCredentials, FakeEvidence, credential_csv
from inventory_samples import NOW, account, allow, inline, role, says, user
from leastwise.aws import JobError
from leastwise.collect import NoProgress, Questions, SavedWriter, collect_evidence
from leastwise.collect.saved import MANIFEST, Manifest, read_manifest
from leastwise.errors import AccessDeniedError, LeastwiseError, UsageError
from leastwise.evidence import Evidence, GapReason, Source, evidence_of, role_uses
from leastwise.inventory import RoleLastUsed
from virtual_time import VirtualClock, run_virtually

S3 = inline(work=says(allow("s3:*")))
FAST, SLOW = (role(name, inline=S3, last_used=RoleLastUsed(NOW, None)) for name in ("fast", "slow"))
ANN = user("ann", inline=S3)
SNAPSHOT = account(users=[ANN], roles=[FAST, SLOW])
QUESTIONS = Questions((FAST.arn, SLOW.arn, ANN.arn), (ANN,))


class Ended(Struct, frozen=True):
    """What was known in the end, and when that was."""

    evidence: Evidence
    seconds: float


def door(*, credentials: FakeCredentials | None = None) -> FakeEvidence:
    """Reports of five seconds but for one of an instant and one of an hour."""
    denied = FakeCredentials(b"", error=AccessDeniedError("no", code="AccessDenied"))
    made = FakeEvidence(credentials or denied)
    made.seconds = {FAST.arn: 0.0, SLOW.arn: 3600.0}
    return made


def collect(
    from_door: FakeEvidence,
    *,
    stop_after: float | None = None,
    writer: SavedWriter | None = None,
    questions: Questions = QUESTIONS,
) -> Ended:
    async def work() -> Ended:
        stop = asyncio.Event()
        if stop_after is not None:
            asyncio.get_running_loop().call_later(stop_after, stop.set)
        evidence = await collect_evidence(
            SNAPSHOT, questions, door=from_door, clock=VirtualClock(), progress=NoProgress(), stop=stop, writer=writer
        )
        assert len(asyncio.all_tasks()) == 1, "something still runs"
        return Ended(evidence, VirtualClock().monotonic())

    return run_virtually(work())


def reasons(evidence: Evidence) -> dict[tuple[str, Source], GapReason]:
    return {(gap.subject.name, gap.source): gap.reason for gaps in evidence.gaps.values() for gap in gaps}


def test_every_question_has_an_answer_or_a_reason() -> None:
    asked = door()
    asked.seconds = {}
    asked.failed[SLOW.arn] = JobError("ServiceFailure", "it broke")
    ended = collect(asked)
    assert set(ended.evidence.usages) == {FAST.arn, ANN.arn}
    assert reasons(ended.evidence) == {
        ("slow", Source.LAST_ACCESSED): GapReason.REPORT_FAILED,
        ("ann", Source.CREDENTIAL_REPORT): GapReason.NOT_READABLE,
    }
    assert ended.evidence.principals == evidence_of(principals=role_uses(SNAPSHOT)).principals


def test_nothing_asked_is_nothing_missing() -> None:
    asked = door()
    ended = collect(asked, questions=Questions((), ()))
    assert not ended.evidence.gaps
    assert (asked.calls, ended.seconds) == (0, 0.0)


@pytest.mark.parametrize("after", [3.0, 8.0, 100.0])
def test_stopped_it_ends_at_once_with_what_was_known_and_a_reason_for_the_rest(after: float) -> None:
    ended = collect(door(), stop_after=after)
    assert ended.seconds == after
    known = {FAST.arn} if after < 5 else {FAST.arn, ANN.arn}
    assert set(ended.evidence.usages) == known
    said = reasons(ended.evidence)
    assert said["slow", Source.LAST_ACCESSED] is GapReason.INTERRUPTED
    assert said["ann", Source.CREDENTIAL_REPORT] is GapReason.NOT_READABLE, "that one was answered before"
    assert ((ANN.name, Source.LAST_ACCESSED) in said) is (after < 5)
    assert ended.evidence.principals, "what the snapshot says is known without asking"


def test_stopped_before_it_began_it_asks_nothing_and_still_says_what_is_missing() -> None:
    asked = door()

    async def work() -> Evidence:
        stop = asyncio.Event()
        stop.set()
        return await collect_evidence(
            SNAPSHOT, QUESTIONS, door=asked, clock=VirtualClock(), progress=NoProgress(), stop=stop
        )

    evidence = run_virtually(work())
    assert (asked.calls, asked.credentials.calls.total()) == (0, 0)
    assert set(reasons(evidence).values()) == {GapReason.INTERRUPTED}
    assert {name for name, _ in reasons(evidence)} == {"fast", "slow", "ann"}


def test_stopped_while_the_credential_report_is_awaited_the_users_have_a_reason() -> None:
    asked = door(credentials=FakeCredentials(b"", ready_after=3600))
    ended = collect(asked, stop_after=0.5)
    assert ended.seconds == 0.5
    assert reasons(ended.evidence)["ann", Source.CREDENTIAL_REPORT] is GapReason.INTERRUPTED


def begun(directory: Path) -> SavedWriter:
    writer = SavedWriter(directory)
    writer.begin()
    return writer


def manifest_of(directory: Path) -> Manifest:
    manifest = read_manifest(directory / MANIFEST)
    assert manifest is not None
    return manifest


@pytest.mark.parametrize("is_stopped", [True, False])
def test_the_manifest_says_whether_all_was_heard_and_what_was_not(tmp_path: Path, is_stopped: bool) -> None:  # noqa: FBT001 - a parameter
    ended = collect(door(), stop_after=8.0 if is_stopped else None, writer=begun(tmp_path / "kept"))
    manifest = manifest_of(tmp_path / "kept")
    assert manifest.complete is not is_stopped
    assert manifest.account == SNAPSHOT.account
    assert manifest.gaps == tuple(gap for gaps in ended.evidence.gaps.values() for gap in gaps)
    kept = sorted(path.name for path in (tmp_path / "kept" / "last-accessed").iterdir())
    assert kept == ["role-fast.json", "user-ann.json"]


def test_answers_are_kept_as_they_come(tmp_path: Path) -> None:
    async def work() -> list[str]:
        collecting = asyncio.create_task(
            collect_evidence(
                SNAPSHOT,
                QUESTIONS,
                door=door(),
                clock=VirtualClock(),
                progress=NoProgress(),
                stop=asyncio.Event(),
                writer=begun(tmp_path / "kept"),
            )
        )
        await asyncio.sleep(100)
        kept = sorted(str(path.relative_to(tmp_path / "kept")) for path in (tmp_path / "kept").rglob("*.json"))
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
        return kept

    assert run_virtually(work()) == ["last-accessed/role-fast.json", "last-accessed/user-ann.json"], "and no manifest"


def test_a_credential_report_is_kept_as_aws_wrote_it_if_it_can_be_read(tmp_path: Path) -> None:
    for content, is_kept in ((credential_csv([ANN]), True), (b"user,arn\r\n", False)):
        asked = door(credentials=FakeCredentials(content))
        asked.seconds = {}
        ended = collect(asked, writer=begun(tmp_path / "kept"))
        assert (ANN.arn in ended.evidence.credentials) is is_kept
        assert bool(manifest_of(tmp_path / "kept").gaps) is not is_kept
        file = tmp_path / "kept" / "credential-report.csv"
        assert (file.read_bytes() if file.exists() else None) == (content if is_kept else None)


class _FullDisk(SavedWriter):
    """Has no room for reports."""

    def usage(self, usage: object) -> None:
        raise UsageError(f"cannot save to {type(usage).__name__}: No space left on device")


def test_a_directory_that_cannot_be_written_is_one_error_however_many_files_fail(tmp_path: Path) -> None:
    asked = door()
    asked.seconds = {}
    with pytest.raises(UsageError, match="No space left") as caught:
        collect(asked, writer=_FullDisk(tmp_path))
    assert isinstance(caught.value, LeastwiseError)
    assert not isinstance(caught.value, BaseExceptionGroup)
    assert not (tmp_path / MANIFEST).exists(), "nothing vouches for what is not there"


def test_a_directory_that_goes_away_is_an_error_with_its_name(tmp_path: Path) -> None:
    writer = begun(tmp_path / "kept")
    (tmp_path / "kept" / "last-accessed").rmdir()
    with pytest.raises(UsageError, match=r"cannot save to .*last-accessed.*: No such file"):
        collect(door(), writer=writer)


def test_steps_of_the_progress_are_the_subjects() -> None:
    class Steps(NoProgress):
        total: int | None = None
        done = 0

        def begin(self, what: str, *, total: int | None) -> None:
            assert what
            self.total = total

        def advance(self) -> None:
            self.done += 1

    steps = Steps()

    async def work() -> Evidence:
        return await collect_evidence(
            SNAPSHOT,
            msgspec.structs.replace(QUESTIONS, subjects=(FAST.arn, ANN.arn)),
            door=door(),
            clock=VirtualClock(),
            progress=steps,
            stop=asyncio.Event(),
        )

    run_virtually(work())
    assert (steps.total, steps.done) == (2, 2)
