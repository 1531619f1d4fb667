"""The reading of a run: frames that came together and differ in their pieces of text alone."""

# Strategy: the steps are calls for all frames at once, and none looks at each byte but at those of
# the pieces: the lines are found by `memchr`, each is cut at the same two places, and put together
# again they are compared with what came. One call decodes all pieces. Between two of them is a line
# break, which no string of JSON has: so where there are as many texts as pieces, each is one.

from __future__ import annotations

from io import BytesIO
from operator import itemgetter

from streamkit._core.compiled import decoder

__all__ = ["pieces_in"]

_texts_in = decoder(list[str]).decode


def pieces_in(frames: bytes, before: bytes, after: bytes) -> list[str]:
    """Return the pieces of frames that have these bytes before and after each piece.

    The bytes have the quotes of the pieces. Raises ``ValueError`` if there is but one frame, or any
    that differs in more than its piece.
    """
    if not (frames.startswith(before) and frames.endswith(after)):
        raise ValueError("other frames")
    head = before.rpartition(b"\n")[2]
    breaks = before.count(b"\n")  # those before the line with the piece
    cut = itemgetter(slice(len(head), 1 - len(after)))
    written = list(map(cut, BytesIO(frames).readlines()[breaks :: breaks + 2]))
    if len(written) < 2 or (after + before).join(written) != frames[len(before) : -len(after)]:
        raise ValueError("no run")
    pieces = _texts_in(b'["%b"]' % b'"\n,"'.join(written))
    if len(pieces) != len(written):
        raise ValueError("a piece is no string")
    return pieces
