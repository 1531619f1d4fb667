"""Regular expressions that strangers send: texts that match one, and whether a text does.

The dialect is that of Python's ``re``, without what only some engines know: back-references, flags,
atomic groups and conditions.
"""

# Strategy: nothing of a stranger's pattern ever reaches `re`, whose backtracking takes exponential
# time and holds the interpreter's lock. A pattern becomes a small tree. A text is drawn by walking
# it; a text is searched with sets of positions, which cannot blow up. Both spend from the budget.

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
    """A text made after ``pattern``; what may be repeated is so at least ``stretch`` times more.

    It may miss what the pattern says with anchors, boundaries and look-around.

    Raises:
        ExhaustedError: It takes too much work.
        UnsatisfiableError: No text can be made, or it is no pattern.
    """
    return Drawing(random, stretch, budget or Budget()).text(_parsed(pattern))


def matches(pattern: str, text: str, *, budget: Budget | None = None) -> bool:
    """Whether ``pattern`` is found anywhere in ``text``.

    Raises:
        ExhaustedError: It takes too much work.
        UnsatisfiableError: It is no pattern.
    """
    return Search(text, budget or Budget()).finds(_parsed(pattern))


def check_pattern(pattern: str) -> None:
    """Do nothing with what is a pattern.

    Raises:
        UnsatisfiableError: It is none.
    """
    _parsed(pattern)


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> Node:
    return parse(pattern)
