"""What a benchmark is made of: a question, work of several sizes, and who does it."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

__all__ = [
    "COST",
    "OURS",
    "Answer",
    "Case",
    "Contender",
    "Figures",
    "Measure",
    "Run",
    "Workload",
    "WrongAnswerError",
    "by_itself",
    "checked",
    "cpu_seconds",
    "held_bytes",
    "peak_bytes",
]

OURS = "streamkit"
"""The contender that budgets are about, and others are compared with."""
COST = "cost"
"""The figure of a table's own column; others are remarks."""

MAX_RUNS = 7
ENOUGH_SECONDS = 0.5


class Workload(NamedTuple):
    """A kind of work, and how much of it."""

    name: str
    size: int


@dataclass(frozen=True)
class Answer:
    """What a run found out, and what it measured on its way."""

    says: Mapping[str, Any]
    figures: Mapping[str, float] = field(default_factory=dict[str, float])


Figures: TypeAlias = Mapping[str, float]
Run: TypeAlias = Callable[[], Answer]
Measure: TypeAlias = Callable[[Run], Figures]
"""Runs something, as often as it likes, and says what a run cost."""


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    What ``prepare`` does is not measured; what it returns is.
    """

    prepare: Callable[[Workload], Run]
    packages: tuple[str, ...] = ()
    """The distributions whose versions matter."""
    takes: Callable[[Workload], bool] = lambda _: True
    """Where it takes part: not where it would take minutes, nor where the work is not its own."""


class Budget(NamedTuple):
    """What the cost of our own contender is held against."""

    says: str
    share: Callable[[Results, Workload], float | None]
    """How much of the budget is used; 1 is all of it, None where it does not apply."""


Results: TypeAlias = Mapping[tuple[str, Workload], Figures]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question, and all it takes to answer it."""

    question: str
    unit: str
    """Of the cost, once it is divided."""
    workloads: Sequence[Workload]
    quick: Sequence[Workload]
    """What ``--quick`` does instead: a minute is for all cases together."""
    contenders: Mapping[str, Contender]
    answer: Callable[[Workload], Mapping[str, Any]]
    """All that there is to find out; a contender may find out less."""
    measure: Measure
    scale: Callable[[Workload], float]
    """What a cost is multiplied by to be in ``unit``."""
    budgets: Sequence[Budget] = ()
    rehearsal: Callable[[Workload], Workload] | None = lambda workload: workload
    """The work at which the answer is checked beforehand: less of it, where a run takes long; None
    where a run is checked as it is measured, and nothing more is gained."""
    rounds: int = 3


class WrongAnswerError(Exception):
    """A contender did not find out what there was to find out, so that its cost means nothing."""


def checked(run: Run, expected: Mapping[str, Any]) -> Run:
    """The run, which raises ``WrongAnswerError`` when its answer is wrong, or empty."""

    def run_and_check() -> Answer:
        answer = run()
        if not answer.says:
            raise WrongAnswerError("it found out nothing")
        for name, said in answer.says.items():
            if said != expected[name]:
                raise WrongAnswerError(
                    f"{name}: {said!r:.200} where {expected[name]!r:.200} is right"
                )
        return answer

    return run_and_check


def cpu_seconds(run: Run, *, runs: int = MAX_RUNS) -> Figures:
    """The median of the thread's CPU seconds."""
    gc.collect()
    costs: list[float] = []
    while len(costs) < runs and sum(costs) < ENOUGH_SECONDS:
        start = time.thread_time()
        run()
        costs.append(time.thread_time() - start)
    return {COST: statistics.median(costs)}


def by_itself(run: Run) -> Figures:
    """What the run measures itself, the cost among it; one run."""
    return run().figures


def peak_bytes(run: Run) -> Figures:
    """How much Python held at most that it did not hold before."""
    return {COST: float(_traced(run)[1])}


def held_bytes(run: Run) -> Figures:
    """How much Python holds afterwards, garbage collected, that it did not hold before."""
    held, peak = _traced(run)
    return {COST: float(held), "KB at the peak": peak / 1e3}


def _traced(run: Run) -> tuple[int, int]:
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        run()
        gc.collect()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before, peak - before
