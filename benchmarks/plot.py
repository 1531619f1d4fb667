"""Plots of cost against size, as SVG; they need matplotlib."""

from __future__ import annotations

import re
from collections import defaultdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.case import COST, OURS

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.case import Case
    from benchmarks.runner import Table

__all__ = ["figures", "plot"]


def figures() -> Any:
    """Import matplotlib's module for drawing; it is untyped on purpose, because it is optional.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    # A fixed salt makes the same file of the same figures. Text as text is smaller and searchable.
    style = {"svg.hashsalt": "streamkit", "svg.fonttype": "none", "font.size": 9}
    import_module("matplotlib").rcParams.update(style)
    return import_module("matplotlib.figure")


def plot(name: str, case: Case, table: Table, folder: Path) -> list[Path]:
    """Draw one file for each kind of work with several sizes; return the files."""
    curves: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for row in table.rows:
        point = (row.workload.size, row.figures[COST])
        curves[row.workload.name][row.contender].append(point)
    drawn: list[Path] = []
    for work, contenders in curves.items():
        if all(len(points) < 2 for points in contenders.values()):
            continue
        figure = figures().Figure(figsize=(6, 3.6), layout="constrained")
        axes = figure.subplots()
        for contender, points in contenders.items():
            width = 2.5 if contender == OURS else 1.2
            axes.plot(*zip(*sorted(points), strict=True), "o-", label=contender, linewidth=width)
        axes.set(xscale="log", yscale="log", title=f"{name}: {work}", xlabel="size")
        axes.set_ylabel(case.unit)
        axes.grid(visible=True, which="both", alpha=0.2)
        axes.legend()
        path = folder / f"{name}-{re.sub('[^a-z0-9]+', '-', work)}.svg"
        figure.savefig(path, metadata={"Date": None})
        drawn.append(path)
    return drawn
