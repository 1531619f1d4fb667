"""The report of answers, as text and as plain data."""

from __future__ import annotations

import os
import platform
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.case import COST

if TYPE_CHECKING:
    from benchmarks.case import Case
    from benchmarks.runner import Row, Table

__all__ = ["as_data", "as_text", "machine", "uncompiled"]

HEADINGS = ("work", "size", "who", "cost", "x ours", "budget", "also")


def as_text(name: str, case: Case, table: Table) -> str:
    """Return a question and its table in Markdown, which is also readable as plain text."""
    rows = [HEADINGS, *(_cells(row) for row in table.rows)]
    if not table.rows:
        rows.append(("nothing here",) + ("",) * (len(HEADINGS) - 1))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    versions = ", ".join(f"{package} {version}" for package, version in table.versions.items())
    notes = [f"Versions: {versions}.", *(f"Not installed: {name}." for name in table.absent)]
    return "\n".join(
        [f"### {name}", "", case.question, f"Cost: {case.unit}.", "", *lines, "", *notes]
    )


def as_data(name: str, case: Case, table: Table) -> dict[str, Any]:
    """Return everything that was measured, as plain data."""
    return {
        "name": name,
        "question": case.question,
        "unit": case.unit,
        "versions": table.versions,
        "absent": table.absent,
        "rows": [
            {
                "work": row.workload.name,
                "size": row.workload.size,
                "who": row.contender,
                "figures": dict(row.figures),
                "times_ours": row.times_ours,
                "budgets": row.budgets,
                "cannot": row.cannot,
            }
            for row in table.rows
        ],
    }


def machine() -> str:
    """Return the Python, the system, the architecture and the cores of this machine."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def uncompiled(source: Path) -> str | None:
    """Return why no import of ``source`` writes its pyc file; None if the first one does."""
    if sys.dont_write_bytecode:
        return "PYTHONDONTWRITEBYTECODE or -B is set"
    compiled = Path(cache_from_source(str(source)))
    folder = next(parent for parent in compiled.parents if parent.exists())
    return None if os.access(folder, os.W_OK) else f"{folder} cannot be written to"


def _cells(row: Row) -> tuple[str, ...]:
    budgets = [
        f"{says}: {share:.0%} used" + (", OVER" if share > 1 else "")
        for says, share in row.budgets.items()
    ]
    remarks = [f"{name} {_number(value)}" for name, value in row.figures.items() if name != COST]
    return (
        row.workload.name,
        f"{row.workload.size:,}",
        row.contender,
        _number(row.figures[COST]) if row.figures else "none",
        "" if row.times_ours is None else _number(row.times_ours),
        "; ".join(budgets),
        row.cannot or "; ".join(remarks),
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [
        cell.rjust(width) if heading in {"size", "cost", "x ours"} else cell.ljust(width)
        for cell, width, heading in zip(cells, widths, HEADINGS, strict=True)
    ]
    return "| " + " | ".join(padded) + " |"
