"""Runs a case: every contender in a process of its own, in turns, several rounds."""

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
    from benchmarks.case import Case, Figures, Workload

__all__ = ["Row", "Table", "run"]

ROOT = Path(__file__).parent.parent


class Row(NamedTuple):
    """What one contender's work cost."""

    workload: Workload
    contender: str
    figures: Figures
    times_ours: float | None
    budgets: dict[str, float]
    """How much of each budget is used; 1 is all of it."""


class Table(NamedTuple):
    """The answer to a case's question."""

    rows: list[Row]
    versions: dict[str, str]
    absent: list[str]
    """Contenders that are not installed."""


def run(name: str, case: Case, *, quick: bool) -> Table:
    """Measure everybody; the figures are medians of the rounds.

    Raises:
        subprocess.CalledProcessError: A contender failed, or answered wrongly; it has said how.
    """
    present, absent = _present(case)
    versions: dict[str, str] = {}
    rounds: dict[str, list[list[dict[str, float] | None]]] = {who: [] for who in present}
    for _ in range(1 if quick else case.rounds):
        for contender in present:
            told = _work(name, contender, quick=quick)
            rounds[contender].append(told["figures"])
            versions.update(told["versions"])
    results: dict[tuple[str, Workload], Figures] = {}
    workloads = case.quick if quick else case.workloads
    for place, workload in enumerate(workloads):
        for contender in present:
            figures = [of for measured in rounds[contender] if (of := measured[place])]
            if figures:
                results[contender, workload] = _medians(figures)
    return Table([_row(case, results, *key) for key in results], versions, absent)


def _present(case: Case) -> tuple[list[str], list[str]]:
    present: list[str] = []
    absent: list[str] = []
    for name, contender in case.contenders.items():
        modules = [package.replace("-", "_") for package in contender.packages]
        there = all(importlib.util.find_spec(_MODULES.get(m, m)) for m in modules)
        (present if there else absent).append(name)
    return present, absent


_MODULES = {"streamkit_rx": "streamkit"}


def _work(name: str, contender: str, *, quick: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.worker", name, contender]
    # No hash is left to chance, and no proxy of the environment comes between.
    environment = {**os.environ, "PYTHONHASHSEED": "0", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [*command, "--quick"] if quick else command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _medians(rounds: list[dict[str, float]]) -> Figures:
    return {name: statistics.median(figures[name] for figures in rounds) for name in rounds[0]}


def _row(
    case: Case, results: dict[tuple[str, Workload], Figures], contender: str, workload: Workload
) -> Row:
    figures = results[contender, workload]
    ours = results.get((OURS, workload))
    budgets = {
        budget.says: share
        for budget in case.budgets
        if contender == OURS and (share := budget.share(results, workload)) is not None
    }
    times_ours = figures[COST] / ours[COST] if ours and ours[COST] else None
    return Row(workload, contender, figures, times_ours, budgets)
