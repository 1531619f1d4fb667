"""The reading of a run: frames that came together and differ in their pieces of text alone."""

# Strategy: the steps are calls for all frames at once, and none looks at each byte but at those of
# the pieces: the lines are found by `memchr`, each is cut at the same two places, and put together
# again they are compared with what came. One call decodes all pieces. Between two of them is a line
# break, which no string of JSON has: so where there are as many texts as pieces, each is one.

from __future__ import annotations

from io import BytesIO
from operator import itemgetter

from streamkit._core.compiled import decoder

__all__ = ["RunReader"]

_texts_in = decoder(list[str]).decode


class RunReader:
    """A reader of frames that have the same bytes before and after each piece.

    Args:
        before: The bytes before a piece.
        after: The bytes after it.
    """

    __slots__ = ("_before", "_between", "_cut", "_end", "_lines", "after")

    def __init__(self, before: bytes, after: bytes) -> None:
        self.after = after
        self._before = before + b'"'
        self._end = b'"' + after
        self._between = self._end + self._before
        begin = len(self._before.rpartition(b"\n")[2])
        breaks = before.count(b"\n")  # those before the line with the piece
        self._lines = slice(breaks, None, breaks + 2)
        self._cut = itemgetter(slice(begin, -len(after)))

    def pieces_in(self, frames: bytes) -> list[str]:
        """Return the pieces; raise ``ValueError`` for one frame, or any that differs in more."""
        before, end, between = self._before, self._end, self._between
        if not (frames.startswith(before) and frames.endswith(end)):
            raise ValueError("other frames")
        written = list(map(self._cut, BytesIO(frames).readlines()[self._lines]))
        if len(written) < 2 or between.join(written) != frames[len(before) : -len(end)]:
            raise ValueError("no run")
        pieces = _texts_in(b'["%b"]' % b'"\n,"'.join(written))
        if len(pieces) != len(written):
            raise ValueError("a piece is no string")
        return pieces
