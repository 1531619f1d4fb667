"""The parts of a benchmark: a question, work of several sizes, and the contenders."""

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
"""The contender that has the budgets, and the one that others are compared with."""
COST = "cost"
"""The figure with a column of its own in a table; the others are remarks."""

MIN_RUNS, MAX_RUNS = 3, 25
ENOUGH_SECONDS = 0.5


class Workload(NamedTuple):
    """A kind of work, and its size."""

    name: str
    size: int


@dataclass(frozen=True)
class Answer:
    """The findings of a run, and the figures that it measured itself."""

    says: Mapping[str, Any]
    figures: Mapping[str, float] = field(default_factory=dict[str, float])


Figures: TypeAlias = Mapping[str, float]
Run: TypeAlias = Callable[[], Answer]
Measure: TypeAlias = Callable[[Run], Figures]
"""A function that repeats a run as needed, and returns the figures of one run."""


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    Only the run that ``prepare`` returns is measured, not ``prepare`` itself.
    """

    prepare: Callable[[Workload], Run]
    packages: tuple[str, ...] = ()
    """The distributions whose versions the table names."""
    takes: Callable[[Workload], bool] = lambda _: True
    """Whether it takes part: it does not if it would need minutes, or cannot do such work."""
    cannot: Callable[[Workload], str | None] = lambda _: None
    """Why it takes no part, where its row is to say so; None where it does."""


class Budget(NamedTuple):
    """A limit on a cost of streamkit."""

    says: str
    share: Callable[[Results, Workload], float | None]
    """The used part of the budget: 1 is all of it, and None if the budget does not apply."""


Results: TypeAlias = Mapping[tuple[str, Workload], Figures]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question with its workloads, contenders and budgets."""

    question: str
    unit: str
    """The unit of the cost, after it is scaled."""
    workloads: Sequence[Workload]
    quick: Sequence[Workload]
    """The workloads of ``--quick``, which does all cases in a minute."""
    contenders: Mapping[str, Contender]
    answer: Callable[[Workload], Mapping[str, Any]]
    """A function that returns all findings; a contender may return fewer."""
    measure: Measure
    scale: Callable[[Workload], float]
    """A function that returns the factor from a measured cost to ``unit``."""
    budgets: Sequence[Budget] = ()
    rehearsal: Callable[[Workload], Workload] | None = lambda workload: workload
    """The work whose answer is checked before measuring: less work if a run is slow; None if each
    run is checked as it is measured, so that an earlier check gains nothing."""
    rounds: int = 3
    in_one_process: bool = False
    """Whether the contenders take turns in one process, and not each in its own: so a ratio of two
    that differ by tenths does not depend on the memory and the pace of a process."""


class WrongAnswerError(Exception):
    """A contender gave a wrong answer, so that its cost means nothing."""


def checked(run: Run, expected: Mapping[str, Any]) -> Run:
    """Return a run that raises ``WrongAnswerError`` when its answer is wrong or empty."""

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
    """Return the median of the thread's CPU seconds.

    The first runs after other work are slower. Short runs have many others beside them, and long
    ones at least two, so that the figures of fast and slow contenders are those of warm runs.
    """
    gc.collect()
    costs: list[float] = []
    while len(costs) < min(MIN_RUNS, runs) or (len(costs) < runs and sum(costs) < ENOUGH_SECONDS):
        start = time.thread_time()
        run()
        costs.append(time.thread_time() - start)
    return {COST: statistics.median(costs)}


def by_itself(run: Run) -> Figures:
    """Return the figures that one run measures itself, with the cost."""
    return run().figures


def peak_bytes(run: Run) -> Figures:
    """Return the bytes that Python held at the peak, beyond those held before."""
    return {COST: float(_traced(run)[1])}


def held_bytes(run: Run) -> Figures:
    """Return the bytes that Python holds after a collection, beyond those held before."""
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
