"""The machine of a stream that can be resumed: events that come again are taken once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.chain import Chain
from streamkit._core.machine import AnswerMachine
from streamkit.errors import APIConnectionError, StreamTruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit.families.responses.machine import ResponseEvents
    from streamkit.types.responses.parsed import ParsedResponse

__all__ = ["ResumableEvents", "resumable"]


def resumable(machine: object, error: Exception) -> ResumableEvents | None:
    """Return the machine of a stream that can be resumed after an error, or None."""
    if not isinstance(error, APIConnectionError | StreamTruncatedError):
        return None  # the server reported it: to read on would not help
    first: object = cast("Any", machine).first if isinstance(machine, Chain) else machine
    return first if isinstance(first, ResumableEvents) and first.response_id else None


class ResumableEvents(AnswerMachine[Any, Any, "ParsedResponse[Any]"]):
    """A machine that follows the numbers of the events, from which a stream is resumed.

    A server that is asked for the events after one of them may send them all from the first. Those
    that came already are dropped. Those that the caller did not ask for are taken, since the later
    ones continue them, but not emitted.
    """

    def __init__(
        self, events: ResponseEvents, response_id: str | None = None, after: int | None = None
    ) -> None:
        self._events = events
        self._id = response_id
        self.cursor: int | None = None
        """The number of the last event; None until one with a number comes."""
        self._after = -1 if after is None else after

    @property
    def response_id(self) -> str:
        """The id of the response; empty until it is known."""
        return self._id or self._events.log.response.id

    def feed(self, value: Any, /) -> Sequence[Any]:
        """Take an event and return the events of the stream, unless it came already."""
        number = value.sequence_number
        if number is None:
            return self._events.feed(value)
        if self.cursor is not None and number <= self.cursor:
            return ()
        self.cursor = number
        news = self._events.feed(value)
        return news if number > self._after else ()

    def close(self) -> Iterable[Any]:
        """Emit the events of the end."""
        return self._events.close()

    def snapshot(self) -> ParsedResponse[Any]:
        """Return the response so far, parsed as far as it has arrived."""
        return self._events.snapshot()

    def final(self) -> ParsedResponse[Any]:
        """Return the whole parsed response; call this after ``close``."""
        return self._events.final()
