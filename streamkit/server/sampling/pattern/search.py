"""The search for a regular expression in a text."""

# Strategy: instead of trying one match after another, the search follows all places that a match
# may have reached at once: an integer has a bit for each place between two characters. A character
# moves the bits of the places before it by one; a repetition goes on until no place is new. So the
# work is bounded by the length of the pattern times that of the text, and nothing backtracks. A
# look-ahead is found by the same walk from the end to the start.

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.sampling.pattern.nodes import (
    Around,
    Branches,
    Kind,
    Node,
    Repeat,
    Sequence,
    Set,
    Where,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.server.sampling.budget import Budget

WORD_BITS = 512
"""The number of bits that one step moves."""


class Search:
    """The search for patterns in one text."""

    def __init__(self, text: str, budget: Budget) -> None:
        self._text = text
        self._budget = budget
        self._cost = 1 + len(text) // WORD_BITS
        self._everywhere = (1 << (len(text) + 1)) - 1
        self._found: dict[int, int] = {}

    def finds(self, node: Node) -> bool:
        """Return whether the tree of a pattern matches anywhere.

        Raises:
            ExhaustedError: The search takes more than the budget.
        """
        return self._moved(node, self._everywhere, ahead=True) != 0

    def _moved(self, node: Node, places: int, *, ahead: bool) -> int:
        """Return the ends of matches that start in ``places``, or the starts of those that end."""
        self._budget.spend(self._cost)
        if not places:
            return 0
        match node:
            case Set():
                before = self._before(node)
                return (places & before) << 1 if ahead else (places >> 1) & before
            case Where():
                return places & self._where(node)
            case Sequence(items):
                for item in items if ahead else reversed(items):
                    places = self._moved(item, places, ahead=ahead)
                return places
            case Branches(branches):
                reached = 0
                for branch in branches:
                    reached |= self._moved(branch, places, ahead=ahead)
                return reached
            case Repeat():
                return self._repeated(node, places, ahead=ahead)
            case Around(item, looks_ahead, negated):
                found = self._moved(item, self._everywhere, ahead=not looks_ahead)
                return places & (~found if negated else found)

    def _repeated(self, node: Repeat, places: int, *, ahead: bool) -> int:
        for _ in range(node.least):
            reached = self._moved(node.item, places, ahead=ahead)
            if reached == places:  # because no further repetition changes them
                break
            places = reached
        reached = new = places
        left = node.most
        while new and (left is None or left > node.least):
            new = self._moved(node.item, new, ahead=ahead) & ~reached
            reached |= new
            left = None if left is None else left - 1
        return reached

    def _before(self, node: Set) -> int:
        """Return the places before the characters of a set."""
        found = self._found.get(id(node))  # by id: hashing is as slow as the set is large
        if found is None:
            self._budget.spend(len(self._text) * len(node.members))
            found = self._found[id(node)] = _bits(map(node.has, self._text))
        return found

    def _where(self, where: Where) -> int:
        end = 1 << len(self._text)
        match where:
            case Where.START:
                return 1
            case Where.VERY_END:
                return end
            case Where.END:
                return end | (end >> 1 if self._text.endswith("\n") else 0)
            case Where.BOUNDARY | Where.NO_BOUNDARY:
                self._budget.spend(len(self._text))
                words = _bits(map(Kind.WORD.has, self._text))
                boundaries = words ^ (words << 1)
                return boundaries if where is Where.BOUNDARY else self._everywhere & ~boundaries


def _bits(flags: Iterable[bool]) -> int:
    """Return a number whose lowest bit is the first flag."""
    digits = "".join("1" if flag else "0" for flag in flags)
    return int(digits[::-1] or "0", 2)
