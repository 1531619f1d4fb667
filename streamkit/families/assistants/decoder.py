"""The decoder of server-sent events to the events of a run, which knows when the run has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
from streamkit._core.object_decoder import no_object
from streamkit._core.reports import report_in, reported
from streamkit.errors import LimitExceededError, StreamDecodeError
from streamkit.families.assistants.events import state_of
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import NestingError
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    UnknownStreamEvent,
    stream_event,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AssistantEventDecoder"]


class AssistantEventDecoder(AnswerDecoder[AssistantStreamEvent]):
    """A decoder of the events of one response; the machine of ``decode_assistant_events``."""

    def __init__(self, *, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS) -> None:
        super().__init__(on_truncated=on_truncated, limits=limits)
        self._status = ""

    def decode(self, data: str | bytes, event: str = "message", /) -> AssistantStreamEvent | None:
        """Decode the data of an event by the event's name; return None for ``done``."""
        if self.done:
            return None
        self.received += 1
        if event == "done":
            self.done = True
            return None
        if self._is_empty(data):
            return None
        decoded = _decoded(event, data, self._limits)
        state = state_of(decoded)
        if state is not None:
            # It may rest until the outputs of tools come, which is an end of its stream as well.
            self._status, self._has_ended = state.status, state.rests
        if not self._is_answered:
            if isinstance(decoded, UnknownStreamEvent):
                self._pass_over(data)
            else:
                self._is_answered = True
        return decoded

    def close(self) -> Iterable[AssistantStreamEvent]:
        """Take the end of the body or ``done``; raise an error if the answer is not complete."""
        super().close()
        if not self._is_answered:
            raise self._no_answer("an event of a run")
        return ()

    def _missing(self) -> str:
        run = f"was {self._status}" if self._status else f"never began{self._quoted()}"
        return f"no done event, and the run {run}"

    def _names_error(self, event: str) -> bool:
        # A run that failed is no error of its stream.
        return event == "error"


def _decoded(name: str, data: str | bytes, limits: Limits) -> AssistantStreamEvent:
    try:
        event = stream_event(name, data, limits.json_depth)
    except NestingError as error:
        raise LimitExceededError(
            "json_depth", limits.json_depth, f"nesting in a {name} event", received=data
        ) from error
    except ValueError as error:
        raise StreamDecodeError(
            f"the server sent a {name} event that is no JSON object", received=data
        ) from error
    if isinstance(event, UnknownStreamEvent) and name == "message":
        # The server gave the event no name, so it is an error, or the stream is no stream of a run.
        unnamed: Any = event.data
        if not isinstance(unnamed, dict):
            raise no_object(data)
        report = report_in(cast("object", unnamed))
        if report is not None:
            raise reported(data, report)
    return event
