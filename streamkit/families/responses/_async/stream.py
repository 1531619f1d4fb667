"""The stream of a response: its events, and the response that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from streamkit.families.responses._async.resuming import AsyncResumingStream
from streamkit.families.responses.events import ParsedResponseStreamEvent
from streamkit.families.responses.resumption import ResumableEvents

if TYPE_CHECKING:
    from streamkit.families.responses.machine import ResponseEvents
    from streamkit.types.responses.parsed import ParsedResponse

__all__ = ["AsyncResponseStream"]

T = TypeVar("T")


class AsyncResponseStream(AsyncResumingStream[ParsedResponseStreamEvent[T]]):
    """The events of a streamed response, as an async iterator."""

    _final: ParsedResponse[T] | None = None

    @property
    def current_response_snapshot(self) -> ParsedResponse[T]:
        """The response so far, parsed as far as it has arrived."""
        return self._events.snapshot()

    async def get_final_response(self) -> ParsedResponse[T]:
        """Read the stream to its end and return the whole parsed response."""
        await self.until_done()
        if self._final is None:
            self._final = self._events.final()
        return self._final

    @property
    def _events(self) -> ResponseEvents:
        machine = self._pipeline.machine
        if isinstance(machine, ResumableEvents):
            return machine.events
        return cast("ResponseEvents", machine)
