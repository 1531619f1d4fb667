"""The division of an answer into the pieces that faults apply to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamkit.server.faults.fault import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.dialects import Dialect

END_OF_EVENT = re.compile(rb"\r?\n\r?\n")


class Frames:
    """A machine that divides an answer into frames.

    The frames of a streamed answer are its events; those of another are its two halves, at its end.
    """

    def __init__(self, dialect: Dialect, *, streamed: bool) -> None:
        self._dialect = dialect
        self._streamed = streamed
        self._rest = b""
        self._offset = 0
        self._number = 0
        self.last: Frame | None = None
        """The latest frame; None before the first."""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take bytes and yield the events that they complete."""
        self._rest += data
        while self._streamed and (end := END_OF_EVENT.search(self._rest)):
            event, self._rest = self._rest[: end.end()], self._rest[end.end() :]
            yield self._frame(event)

    def close(self) -> Iterator[Frame]:
        """Yield the rest of the answer."""
        middle = 0 if self._streamed else len(self._rest) // 2
        for piece in (self._rest[:middle], self._rest[middle:]):
            if piece:
                yield self._frame(piece)

    def _frame(self, data: bytes) -> Frame:
        frame = Frame(
            data=data,
            number=self._number,
            offset=self._offset,
            previous=self.last.data if self.last else b"",
            streamed=self._streamed,
            dialect=self._dialect,
        )
        self.last = frame
        self._number += 1
        self._offset += len(data)
        return frame
