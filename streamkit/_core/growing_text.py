"""Text that grows at its end and is read as it was at any moment."""

# Strategy: a short string costs Python some 60 bytes and a piece of text often has four, so pieces
# are joined into blocks as they come. One thread appends and any may read, without a lock: the
# blocks, how many of them count and the pieces since are one tuple, which is replaced as a whole,
# and a list in it grows at its end or not at all.

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    _State: TypeAlias = tuple[list[str], int, int, list[str]]

__all__ = ["PIECES_PER_BLOCK", "GrowingText", "whole_characters"]

PIECES_PER_BLOCK = 256
"""After how many pieces they are joined."""


class GrowingText:
    """An append-only text; its first so many characters never change.

    Appending costs what the piece costs; reading costs a copy of the text. Some servers cut a
    character between its two UTF-16 halves: then the first one waits for the second.
    """

    __slots__ = ("_half", "_state", "length")

    def __init__(self) -> None:
        self.length = 0
        """Characters so far."""
        self._half = ""
        # Blocks, how many of them count, the characters in those, and the pieces since.
        self._state: _State = ([], 0, 0, [])

    def append(self, piece: str) -> str:
        """Add to the end, and return what was added."""
        # A hot place: halves, and what comes after them, are looked for where they may be.
        if self._half or not (piece.isascii() or max(piece) < _FIRST_HALF):
            piece = self._join_halves(piece)
        pieces = self._state[3]
        pieces.append(piece)
        self.length += len(piece)
        if len(pieces) == PIECES_PER_BLOCK:
            blocks, count, _, _ = self._state
            blocks.append("".join(pieces))
            self._state = (blocks, count + 1, self.length, [])
        return piece

    def first(self, length: int) -> str:
        """The first ``length`` characters, of at least as many."""
        blocks, count, _, pieces = self._state
        return "".join(blocks[:count] + pieces)[:length]

    def between(self, start: int, end: int) -> str:
        """The characters from one position to another; costs what follows ``start``."""
        blocks, count, upper, pieces = self._state
        parts: list[str] = []
        # From the newest block backwards, for what is asked for is most often new.
        while upper > start and count:
            count -= 1
            block = blocks[count]
            parts.append(block)
            upper -= len(block)
        text = "".join((*reversed(parts), *pieces))
        return text[max(start - upper, 0) : end - upper]

    def close(self) -> str:
        """The whole, which all readings of its beginnings share from now on."""
        text = self.first(self.length)
        self._state = ([text], 1, len(text), [])
        return text

    def _join_halves(self, piece: str) -> str:
        text, self._half = self._half + piece, ""
        if text and _FIRST_HALF <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return whole_characters(text)


def whole_characters(text: str) -> str:
    """The text with the two halves of a character joined, and U+FFFD for one without the other."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_FIRST_HALF = "\ud800"
_SURROGATE = re.compile("[\ud800-\udfff]")
