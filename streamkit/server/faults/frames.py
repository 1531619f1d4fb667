"""An answer as the pieces that faults are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamkit.server.faults.fault import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

END_OF_EVENT = re.compile(rb"\r?\n\r?\n")


class Frames:
    """The events of a streamed answer as they come; of another its two halves, at its end."""

    def __init__(self, *, streamed: bool) -> None:
        self._streamed = streamed
        self._rest = b""
        self._offset = 0
        self._number = 0
        self.last: Frame | None = None
        """The latest."""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take bytes and return the events that they end."""
        self._rest += data
        while self._streamed and (end := END_OF_EVENT.search(self._rest)):
            event, self._rest = self._rest[: end.end()], self._rest[end.end() :]
            yield self._frame(event)

    def close(self) -> Iterator[Frame]:
        """Return what is left."""
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
        )
        self.last = frame
        self._number += 1
        self._offset += len(data)
        return frame
