"""Untrusted regular expressions: drawing a text for one, and searching one in a text.

The dialect is that of Python's ``re``, without parts that only some engines know: back-references,
flags, atomic groups and conditions.
"""

# Strategy: no untrusted pattern ever reaches `re`, whose backtracking takes exponential time and
# holds the interpreter's lock. A pattern becomes a small tree. A walk over the tree draws a text; a
# search keeps sets of positions, whose size is bounded. Both spend from the budget.

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from streamkit.server.sampling.budget import Budget
from streamkit.server.sampling.pattern.draw import LENGTH_LIMIT, Drawing
from streamkit.server.sampling.pattern.parse import parse
from streamkit.server.sampling.pattern.search import Search

if TYPE_CHECKING:
    from random import Random

    from streamkit.server.sampling.pattern.nodes import Node

__all__ = ["LENGTH_LIMIT", "check_pattern", "matches", "matching"]


def matching(
    pattern: str, random: Random, *, stretch: int = 0, budget: Budget | None = None
) -> str:
    """Return a text drawn from a pattern.

    The text may violate the anchors, boundaries and look-around of the pattern.

    Args:
        pattern: The regular expression.
        random: The source of randomness.
        stretch: The least number of extra repetitions where the pattern sets no upper bound.
        budget: The work that the drawing may take; None for the usual budget.

    Raises:
        ExhaustedError: The drawing takes more than the budget.
        UnsatisfiableError: No text can be drawn, or the pattern is invalid.
    """
    return Drawing(random, stretch, budget or Budget()).text(_parsed(pattern))


def matches(pattern: str, text: str, *, budget: Budget | None = None) -> bool:
    """Return whether ``pattern`` is found anywhere in ``text``.

    Raises:
        ExhaustedError: The search takes more than the budget.
        UnsatisfiableError: The pattern is invalid.
    """
    return Search(text, budget or Budget()).finds(_parsed(pattern))


def check_pattern(pattern: str) -> None:
    """Raise for an invalid pattern, and do nothing for a valid one.

    Raises:
        UnsatisfiableError: The pattern is invalid.
    """
    _parsed(pattern)


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> Node:
    return parse(pattern)
