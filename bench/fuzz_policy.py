"""Fuzz the public functions of leastwise.policy for some minutes: legal, broken and hostile input.

    python bench/fuzz_policy.py --minutes 10 [--seed 1] [--claim compare ...] [--output DIR]
    python bench/fuzz_policy.py --replay FILE

Every input is checked against a claim (claims.py). A fault is an exception that no docstring names, a claim that does
not hold, more than 5 s of CPU and 1 s for each MB of the input, or more than 200 MB of memory above what was in use
before: for one input, or for what is kept of all. Each is written to a file of its own as JSON, made as small as 10 s
allow; the exit code is then 1. Memory is read from Linux's /proc.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from claims import CLAIMS, Case

from leastwise.catalog import load_catalog

SECONDS, MEGABYTES, SHRINKING = 5.0, 200, 10.0
SLOW_SHARE = 0.25
"""Share of the time for claims whose inputs are meant to be slow."""


class TooSlowError(Exception):
    """An input took too long."""


class TooLargeError(Exception):
    """An input took too much memory."""


@dataclass(frozen=True)
class Fault:
    """A claim and a case that breaks it."""

    claim: str
    kind: str
    """Exception and innermost line of ours: faults of one kind are one."""
    detail: str
    case: Case

    @property
    def size(self) -> int:
        """Characters of the case as JSON."""
        return len(json.dumps(self.case))


@dataclass
class Run:
    """What happened so far."""

    output: Path
    inputs: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    slowest: dict[str, float] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    peak: float = 0.0
    """Megabytes in use at the highest."""
    kept: float = 0.0
    """Megabytes in use at the end and not at the start: caches."""

    def one(self, claim: str, case: Case) -> None:
        """Check one case and keep what is learnt."""
        start = time.process_time()
        try:
            found, peak = _checked(claim, case)
            self.checked[claim] += found
            self.peak = max(self.peak, peak)
        except Exception as error:  # noqa: BLE001 - whatever comes out is the find
            self._keep(_fault(claim, case, error))
        self.inputs[claim] += 1
        took = time.process_time() - start
        self.spent[claim] += took
        self.slowest[claim] = max(self.slowest.get(claim, 0.0), took)

    def _keep(self, fault: Fault) -> None:
        known = self.faults.get(fault.kind)
        if known is None or fault.size < known.size:
            self.faults[fault.kind] = fault
            self.write(fault)
        if known is None:
            print(f"FAULT {fault.kind}: {fault.detail}", flush=True)

    def write(self, fault: Fault) -> Path:
        """Write the fault to its file."""
        name = "".join(letter if letter.isalnum() else "-" for letter in fault.kind)[:120]
        path = self.output / f"{name}.json"
        path.write_text(
            json.dumps({"claim": fault.claim, "kind": fault.kind, "detail": fault.detail, "case": fault.case})
        )
        return path


def _checked(claim: str, case: Case) -> tuple[bool, float]:
    """Whether the case was checked to the end, and the megabytes in use meanwhile."""
    before = _megabytes("VmRSS")
    if CLAIMS[claim].is_slow:
        Path("/proc/self/clear_refs").write_text("5")  # the highest begins anew here (proc_pid_clear_refs(5))
    with _deadline(SECONDS + sum(len(one) for one in case.values() if isinstance(one, str)) / 1e6):
        found = CLAIMS[claim].check(case)
    peak = _megabytes("VmHWM")
    if CLAIMS[claim].is_slow and peak - before > MEGABYTES:
        raise TooLargeError(f"{peak - before:.0f} MB for one input")
    return found, peak


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    def too_slow(_number: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"more than {seconds:g} s of CPU")

    signal.signal(signal.SIGPROF, too_slow)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _megabytes(name: str) -> float:
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


def _fault(claim: str, case: Case, error: Exception) -> Fault:
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.name != "too_slow"]
    ours = [one for one in frames if "leastwise" in one.filename] or frames
    # Where a slow one happened to be stopped says little: the outermost function does.
    place = ours[0] if isinstance(error, TooSlowError) else ours[-1]
    step = f" {case['step']}" if "step" in case else ""
    kind = f"{claim}{step} {type(error).__name__} {Path(place.filename).name} {place.name}"
    broken = f" {frames[-1].lineno}" if isinstance(error, AssertionError) else ""
    shape = f" ({case['shape']})" if "shape" in case else ""
    return Fault(claim, kind + broken, str(error)[:400] + shape, case)


def shrunk(fault: Fault) -> Fault:
    """The smallest case of the same kind that was found in time; slow and large ones stay as they are."""
    if any(name in fault.kind for name in ("TooSlowError", "TooLargeError")):
        return fault
    end = time.monotonic() + SHRINKING
    best = fault
    improved = True
    while improved:
        improved = False
        for case in _smaller(best.case):
            if time.monotonic() > end:
                return best
            found = _again(fault.claim, case)
            if found is not None and found.kind == fault.kind and found.size < best.size:
                best, improved = found, True
                break
    return best


def _again(claim: str, case: Case) -> Fault | None:
    try:
        _checked(claim, case)
    except Exception as error:  # noqa: BLE001 - the same find again, or another
        return _fault(claim, case, error)
    return None


def _smaller(value: object) -> Iterator[object]:
    """The value with something taken out, large pieces first; texts of JSON are cut as JSON too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and inner[:1] == "{":
                yield from (value | {key: text} for text in _smaller_json(inner))
            yield from (value | {key: smaller} for smaller in _smaller(inner))
    elif isinstance(value, list | str):
        size = len(value) // 2
        while size:
            yield from (value[:start] + value[start + size :] for start in range(0, len(value), size))
            size //= 2
        for place, inner in enumerate(value) if isinstance(value, list) else ():
            yield from ([*value[:place], smaller, *value[place + 1 :]] for smaller in _smaller(inner))


def _smaller_json(text: str) -> Iterator[str]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from (json.dumps(one) for one in _without_keys(data))
    yield from (json.dumps(one) for one in _smaller(data))


def _without_keys(data: object) -> Iterator[object]:
    if isinstance(data, dict):
        for key, inner in data.items():
            yield {name: value for name, value in data.items() if name != key}
            yield from (data | {key: one} for one in _without_keys(inner))
    elif isinstance(data, list):
        for place, inner in enumerate(data):
            yield from ([*data[:place], one, *data[place + 1 :]] for one in _without_keys(inner))


def fuzz(run: Run, *, minutes: float, seed: int, claims: list[str]) -> None:
    """Draw and check until the time is over; each input has a seed of its own."""
    shares = [CLAIMS[claim].share for claim in claims]
    for claim in claims:
        _again(claim, CLAIMS[claim].draw(Random(f"{seed} {claim}")))  # noqa: S311 - what is read once is no growth
    before = _megabytes("VmRSS")
    start, number = time.monotonic(), 0
    while (elapsed := time.monotonic() - start) < minutes * 60:
        rng = Random(f"{seed} {number}")  # noqa: S311 - it is to be repeated
        claim = rng.choices(claims, shares)[0]
        number += 1
        # What is meant to be slow may not keep the others waiting.
        if CLAIMS[claim].is_slow and run.spent[claim] > elapsed * SLOW_SHARE and len(claims) > 1:
            continue
        run.one(claim, CLAIMS[claim].draw(rng))
    run.kept = _megabytes("VmRSS") - before


def summary(run: Run, minutes: float) -> None:
    """Print what was done and found."""
    done = f"{run.inputs.total():,} inputs in {minutes:g} minutes, {len(run.faults)} kinds of fault"
    print(f"\n{done}; {run.peak:.0f} MB in use at the highest, {run.kept:.0f} MB of it still at the end")
    for claim, count in sorted(run.inputs.items()):
        checked, slowest = run.checked[claim], run.slowest[claim]
        print(f"  {claim:<12} {count:>9,} inputs, {checked:>9,} of them checked to the end, slowest {slowest:.2f} s")
    for fault in run.faults.values():
        smallest = shrunk(fault)
        print(f"\nFAULT {smallest.kind}\n  {smallest.detail}\n  {run.write(smallest)}")
        print(f"  {json.dumps(smallest.case)[:1000]}")


def main() -> int:
    """Fuzz, or run one file again; 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--claim", choices=sorted(CLAIMS), action="append", help="only this one; may be repeated")
    parser.add_argument("--output", type=Path, default=Path(tempfile.gettempdir()) / "leastwise-fuzz")
    parser.add_argument("--replay", type=Path, metavar="FILE")
    given = parser.parse_args()
    load_catalog()
    if given.replay is not None:
        kept = json.loads(given.replay.read_text())
        print("checked:", CLAIMS[kept["claim"]].check(kept["case"]))
        return 0
    given.output.mkdir(parents=True, exist_ok=True)
    run = Run(given.output)
    fuzz(run, minutes=given.minutes, seed=given.seed, claims=given.claim or sorted(CLAIMS))
    summary(run, given.minutes)
    return 1 if run.faults or run.kept > MEGABYTES else 0


if __name__ == "__main__":
    sys.exit(main())
