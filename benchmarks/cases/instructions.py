"""Question 1 in a unit that does not depend on the other work of the machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.budgets import times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself
from benchmarks.cases import structured_stream
from benchmarks.cases.structured_stream import MANY
from benchmarks.counting import VALGRIND, instructions

if TYPE_CHECKING:
    from benchmarks.case import Run


def _counted(contender: str, workload: Workload) -> Run:
    def run() -> Answer:
        # Under valgrind more than one stream would take the openai package minutes.
        few = (workload.size,) if contender == "openai" else ()
        cost = instructions("structured_stream", contender, workload, *few)
        return Answer({"is checked by the process that is watched": True}, {COST: cost})

    return run


def _takes(contender: str, workload: Workload) -> bool:
    # Under valgrind longer streams would take the openai package minutes.
    is_short = workload == Workload("structured", 600)
    return VALGRIND is not None and (contender != "openai" or is_short)


CASE = Case(
    question=(
        "How many instructions does a chunk of a structured answer take, when `parsed` is read at "
        "each event? (Needs valgrind; not part of `--quick`.)"
    ),
    unit="instructions of the processor per chunk",
    workloads=[
        Workload("structured", 600),
        Workload("structured", 6_000),
        Workload(MANY, 6_000),
    ],
    quick=[],
    contenders={
        name: Contender(partial(_counted, name), contender.packages, takes=partial(_takes, name))
        for name, contender in structured_stream.CASE.contenders.items()
        if name != "openai, not parsing"
    },
    answer=lambda _: {"is checked by the process that is watched": True},
    measure=by_itself,
    scale=lambda work: 1 / work.size,
    budgets=[
        times_the_cost(1.05, "floor", where=lambda work: work.name != MANY),
        times_the_cost(
            1.25, "floor", whose="streamkit client", where=lambda work: work.name != MANY
        ),
        times_the_cost(1, "floor", where=lambda work: work.name == MANY),
    ],
    rehearsal=None,
    rounds=1,
)
