"""The measurement in a process: ``python -m benchmarks.worker CASE CONTENDER...``."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.case import COST, Case, Workload, checked
from benchmarks.cases import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.case import Run

__all__ = ["Round", "measure"]

Round: TypeAlias = dict[str, list[dict[str, float] | None]]
"""The figures of each contender for each workload; None where it takes no part."""


def measure(case: Case, contenders: Sequence[str], *, quick: bool, rounds: int = 1) -> list[Round]:
    """Return the figures of each round, in which the contenders take turns at each workload.

    Raises:
        WrongAnswerError: An answer was wrong, before or during the measurement.
    """
    workloads = case.quick if quick else case.workloads
    prepared = [[_prepared(case, name, workload) for name in contenders] for workload in workloads]
    measured: list[Round] = []
    for _ in range(rounds):
        one: Round = {name: [] for name in contenders}
        for workload, runs in zip(workloads, prepared, strict=True):
            for name, run in zip(contenders, runs, strict=True):
                one[name].append(None if run is None else _figures(case, run, workload))
        measured.append(one)
    return measured


def _prepared(case: Case, contender: str, workload: Workload) -> Run | None:
    chosen = case.contenders[contender]
    if not chosen.takes(workload) or chosen.cannot(workload):
        return None
    if case.rehearsal is not None:
        rehearsal = case.rehearsal(workload)
        checked(chosen.prepare(rehearsal), case.answer(rehearsal))()
    return checked(chosen.prepare(workload), case.answer(workload))


def _figures(case: Case, run: Run, workload: Workload) -> dict[str, float]:
    figures = dict(case.measure(run))
    figures[COST] *= case.scale(workload)
    return figures


def main() -> None:
    """Print the figures and versions as JSON."""
    quick = "--quick" in sys.argv
    name, *contenders = [argument for argument in sys.argv[1:] if argument != "--quick"]
    case = load(name)
    rounds = measure(
        case, contenders, quick=quick, rounds=case.rounds if case.in_one_process else 1
    )
    packages = [package for who in contenders for package in case.contenders[who].packages]
    print(json.dumps({"rounds": rounds, "versions": {name: version(name) for name in packages}}))


if __name__ == "__main__":
    main()
