"""The gaps of a stream: the pauses between reads that a reader notices."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Gap", "gaps_of"]

SHORTEST = 0.25
"""Seconds of the shortest pause that counts as a gap."""
TIMES_AS_LONG = 4
"""How many times as long as the median pause a gap is at least."""


class Gap(NamedTuple):
    """A pause between two reads."""

    start: float
    end: float


def gaps_of(seconds: Sequence[float]) -> list[Gap]:
    """Return the gaps between times in their order: long pauses, of a stream that is faster.

    A stream that is slow throughout has none.
    """
    pauses = [later - earlier for earlier, later in pairwise(seconds)]
    if not pauses:
        return []
    least = max(SHORTEST, TIMES_AS_LONG * median(pauses))
    return [Gap(earlier, later) for earlier, later in pairwise(seconds) if later - earlier >= least]
