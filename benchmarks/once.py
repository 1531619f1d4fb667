"""A contender's work, repeated: ``python -m benchmarks.once CASE CONTENDER SIZE TIMES [WORK]``.

Without a work it is the first one of the case.

Tools that observe a process from outside, such as valgrind, observe this one.
"""

from __future__ import annotations

import sys

from benchmarks.case import Workload, checked
from benchmarks.cases import load

__all__ = ["main"]


def main() -> None:
    """Repeat the work; raise ``WrongAnswerError`` for a wrong answer."""
    name, contender, size, times, *work = sys.argv[1:]
    case = load(name)
    workload = Workload(work[0] if work else case.workloads[0].name, int(size))
    run = checked(case.contenders[contender].prepare(workload), case.answer(workload))
    for _ in range(int(times)):
        run()


if __name__ == "__main__":
    main()
