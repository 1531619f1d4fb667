"""The machine of a stream that can be resumed: events that come again are taken once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit.families.responses.machine import ResponseEvents

__all__ = ["ResumableEvents"]


class ResumableEvents(Machine[Any, Any]):
    """A machine that follows the numbers of the events, from which a stream is resumed.

    A server that is asked for the events after one of them may send them all from the first. Those
    that came already are dropped. Those that the caller did not ask for are taken, since the later
    ones continue them, but not emitted.
    """

    def __init__(self, inner: Machine[Any, Any], events: ResponseEvents, after: int | None) -> None:
        self.events = events
        """The machine with the log of the response."""
        self.cursor: int | None = None
        """The number of the last event; None until one with a number comes."""
        self._inner = inner
        self._after = -1 if after is None else after

    def feed(self, value: Any, /) -> Sequence[Any]:
        """Take an event and return the events of the inner machine, unless it came already."""
        number = value.sequence_number
        if number is None:
            return self._inner.feed(value)
        if self.cursor is not None and number <= self.cursor:
            return ()
        self.cursor = number
        news = self._inner.feed(value)
        return news if number > self._after else ()

    def close(self) -> Iterable[Any]:
        """Emit the events of the end."""
        return self._inner.close()

    def fail(self, error: Exception, /) -> None:
        """Let the inner machine take the error."""
        self._inner.fail(error)
