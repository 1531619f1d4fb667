"""The runner of a case: the contenders take turns, for several rounds.

Each works in a process of its own, or all of them in one, as the case says.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.case import COST, OURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.case import Case, Figures, Results, Workload
    from benchmarks.worker import Round

__all__ = ["ROOT", "Row", "Table", "run"]

ROOT = Path(__file__).parent.parent


class Row(NamedTuple):
    """The cost of one contender's work."""

    workload: Workload
    contender: str
    figures: Figures
    times_ours: float | None
    budgets: dict[str, float]
    """The used part of each budget; 1 is all of it."""
    cannot: str = ""
    """Why there are no figures."""


class Table(NamedTuple):
    """The answer to a case's question."""

    rows: list[Row]
    versions: dict[str, str]
    absent: list[str]
    """The contenders that are not installed."""


def run(name: str, case: Case, *, quick: bool) -> Table:
    """Measure all contenders; a figure is the median of the rounds, and so is a ratio of two.

    Raises:
        subprocess.CalledProcessError: A contender failed or gave a wrong answer, and printed why.
    """
    present, absent = _present(case)
    versions: dict[str, str] = {}
    workloads = case.quick if quick else case.workloads
    rounds: list[Results] = []
    processes = [present] if case.in_one_process else [[contender] for contender in present]
    for _ in range(1 if quick or case.in_one_process else case.rounds):
        reports = [_work(name, contenders, quick=quick) for contenders in processes]
        versions.update(item for report in reports for item in report["versions"].items())
        parts = zip(*(report["rounds"] for report in reports), strict=True)
        rounds.extend(_results(of_one_round, workloads) for of_one_round in parts)
    rows: list[Row] = []
    for work in workloads:
        for who in present:
            if (who, work) in rounds[0]:
                rows.append(_row(case, rounds, who, work))
            elif why := case.contenders[who].cannot(work):
                rows.append(Row(work, who, {}, None, {}, why))
    return Table(rows, versions, absent)


def _present(case: Case) -> tuple[list[str], list[str]]:
    present: list[str] = []
    absent: list[str] = []
    for name, contender in case.contenders.items():
        modules = [package.replace("-", "_") for package in contender.packages]
        there = all(importlib.util.find_spec(_MODULES.get(m, m)) for m in modules)
        (present if there else absent).append(name)
    return present, absent


_MODULES = {
    "opentelemetry_api": "opentelemetry",
    "pydantic_ai_slim": "pydantic_ai",
    "streamkit_rx": "streamkit",
}


def _work(name: str, contenders: Sequence[str], *, quick: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.worker", name, *contenders]
    # The hash seed is fixed, and no proxy of the environment is used.
    environment = {**os.environ, "PYTHONHASHSEED": "0", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [*command, "--quick"] if quick else command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _results(parts: Iterable[Round], workloads: Sequence[Workload]) -> Results:
    """Return the figures of one round, of which each process has measured a part."""
    return {
        (contender, workload): figures
        for part in parts
        for contender, measured in part.items()
        for workload, figures in zip(workloads, measured, strict=True)
        if figures
    }


def _row(case: Case, rounds: list[Results], contender: str, workload: Workload) -> Row:
    figures = [results[contender, workload] for results in rounds]
    # Some machines change their pace in minutes, so only figures of the same round are divided.
    times_ours = _median(_times_ours(results, contender, workload) for results in rounds)
    budgets = {
        budget.says: used
        for budget in case.budgets
        if contender == OURS
        and (used := _median(budget.share(results, workload) for results in rounds)) is not None
    }
    medians = {name: statistics.median(of[name] for of in figures) for name in figures[0]}
    return Row(workload, contender, medians, times_ours, budgets)


def _times_ours(results: Results, contender: str, workload: Workload) -> float | None:
    ours = results.get((OURS, workload))
    return results[contender, workload][COST] / ours[COST] if ours and ours[COST] else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
