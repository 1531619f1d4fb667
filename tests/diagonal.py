"""Products of parameters, of which a diagonal is enough for every day."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

__all__ = ["diagonal", "off_the_diagonal"]


def off_the_diagonal(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests marked ``diagonal`` that are not on the diagonal of their parameters.

    A test whose parameters are no whole product stays whole: it was picked by its id.
    """
    tests = defaultdict[str, list[pytest.Function]](list)
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("diagonal"):
            tests[item.nodeid.partition("[")[0]].append(item)
    return [item for name, cells in tests.items() for item in _off(cells, crc32(name.encode()))]


def _off(items: Sequence[pytest.Function], turn: int) -> Iterator[pytest.Function]:
    if not hasattr(items[0], "callspec"):
        return
    # The ids alone say which values of a product a test has: `indices` counts the tests.
    cells = [item.callspec._idlist for item in items]  # pyright: ignore[reportPrivateUsage]
    axes = [[*dict.fromkeys(axis)] for axis in zip(*cells, strict=True)]
    lengths = [len(axis) for axis in axes]
    if len(items) != math.prod(lengths):
        return
    kept = diagonal(lengths, turn)
    for item, cell in zip(items, cells, strict=True):
        if tuple(axis.index(value) for axis, value in zip(axes, cell, strict=True)) not in kept:
            yield item


def diagonal(lengths: Sequence[int], turn: int = 0) -> Collection[tuple[int, ...]]:
    """As many cells of a product as its longest axis is long, with every value of every axis.

    The shorter axes turn while the longest is gone through; a shift each time round brings values
    together that would never meet if two lengths had a common factor. Each ``turn`` has another
    diagonal, so that not every test has the same.
    """
    longest, *shorter = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    cells = set[tuple[int, ...]]()
    for step in range(lengths[longest]):
        cell, turns = [step] * len(lengths), turn
        round_ = lengths[longest]
        for axis in shorter:
            cell[axis] = (step + step // round_ + turns) % lengths[axis]
            turns //= lengths[axis]
            round_ = lengths[axis]
        cells.add(tuple(cell))
    return cells
