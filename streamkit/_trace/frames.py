"""The frames of a response's body, as they came over the network, each with its time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from streamkit._core.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._cassette.recording import Read

__all__ = ["Frame", "FrameCutter"]


class Frame(Struct, frozen=True, gc=False):
    """The bytes of one frame, with the empty line that ends it."""

    seconds: float
    """The time at which its last byte came."""
    data: bytes


class FrameCutter(Machine["Read", Frame]):
    """The cutter of reads into frames, at each empty line; comments are frames too.

    A body that is no event stream is one frame, which its end completes.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._searched = 0  # the bytes of the rest in which no frame ends
        self._seconds = 0.0

    def feed(self, value: Read, /) -> Sequence[Frame]:
        """Take a read and return the frames that it completes."""
        self._seconds = value.seconds
        self._rest += value.data
        frames: list[Frame] = []
        start = 0
        # Nearly every server ends lines with LF alone, and a quicker pattern finds the same.
        end = _END if b"\r" in self._rest else _END_OF_LINE_FEEDS
        for found in end.finditer(self._rest, self._searched):
            frames.append(Frame(value.seconds, bytes(self._rest[start : found.end()])))
            start = found.end()
        del self._rest[:start]
        self._searched = max(0, len(self._rest) - _LONGEST)
        return frames

    def close(self) -> Sequence[Frame]:
        """Return the frame that the end of the body cuts off, if there is one."""
        rest = bytes(self._rest)
        self._rest.clear()
        self._searched = 0
        return [Frame(self._seconds, rest)] if rest else []


_END = re.compile(rb"(?>\r\n|\n|\r(?!\Z)){2}")
_END_OF_LINE_FEEDS = re.compile(rb"\n\n")
"""Two line ends; a CR that is the last byte waits for the LF that may belong to it."""
_LONGEST = len(b"\r\n\r")
"""The most bytes of an end whose last byte is still to come."""
