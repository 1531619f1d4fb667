"""Plots of cost against size or against the floor, as SVG; they need matplotlib."""

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

FLOOR = "floor"
"""The contender that kinds of work are compared with."""


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
    """Draw one file for each kind of work with several sizes; return the files.

    Kinds of one size are drawn in one file, by their cost against the floor.
    """
    curves: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for row in table.rows:
        if not row.figures:
            continue
        point = (row.workload.size, row.figures[COST])
        curves[row.workload.name][row.contender].append(point)
    sizes = {row.workload.size for row in table.rows}
    if FLOOR in case.contenders and len(sizes) == 1 and len(curves) > 1:
        return [_against_the_floor(name, table, folder)]
    drawn: list[Path] = []
    for work, contenders in curves.items():
        if all(len(points) < 2 for points in contenders.values()):
            continue
        figure, axes = _blank(f"{name}: {work}")
        for contender, points in contenders.items():
            width = 2.5 if contender == OURS else 1.2
            axes.plot(*zip(*sorted(points), strict=True), "o-", label=contender, linewidth=width)
        axes.set(xscale="log", yscale="log", xlabel="size", ylabel=case.unit)
        axes.grid(visible=True, which="both", alpha=0.2)
        axes.legend()
        path = folder / f"{name}-{re.sub('[^a-z0-9]+', '-', work)}.svg"
        drawn.append(_saved(figure, path))
    return drawn


def _against_the_floor(name: str, table: Table, folder: Path) -> Path:
    ratios = {
        row.workload.name: 1 / row.times_ours
        for row in table.rows
        if row.contender == FLOOR and row.times_ours
    }
    figure, axes = _blank(f"{name}: times the cost of the floor")
    bars = axes.barh(list(ratios), list(ratios.values()))
    axes.bar_label(bars, fmt="%.2f", padding=3)
    axes.axvline(1, color="black", linewidth=1)
    axes.invert_yaxis()  # the first kind on top
    axes.margins(x=0.12)
    return _saved(figure, folder / f"{name}.svg")


def _blank(title: str) -> tuple[Any, Any]:
    figure = figures().Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.set(title=title)
    return figure, axes


def _saved(figure: Any, path: Path) -> Path:
    figure.savefig(path, metadata={"Date": None})
    return path
