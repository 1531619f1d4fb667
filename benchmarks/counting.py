"""The instructions of the processor that a contender's work takes, as valgrind counts them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.case import Workload

__all__ = ["VALGRIND", "instructions"]

VALGRIND = shutil.which("valgrind")


_ENOUGH = 60_000
"""The number of chunks in whose instructions those of a process's start, which differ by some
millions from one process to the next, are less than a percent.
"""


def instructions(case: str, contender: str, workload: Workload, chunks: int = _ENOUGH) -> float:
    """Return the instructions that a contender's work takes when it is done again.

    In the first pass Python specialises the hot code, and things are set up. The figure is the mean
    of the later ones, which are as many as have so many chunks.
    """
    again = max(1, chunks // workload.size)
    once, often = (_counted(case, contender, workload, times) for times in (1, 1 + again))
    return (often - once) / again


def _counted(case: str, contender: str, workload: Workload, times: int) -> float:
    """Return the instructions of a process that does the work so many times."""
    work = [case, contender, str(workload.size), str(times), workload.name]
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
