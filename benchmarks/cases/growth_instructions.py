"""Question 2 in a unit that does not depend on the other work of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.budgets import growth
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself
from benchmarks.cases.growth import KINDS
from benchmarks.counting import VALGRIND, instructions
from benchmarks.protocols import NAMES

if TYPE_CHECKING:
    from benchmarks.case import Run

# With 64 calls a short stream is mostly their beginnings.
_NAMES = (*(kind for kind in KINDS if kind != "64 tool calls"), *NAMES)


def _counted(workload: Workload) -> Run:
    case = "protocols" if workload.name in NAMES else "growth"

    def run() -> Answer:
        cost = instructions(case, "streamkit", workload)
        return Answer({"is checked by the process that is watched": True}, {COST: cost})

    return run


CASE = Case(
    question=(
        "How many instructions does a chunk or an event take, wherever it is in a stream? "
        "(Needs valgrind; not part of `--quick`.)"
    ),
    unit="instructions of the processor per chunk",
    workloads=[Workload(name, size) for name in _NAMES for size in (600, 25_000)],
    quick=[],
    contenders={
        "streamkit": Contender(_counted, ("streamkit-rx",), takes=lambda _: VALGRIND is not None)
    },
    answer=lambda _: {"is checked by the process that is watched": True},
    measure=by_itself,
    scale=lambda work: 1 / work.size,
    budgets=[growth(1.05, since=600)],
    rehearsal=None,
    rounds=1,
)
