"""A contender's work, repeated: ``python -m benchmarks.once CASE CONTENDER SIZE TIMES``.

Tools that observe a process from outside, such as valgrind, observe this one.
"""

from __future__ import annotations

import sys

from benchmarks.case import checked
from benchmarks.cases import load

__all__ = ["main"]


def main() -> None:
    """Repeat the work; raise ``WrongAnswerError`` for a wrong answer."""
    name, contender, size, times = sys.argv[1:]
    case = load(name)
    workload = case.workloads[0]._replace(size=int(size))
    run = checked(case.contenders[contender].prepare(workload), case.answer(workload))
    for _ in range(int(times)):
        run()


if __name__ == "__main__":
    main()
