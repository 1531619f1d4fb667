"""Server-sent events to the events of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.answer_decoder import SSE, AnswerDecoder
from streamkit._core.reports import report_in, reported
from streamkit.errors import LimitExceededError, StreamDecodeError, StreamTruncatedError
from streamkit.families.assistants.events import state_of
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.types import NestingError
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    UnknownStreamEvent,
    stream_event,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

    from streamkit._core.answer_decoder import OnTruncated

__all__ = ["AssistantEventDecoder", "decode_assistant_events"]


def decode_assistant_events(
    *, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS
) -> Callable[[Observable[SSE]], Observable[AssistantStreamEvent]]:
    """Decode each event by its name; ``done`` completes, and ``error`` is an error.

        --thread.run.created:{..}--thread.message.delta:{..}--done--
        [                decode_assistant_events()                 ]
        --ThreadRunCreated---------ThreadMessageDelta---------|

    Without ``done`` the stream is complete once its run has ended or waits for the outputs of
    tools; else ``StreamTruncatedError``. Raises ``APIError`` for an error the server reports, and
    ``StreamDecodeError`` for data that are no JSON object. An event of unknown name becomes an
    ``UnknownStreamEvent``; if nothing came but such, the end raises ``APIResponseValidationError``.
    """
    return lift(
        lambda: AssistantEventDecoder(on_truncated=on_truncated, limits=limits),
        takes=SSE,
        name="decode_assistant_events",
    )


class AssistantEventDecoder(AnswerDecoder[AssistantStreamEvent]):
    """The machine of ``decode_assistant_events``, for one response."""

    def __init__(self, *, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS) -> None:
        self._on_truncated = on_truncated
        self._limits = limits
        self._status = ""
        self._rests = False
        self._is_answered = False

    @property
    def is_answered(self) -> bool:
        """Whether any event of a run has come."""
        return self._is_answered

    @property
    def is_complete(self) -> bool:
        """Whether the run ended or waits, or its stream may end anywhere."""
        return self.done or self._rests or self._on_truncated == "accept"

    def feed(self, value: SSE, /) -> Sequence[AssistantStreamEvent]:
        """Take an event and return it decoded."""
        if self.done:
            return ()
        name, data = value.event, value.data
        self.received += 1
        if name == "error":
            raise reported(data)
        if name == "done" or (len(data) < _SHORT and data.strip()[:6] in _DONE):
            self.done = True
            return ()
        if not data.strip():
            return ()
        event = _decoded(name, data, self._limits)
        state = state_of(event)
        if state is not None:
            self._status, self._rests = state.status, state.rests
        if not self._is_answered:
            if isinstance(event, UnknownStreamEvent):
                self._pass_over(data)
            else:
                self._is_answered = True
        return (event,)

    def close(self) -> Iterable[AssistantStreamEvent]:
        """Take the end of the body, or ``done``."""
        if not (self.received or self.is_complete):
            raise StreamDecodeError("the stream ended without an event")
        if not self.is_complete:
            raise StreamTruncatedError(
                f"the stream was cut after {self.received} events: no done event, and the run "
                + (f"was {self._status}" if self._status else f"never began{self._quoted()}")
            )
        if not self._is_answered:
            raise self._no_answer("an event of a run")
        return ()


_SHORT = 16
_DONE = ("[DONE]", b"[DONE]")


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
        # The server gave it no name: so it sends an error, or something that is no such stream.
        unnamed: Any = event.data
        if not isinstance(unnamed, dict):
            raise StreamDecodeError(
                "the server sent an event that is no JSON object", received=data
            )
        report = report_in(cast("object", unnamed))
        if report is not None:
            raise reported(data, report)
    return event
