# Made from ../_async/stream.py by .ci/unasync.py: change it there.
"""The stream of a response: its events, and the response that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from streamkit.families.responses._sync.resuming import ResumingStream
from streamkit.families.responses.events import ParsedResponseStreamEvent
from streamkit.families.responses.resumption import ResumableEvents

if TYPE_CHECKING:
    from streamkit.families.responses.machine import ResponseEvents
    from streamkit.types.responses.parsed import ParsedResponse

__all__ = ["ResponseStream"]

T = TypeVar("T")


class ResponseStream(ResumingStream[ParsedResponseStreamEvent[T]]):
    """The events of a streamed response, as an iterator."""

    _final: ParsedResponse[T] | None = None

    @property
    def current_response_snapshot(self) -> ParsedResponse[T]:
        """The response so far, parsed as far as it has arrived."""
        return self._events.snapshot()

    def get_final_response(self) -> ParsedResponse[T]:
        """Read the stream to its end and return the whole parsed response."""
        self.until_done()
        if self._final is None:
            self._final = self._events.final()
        return self._final

    @property
    def _events(self) -> ResponseEvents:
        machine = self._pipeline.machine
        if isinstance(machine, ResumableEvents):
            return machine.events
        return cast("ResponseEvents", machine)
