"""The cost of a stream that no template ever fits, against the same code without templates."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.budgets import times_the_cost
from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.streams import answer, consume, events_through, params, pipeline

if TYPE_CHECKING:
    from benchmarks.case import Answer, Run


def _read(workload: Workload, *, learns: bool) -> Run:
    import streamkit

    given = params("structured", streamkit)
    # Another id does not keep a template from fitting, unless it has such a letter.
    pieces = [
        piece.replace(b'"id":"chatcmpl-', b'"id":"\xc3\xa9-%d-' % at)
        for at, piece in enumerate(streamed("structured", workload.size).pieces)
    ]

    def run() -> Answer:
        machines = pipeline(given)
        if not learns:
            machines._learner.pause = sys.maxsize  # noqa: SLF001 - there is no option for it
        return consume(events_through(machines, pieces))

    return run


CASE = Case(
    question=(
        "What does a chunk of a structured answer cost where no two chunks are alike, against the "
        "same code without templates?"
    ),
    unit="µs of CPU time per chunk",
    workloads=[Workload("structured", size) for size in (20, 2_400)],
    quick=[Workload("structured", 600)],
    contenders={
        "streamkit": Contender(partial(_read, learns=True), ("streamkit-rx", "msgspec")),
        "without templates": Contender(partial(_read, learns=False)),
    },
    answer=lambda work: answer("structured", work.size),
    measure=partial(cpu_seconds, runs=200),
    scale=lambda work: 1e6 / work.size,
    budgets=[times_the_cost(1.05, "without templates")],
    in_one_process=True,  # their costs differ by hundredths
)
