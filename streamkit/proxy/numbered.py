"""Frames with ids, from which a reader of any protocol can resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Numbered"]


class Numbered(Machine[Any, bytes]):
    """A machine that gives the last frame of each event the cursor of the event as its id.

    A reader that has the frame has all of the event. Readers of every protocol pass over ids that
    they do not use.

    Args:
        encoder: The encoder of the protocol.
        after: The number of the newest event that the reader has; it gets the frames of later ones.
    """

    def __init__(self, encoder: Any, *, after: int = 0) -> None:
        self.headers: Mapping[str, str] = encoder.headers
        self.cursor: str | None = None
        """The cursor of the next event; its source sets it."""
        self._encoder = encoder
        self._after = after

    def feed(self, value: Any, /) -> Sequence[bytes]:
        """Take an event and return its frames, the last with an id."""
        return self._with_id(self._encoder.feed(value))

    def close(self) -> Iterable[bytes]:
        """Return the frames of the end."""
        return self._with_id([*self._encoder.close()])

    def _with_id(self, frames: Sequence[bytes]) -> Sequence[bytes]:
        if self.cursor is None or not frames:
            return frames
        if int(self.cursor.rpartition("-")[2]) <= self._after:
            return ()
        return [*frames[:-1], b"id: %b\n%b" % (self.cursor.encode(), frames[-1])]
