"""Diagonals of products of parameters: the few cells that a run without ``--thorough`` tries."""

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
    """Return the tests marked ``diagonal`` that are not on the diagonal of their parameters.

    All cells of a test are kept when they are not a whole product, because then some were picked by
    their ids.
    """
    tests = defaultdict[str, list[pytest.Function]](list)
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("diagonal"):
            tests[item.nodeid.partition("[")[0]].append(item)
    return [item for name, cells in tests.items() for item in _off(cells, crc32(name.encode()))]


def _off(items: Sequence[pytest.Function], turn: int) -> Iterator[pytest.Function]:
    if not hasattr(items[0], "callspec"):
        return
    # Only the ids show which values of a product a test has: `indices` counts the tests.
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
    """Return as many cells as the longest axis has values; they contain each value of each axis.

    The shorter axes turn while the longest is gone through; a shift in each round combines values
    that would never meet if two lengths had a common factor. Each ``turn`` gives another diagonal,
    so that the tests do not all have the same one.
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
