"""Looks for a regular expression in a text."""

# Strategy: instead of trying one way after another, all places where a match may have got to are
# followed at once: an integer has a bit for each place between two characters. A character moves
# the bits of the places before it by one; a repetition goes on until no place is new. So the work
# is bounded by the length of the pattern times that of the text, and nothing backtracks. What must
# come next is found by the same walk from the end to the start.

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
"""Bits that are moved in one step."""


class Search:
    """One text in which patterns are looked for."""

    def __init__(self, text: str, budget: Budget) -> None:
        self._text = text
        self._budget = budget
        self._cost = 1 + len(text) // WORD_BITS
        self._everywhere = (1 << (len(text) + 1)) - 1
        self._found: dict[int, int] = {}

    def finds(self, node: Node) -> bool:
        """Whether the tree of a pattern matches anywhere.

        Raises:
            ExhaustedError: It takes too much work.
        """
        return self._moved(node, self._everywhere, ahead=True) != 0

    def _moved(self, node: Node, places: int, *, ahead: bool) -> int:
        """Where matches end that start in ``places``; where those start that end there, if not."""
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
            if reached == places:  # and so it will be each time
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
        """The places before the characters that are in a set."""
        found = self._found.get(id(node))  # its hash would be as long as it is
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
    """A number whose lowest bit is the first flag."""
    digits = "".join("1" if flag else "0" for flag in flags)
    return int(digits[::-1] or "0", 2)
