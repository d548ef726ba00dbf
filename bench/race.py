"""CPU time of rivals that take turns, and how it is printed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]
SECONDS = 2.0
"""CPU seconds that a rival may use for its repetitions, but for the first two."""
FEWEST, MOST = 2, 200
"""Repetitions."""


@dataclass(frozen=True)
class Cost:
    """What one run of a piece of work costs, in CPU seconds."""

    median: float
    """The middle of all repetitions; ratios are made of these."""
    best: float
    """The fastest repetition."""
    count: int
    """How many there were."""

    def __str__(self) -> str:
        """For a table."""
        return f"{milliseconds(self.median)} ms (best {milliseconds(self.best).strip()}, {self.count} runs)"


def race(rivals: Mapping[str, Work], *, budget: float = SECONDS) -> dict[str, Cost]:
    """What each costs, warmed up once and then in turns, so that a busy moment of the machine meets all of them.

    `budget` are the CPU seconds that each may use for its repetitions, but for the first two.
    """
    taken: dict[str, list[float]] = {name: [] for name in rivals}
    for name, work in rivals.items():
        warming = seconds(work)
        if warming > budget:
            taken[name].append(warming)  # so long a run is its own warm-up
    running = dict(rivals)
    while running:
        for name, work in tuple(running.items()):
            taken[name].append(seconds(work))
            if _is_enough(taken[name], budget):
                del running[name]
    return {name: Cost(median(every), min(every), len(every)) for name, every in taken.items()}


def seconds(work: Work) -> float:
    """CPU seconds of one run, with the garbage of what ran before already gone."""
    gc.collect(0)
    start = time.process_time()
    work()
    return time.process_time() - start


def milliseconds(value: float) -> str:
    """Seconds as milliseconds, with the digits that mean something."""
    shown = value * 1000
    return f"{shown:9.3f}" if shown < 1 else f"{shown:9.2f}" if shown < 100 else f"{shown:9,.0f}"  # noqa: PLR2004


def row(title: str, text: object) -> None:
    """Print a line of a table."""
    print(f"  {title:<48} {text}")


def promise(title: str, *, figure: float, bound: float, unit: str = "ms") -> None:
    """Print what was promised, what is, and whether it holds; milliseconds, or a ratio in %."""
    verdict = "holds" if figure <= bound else "DOES NOT HOLD"
    print(f"  => {title}: {figure:.3g} {unit}, promised at most {bound:g} {unit}: {verdict}")


def _is_enough(taken: list[float], budget: float) -> bool:
    return len(taken) >= MOST or (len(taken) >= FEWEST and sum(taken) + taken[-1] > budget)
