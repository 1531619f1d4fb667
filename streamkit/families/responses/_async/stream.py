"""The stream of a response: its events, and the response that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._common.events import CommonEvent
from streamkit.families._resource._async.answer_stream import AsyncAnswerStream
from streamkit.families.responses._async.resuming import AsyncResumingStream
from streamkit.families.responses.events import ParsedResponseStreamEvent

if TYPE_CHECKING:
    from streamkit.types.responses.parsed import ParsedResponse

__all__ = ["AsyncResponseStream"]

T = TypeVar("T")


class AsyncResponseStream(
    AsyncResumingStream[ParsedResponseStreamEvent[T]],
    AsyncAnswerStream[ParsedResponseStreamEvent[T], CommonEvent[T], T],
):
    """The events of a streamed response, as an async iterator."""

    @property
    def current_response_snapshot(self) -> ParsedResponse[T]:
        """The response so far, parsed as far as it has arrived."""
        response: ParsedResponse[T] = self._pipeline.machine.snapshot()
        return response

    async def get_final_response(self) -> ParsedResponse[T]:
        """Read the stream to its end and return the whole parsed response."""
        response: ParsedResponse[T] = await self._whole()
        return response
