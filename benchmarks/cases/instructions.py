"""Question 1 in a unit that does not depend on the other work of the machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.budgets import times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself
from benchmarks.cases import structured_stream

if TYPE_CHECKING:
    from benchmarks.case import Run

VALGRIND = shutil.which("valgrind")


def _counted(contender: str, workload: Workload) -> Run:
    def run() -> Answer:
        # In the second pass Python has specialised the hot code, and the set-up is complete.
        once, twice = (_instructions(contender, workload, times) for times in (1, 2))
        return Answer({"is checked by the process that is watched": True}, {COST: twice - once})

    return run


def _instructions(contender: str, workload: Workload, times: int) -> float:
    work = ["structured_stream", contender, str(workload.size), str(times)]
    command = [sys.executable, "-m", "benchmarks.once", *work]
    watch = [str(VALGRIND), "--tool=cachegrind", "--cache-sim=no"]
    output = subprocess.run(
        [*watch, "--cachegrind-out-file=/dev/null", *command],
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    ).stderr
    (line,) = (line for line in output.splitlines() if "I refs:" in " ".join(line.split()))
    return float(line.rpartition(":")[2].replace(",", ""))


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
