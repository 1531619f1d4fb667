"""Question 1 in a unit that does not depend on the other work of the machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.budgets import times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself
from benchmarks.cases import structured_stream
from benchmarks.counting import VALGRIND, instructions

if TYPE_CHECKING:
    from benchmarks.case import Run


def _counted(contender: str, workload: Workload) -> Run:
    def run() -> Answer:
        # In the second pass Python has specialised the hot code, and the set-up is complete.
        once, twice = (
            instructions("structured_stream", contender, workload, times) for times in (1, 2)
        )
        return Answer({"is checked by the process that is watched": True}, {COST: twice - once})

    return run


CASE = Case(
    question=(
        "How many instructions does a chunk of a structured answer take, when `parsed` is read at "
        "each event? (Needs valgrind; not part of `--quick`.)"
    ),
    unit="instructions of the processor per chunk",
    workloads=[Workload("structured", 600)],
    quick=[],
    contenders={
        name: Contender(
            partial(_counted, name), contender.packages, takes=lambda _: VALGRIND is not None
        )
        for name, contender in structured_stream.CASE.contenders.items()
        if name != "openai, not parsing"
    },
    answer=lambda _: {"is checked by the process that is watched": True},
    measure=by_itself,
    scale=lambda work: 1 / work.size,
    budgets=[times_the_cost(2, "floor")],
    rehearsal=None,
    rounds=1,
)
