"""Text that arrives in pieces and can be read as it was at any moment."""

from __future__ import annotations

import re
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING

from streamkit.partial_json import PartialJSON

if TYPE_CHECKING:
    from streamkit.log.reading import Outcome

__all__ = ["TextLog"]

# A short string costs Python some 60 bytes, a piece of text often has four: so pieces are joined
# into blocks of this many, and a log stays close to the size of its text.
PIECES_PER_BLOCK = 256


class TextLog:
    """An append-only text; what was written up to some length never changes.

    One thread appends, any thread reads. Appending costs what the piece costs, reading the newest
    text one copy of it, and reading its partial JSON what came since the last such reading.
    """

    __slots__ = ("_blocks", "_half", "_json", "_lock", "_pieces", "length", "outcome")

    def __init__(self) -> None:
        self.length = 0
        self.outcome: Outcome | None = None
        """What the whole text was read as; kept by the reader that read it."""
        self._blocks: list[str] = []
        self._pieces: list[str] = []
        self._half = ""
        self._json: PartialJSON | None = None
        self._lock = Lock()

    def append(self, piece: str) -> str:
        """Add a piece and return what it added.

        That differs from ``piece`` when a server cuts a character between its two UTF-16 halves:
        the first half waits here for the second.
        """
        if self._half or not piece.isascii():
            piece = self._join_halves(piece)
        with self._lock:
            self.length += len(piece)
            self._pieces.append(piece)
            if len(self._pieces) == PIECES_PER_BLOCK:
                self._blocks.append("".join(self._pieces))
                self._pieces.clear()
        return piece

    def upto(self, end: int) -> str:
        """The first ``end`` characters."""
        with self._lock:
            if end < self.length:
                return self._between(0, end)
            text = "".join(chain(self._blocks, self._pieces))
            self._blocks = [text]
            self._pieces.clear()
            return text

    def partial_json(self, end: int, *, partial_strings: bool = True) -> object:
        """The value that the first ``end`` characters begin, as far as it is known.

        None when nothing is known. Asked for the newest text, it reads only what came since it was
        last asked; asked for an older one, it reads that from its beginning.
        """
        with self._lock:
            machine = self._json
            if machine is None or end < machine.position:
                machine = PartialJSON()
                if self._json is None:
                    self._json = machine
            self._advance(machine, end)
            return machine.view(partial_strings=partial_strings)

    def is_whole_json(self) -> bool:
        """Whether the text is a closed JSON value; costs what came since the last reading."""
        with self._lock:
            machine = self._json
            if machine is None:
                machine = self._json = PartialJSON()
            self._advance(machine, self.length)
            return machine.complete and machine.error is None

    def _advance(self, machine: PartialJSON, end: int) -> None:
        if machine.error is None:  # it reads nothing more, so there is no need to join the rest
            machine.feed(self._between(machine.position, end))

    def _between(self, start: int, end: int) -> str:
        # From the newest piece backwards: what is asked for is nearly always the last few, and most
        # often the last, which a hot place needs no list for.
        upper = self.length
        if self._pieces and end == upper and start == upper - len(self._pieces[-1]):
            return self._pieces[-1]
        parts: list[str] = []
        for piece in chain(reversed(self._pieces), reversed(self._blocks)):
            if upper <= start:
                break
            lower = upper - len(piece)
            if lower < end:
                parts.append(piece[max(start - lower, 0) : end - lower])
            upper = lower
        return "".join(reversed(parts))

    def _join_halves(self, piece: str) -> str:
        text, self._half = self._half + piece, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        if _SURROGATE.search(text):
            # Pairs become the character they stand for, halves without a partner U+FFFD.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text


_SURROGATE = re.compile("[\ud800-\udfff]")
