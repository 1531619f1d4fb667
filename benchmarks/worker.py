"""The measurement of one contender in a process: ``python -m benchmarks.worker CASE CONTENDER``."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

from benchmarks.case import COST, Case, checked
from benchmarks.cases import load

__all__ = ["measure"]


def measure(case: Case, contender: str, *, quick: bool) -> list[dict[str, float] | None]:
    """Return the contender's figures for each workload; None if it takes no part in one.

    Raises:
        WrongAnswerError: An answer was wrong, before or during the measurement.
    """
    chosen = case.contenders[contender]
    measured: list[dict[str, float] | None] = []
    for workload in case.quick if quick else case.workloads:
        if not chosen.takes(workload):
            measured.append(None)
            continue
        if case.rehearsal is not None:
            rehearsal = case.rehearsal(workload)
            checked(chosen.prepare(rehearsal), case.answer(rehearsal))()
        figures = dict(case.measure(checked(chosen.prepare(workload), case.answer(workload))))
        figures[COST] *= case.scale(workload)
        measured.append(figures)
    return measured


def main() -> None:
    """Print the figures and versions as JSON."""
    name, contender, *options = sys.argv[1:]
    case = load(name)
    figures = measure(case, contender, quick="--quick" in options)
    versions = {package: version(package) for package in case.contenders[contender].packages}
    print(json.dumps({"figures": figures, "versions": versions}))


if __name__ == "__main__":
    main()
