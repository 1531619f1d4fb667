"""The kinds of budgets of a benchmark."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from benchmarks.case import COST, OURS, Budget

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Results, Workload

__all__ = ["at_most", "growth", "more_than", "times_cheaper", "times_the_cost"]


def times_cheaper(
    factor: float,
    than: str,
    *,
    figure: str = COST,
    since: int = 0,
    where: Callable[[Workload], bool] = lambda _: True,
) -> Budget:
    """Return a budget of ``1 / factor`` times the cost of ``than``.

    It applies from the size ``since`` on, and to workloads that ``where`` accepts.
    """

    def share(results: Results, workload: Workload) -> float | None:
        applies = workload.size >= since and where(workload)
        theirs = results.get((than, workload)) if applies else None
        return None if theirs is None else factor * results[OURS, workload][figure] / theirs[figure]

    what = "" if figure == COST else f" {figure}"
    return Budget(f"≤ 1/{factor:g} of {than}{what}", share)


def times_the_cost(  # noqa: PLR0913 - a budget has that many sides
    factor: float,
    of: str,
    *,
    figure: str = COST,
    since: int = 0,
    until: float = inf,
    whose: str = OURS,
    where: Callable[[Workload], bool] = lambda _: True,
) -> Budget:
    """Return a budget of ``factor`` times the cost of ``of``, from ``since`` to ``until``.

    It is a budget for ``whose`` cost, of workloads that ``where`` accepts.
    """

    def share(results: Results, workload: Workload) -> float | None:
        if not (since <= workload.size <= until and where(workload)):
            return None
        ours, theirs = results.get((whose, workload)), results.get((of, workload))
        return ours[figure] / theirs[figure] / factor if ours and theirs else None

    what = "" if figure == COST else f" {figure}"
    says = f"≤ {factor:g}x {of}{what}"
    return Budget(says if whose == OURS else f"{whose} {says}", share)


def at_most(limit: float, *, where: Callable[[Workload], bool] = lambda _: True) -> Budget:
    """Return a budget of ``limit``, in the case's unit, for workloads that ``where`` accepts."""

    def share(results: Results, workload: Workload) -> float | None:
        return results[OURS, workload][COST] / limit if where(workload) else None

    return Budget(f"≤ {limit:g}", share)


def more_than(other: str, limit: float) -> Budget:
    """Return a budget of ``limit``, in the case's unit, above the cost of ``other``."""

    def share(results: Results, workload: Workload) -> float | None:
        theirs = results.get((other, workload))
        return None if theirs is None else (results[OURS, workload][COST] - theirs[COST]) / limit

    return Budget(f"≤ {other} + {limit:g}", share)


def growth(factor: float, since: int) -> Budget:
    """Return a budget of ``factor`` times the cost of the same work at the size ``since``."""

    def share(results: Results, workload: Workload) -> float | None:
        first = results.get((OURS, workload._replace(size=since)))
        if first is None or workload.size <= since:
            return None
        return results[OURS, workload][COST] / first[COST] / factor

    return Budget(f"≤ {factor:g}x that at {since:,}", share)
