"""A string of arriving JSON that others read while the parser adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.json.view import text_of

if TYPE_CHECKING:
    from streamkit._core.json.view import Earlier

__all__ = ["OpenString"]


class OpenString:
    """The text of a string as it is in the parser, so that its pieces are kept once.

    One thread adds pieces and any may read, without a lock: what is read is one tuple, which is
    replaced as a whole, and the list in it only grows at its end.
    """

    __slots__ = ("_state",)

    def __init__(self, pieces: list[str], before: Earlier | None = None) -> None:
        self._state = pieces, before

    def go_on(self, pieces: list[str], before: Earlier | None) -> None:
        """Read from now on what the parser keeps anew: its last pieces, and the text before."""
        self._state = pieces, before

    def close(self, whole: str) -> None:
        """End the string, whose whole text all later readings share."""
        self._state = [whole], None

    def first(self, length: int) -> str:
        """Return the first ``length`` characters, which must be there."""
        pieces, before = self._state
        return text_of((pieces, len(pieces), before))[:length]

    def between(self, start: int, end: int) -> str:
        """Return the characters between two positions; costs the length from ``start`` on."""
        pieces, before = self._state
        if before is None or start < before[1]:
            return self.first(end)[start:]
        text, offset = "".join(pieces[1:]), before[1]
        return text[start - offset : end - offset]
