"""The journal: what was written is read back, what was changed is told, and it can be read without leastwise."""

import json
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apply.memory_account import Crash, Fault
from apply.runs import bench, change_of, drawn_plans, plan_of_changes, virtually
from inventory_samples import arn, user
from leastwise.apply import Entry, Intent, Journal, JournalError, RunBegun, RunResumed, read_journal
from leastwise.inventory import Snapshot
from leastwise.plan import Plan, PutInline
from plan.accounts import account_of
from plan.plans import values

LAW = settings(max_examples=60, deadline=None)
WRITES = {"put_inline", "delete_inline", "create_policy", "delete_policy", "create_version", "set_default"} | {
    "delete_version",
    "attach",
    "detach",
    "add_to_group",
    "remove_from_group",
    "set_key_status",
    "delete_password",
}
SAMPLE = account_of(users=[user("U")])
PLAN = plan_of_changes(change_of("edit", PutInline(arn("user", "U"), "A", '{"é": "\\n"}')))


def written(entries: list[Entry], directory: str) -> Path:
    path = Path(directory) / "run.jsonl"
    with Journal.create(path) as journal:
        for entry in entries:
            journal.write(entry)
    return path


def sample(directory: Path) -> Path:
    """The journal of a run."""

    async def work() -> bytes:
        with bench(SAMPLE) as one:
            await one.apply(PLAN)
            return one.path("run").read_bytes()

    path = directory / "run.jsonl"
    path.write_bytes(virtually(work))
    return path


@given(st.lists(values(Entry).filter(lambda entry: not isinstance(entry, RunBegun)), max_size=6), values(RunBegun))
@LAW
def test_what_is_written_is_read(entries: list[Entry], begun: RunBegun) -> None:
    first = RunBegun("leastwise/journal/1", *(getattr(begun, name) for name in RunBegun.__struct_fields__[1:]))
    with tempfile.TemporaryDirectory() as directory:
        path = written([first, *entries], directory)
        assert list(read_journal(path).entries) == [first, *entries]


@given(drawn_plans())
@LAW
def test_an_intent_with_the_whole_before_is_in_the_file_when_anything_is_called(case: tuple[Snapshot, Plan]) -> None:
    before, plan = case

    async def work() -> None:
        with bench(before) as one:
            seen: list[bool] = []

            def on_call(_number: int, name: str) -> None:
                if name in WRITES:
                    last = read_journal(one.path("run")).entries[-1]
                    seen.append(isinstance(last, Intent))

            one.account.on_call = on_call
            await one.apply(plan)
            assert all(seen)
            assert len(seen) == len(one.account.writes)

    virtually(work)


def test_it_is_plain_json_whose_chain_anyone_can_check(tmp_path: Path) -> None:
    previous = b""
    for number, line in enumerate(sample(tmp_path).read_bytes().splitlines(keepends=True), start=1):
        said = json.loads(line)
        assert said["number"] == number
        content = line[: line.rindex(b',"chain":')] + b"}"
        assert said["chain"] == "sha256:" + sha256(previous + content).hexdigest()
        previous = line


def test_the_first_line_names_the_schema_and_texts_stand_there_to_be_read(tmp_path: Path) -> None:
    lines = [json.loads(line)["entry"] for line in sample(tmp_path).read_text().splitlines()]
    assert lines[0]["schema"] == "leastwise/journal/1"
    assert [line["entry"] for line in lines] == [
        "run-begun",
        "change-begun",
        "intent",
        "step-ended",
        "change-ended",
        "run-ended",
    ]
    assert lines[2]["target"] == {
        "object": "inline-policy",
        "principal": arn("user", "U"),
        "policy": "A",
        "document": '{"é": "\\n"}',
    }


def test_a_half_written_last_line_is_let_pass_and_told(tmp_path: Path) -> None:
    path = sample(tmp_path)
    whole = path.read_bytes()
    last = whole[:-1].rindex(b"\n") + 1
    for cut in range(last + 1, len(whole)):
        path.write_bytes(whole[:cut])
        read = read_journal(path)
        assert len(read.entries) == whole.count(b"\n") - 1
        assert read.torn == whole[last:cut].decode(errors="replace")


def test_a_run_with_a_half_written_last_line_goes_on_and_keeps_what_it_took_away(tmp_path: Path) -> None:
    async def work() -> None:
        with bench(SAMPLE) as one:
            one.account.faults[2] = Fault(Crash())
            with pytest.raises(Crash):
                await one.apply(PLAN)
            path = one.path("run")
            path.write_bytes(path.read_bytes() + b'{"number":4,"ent')
            await one.apply(PLAN)
            resumed = [entry for entry in read_journal(path).entries if isinstance(entry, RunResumed)]
            assert [entry.torn for entry in resumed] == ['{"number":4,"ent']
            assert len(one.account.writes) == 1

    assert tmp_path.exists()
    virtually(work)


@given(st.data())
@LAW
def test_a_changed_byte_is_told_with_its_line(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = sample(Path(directory))
        whole = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(whole) - 2))  # without its last line feed the last line is half-written
        was = whole[place]
        whole[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != was))
        path.write_bytes(bytes(whole))
        with pytest.raises(JournalError) as caught:
            read_journal(path)
        line = bytes(whole[:place]).count(b"\n") + 1
        assert caught.value.line == line
        assert f"line {line}" in caught.value.message


def test_a_line_that_is_missing_is_told(tmp_path: Path) -> None:
    path = sample(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    for gone in range(len(lines) - 1):
        path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
        with pytest.raises(JournalError, match="chain does not hold"):
            read_journal(path)


def test_a_journal_is_never_begun_over_another(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be made"):
        Journal.create(sample(tmp_path))


def test_a_journal_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be read"):
        read_journal(tmp_path / "none.jsonl")


def test_another_schema_is_refused(tmp_path: Path) -> None:
    entry = read_journal(sample(tmp_path)).begun
    assert entry is not None
    other = RunBegun("leastwise/journal/2", *(getattr(entry, name) for name in RunBegun.__struct_fields__[1:]))
    with tempfile.TemporaryDirectory() as directory, pytest.raises(JournalError, match="journal/2"):
        read_journal(written([other], directory))


def test_the_journal_of_another_plan_is_not_gone_on_with() -> None:
    other = plan_of_changes(change_of("other", PutInline(arn("user", "U"), "B", "{}")))

    async def work() -> None:
        with bench(SAMPLE) as one:
            await one.apply(PLAN)
            with pytest.raises(JournalError, match="another run"):
                await one.apply(other)
            assert len(one.account.writes) == 1

    virtually(work)
