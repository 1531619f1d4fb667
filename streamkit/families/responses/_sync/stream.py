# Made from ../_async/stream.py by .ci/unasync.py: change it there.
"""The stream of a response: its events, and the response that they build up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._common.events import CommonEvent
from streamkit.families._resource._sync.answer_stream import AnswerStream
from streamkit.families.responses._sync.resuming import ResumingStream
from streamkit.families.responses.events import ParsedResponseStreamEvent

if TYPE_CHECKING:
    from streamkit.types.responses.parsed import ParsedResponse

__all__ = ["ResponseStream"]

T = TypeVar("T")


class ResponseStream(
    ResumingStream[ParsedResponseStreamEvent[T]],
    AnswerStream[ParsedResponseStreamEvent[T], CommonEvent[T], T],
):
    """The events of a streamed response, as an iterator."""

    @property
    def current_response_snapshot(self) -> ParsedResponse[T]:
        """The response so far, parsed as far as it has arrived."""
        response: ParsedResponse[T] = self._pipeline.machine.snapshot()
        return response

    def get_final_response(self) -> ParsedResponse[T]:
        """Read the stream to its end and return the whole parsed response."""
        response: ParsedResponse[T] = self._whole()
        return response
