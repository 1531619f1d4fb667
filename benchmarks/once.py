"""A contender's work, so many times: ``python -m benchmarks.once CASE CONTENDER SIZE TIMES``.

What watches a process from outside, as valgrind does, watches this one.
"""

from __future__ import annotations

import sys

from benchmarks.case import checked
from benchmarks.cases import load

__all__ = ["main"]


def main() -> None:
    """Do it; a wrong answer raises ``WrongAnswerError``."""
    name, contender, size, times = sys.argv[1:]
    case = load(name)
    workload = case.workloads[0]._replace(size=int(size))
    run = checked(case.contenders[contender].prepare(workload), case.answer(workload))
    for _ in range(int(times)):
        run()


if __name__ == "__main__":
    main()
