"""A text that grows at its end and can be read as it was at any moment."""

# Strategy: a short string costs Python some 60 bytes and a piece of text often has four, so pieces
# are joined into blocks as they come. One thread appends and any may read, without a lock: the
# blocks, the number of valid blocks and the later pieces are one tuple, which is replaced as a
# whole, and a list in it only ever grows at its end.

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from typing import TypeAlias

    _State: TypeAlias = tuple[list[str], int, int, list[str]]

__all__ = [
    "FIRST_HALF",
    "PIECES_PER_BLOCK",
    "GrowingText",
    "joined_halves",
    "whole_characters",
    "with_whole_characters",
]

FIRST_HALF: Final = "\ud800"
"""The first of the halves of characters; all that come later are halves, or have two."""


PIECES_PER_BLOCK = 256
"""The number of pieces that are joined into a block."""


class GrowingText:
    """An append-only text, whose characters never change once they are there.

    To append costs the length of the piece; to read costs a copy of the text. Some servers cut a
    character between its two UTF-16 halves: then the first half is held until the second comes.
    """

    __slots__ = ("_half", "_state", "length")

    def __init__(self) -> None:
        self.length = 0
        """The number of characters so far."""
        self._half = ""
        # The blocks, the number of valid ones, the characters in those, and the later pieces.
        self._state: _State = ([], 0, 0, [])

    def append_whole(self, piece: str) -> int:
        """Add a piece that has no half of a character, while no half is held; return the length."""
        # A hot path: `append` without what it looks for.
        pieces = self._state[3]
        pieces.append(piece)
        self.length = length = self.length + len(piece)
        if len(pieces) == PIECES_PER_BLOCK:
            self._join(pieces)
        return length

    @property
    def has_half(self) -> bool:
        """Whether the first half of a character is held."""
        return bool(self._half)

    def append(self, piece: str) -> str:
        """Add a piece to the end, and return the characters that were added."""
        # A hot path: halves, and pieces after them, are looked for only where they may be.
        if self._half or not (piece.isascii() or max(piece) < FIRST_HALF):
            piece, self._half = joined_halves(self._half + piece)
        pieces = self._state[3]
        pieces.append(piece)
        self.length += len(piece)
        if len(pieces) == PIECES_PER_BLOCK:
            self._join(pieces)
        return piece

    def _join(self, pieces: list[str]) -> None:
        blocks, count, _, _ = self._state
        blocks.append("".join(pieces))
        self._state = (blocks, count + 1, self.length, [])

    def first(self, length: int) -> str:
        """Return the first ``length`` characters, which must be there."""
        blocks, count, _, pieces = self._state
        return "".join(blocks[:count] + pieces if count else pieces)[:length]

    def between(self, start: int, end: int) -> str:
        """Return the characters between two positions; few of the others are copied."""
        blocks, count, upper, pieces = self._state
        parts: list[str] = []
        rest = pieces if end > upper else ()
        # From the newest block backwards, because the newest text is read most often.
        while upper > start:
            count -= 1
            block = blocks[count]
            if upper - len(block) < end:
                parts.append(block)
            upper -= len(block)
        return "".join((*reversed(parts), *rest))[start - upper : end - upper]

    def close(self, whole: str | None = None) -> str:
        """End the text and return the whole, which all later readings share.

        A caller that has the whole text at hand may pass it, so that it is not kept twice.
        """
        text = self.first(self.length) if whole is None else whole
        self._state = ([text], 1, len(text), [])
        return text


def joined_halves(text: str) -> tuple[str, str]:
    """Join the halves of each character; return apart a first half at the end of the text."""
    half = ""
    if text and FIRST_HALF <= text[-1] <= "\udbff":
        text, half = text[:-1], text[-1]
    return whole_characters(text), half


def whole_characters(text: str) -> str:
    """Join the halves of each character; a half without the other becomes U+FFFD."""
    if text.isascii() or re.search(_SURROGATE, text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def with_whole_characters(value: Any) -> Any:
    """Return decoded JSON with the halves of each character joined, as a stream emits its text."""
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, list):
        return [with_whole_characters(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: with_whole_characters(item) for key, item in fields.items()}
    return value


_SURROGATE = "[\ud800-\udfff]"
