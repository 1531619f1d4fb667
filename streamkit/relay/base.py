"""The base of the encoders: machines that turn the common events of a stream into bytes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import msgspec

from streamkit._core.events import AttemptResetEvent, Event
from streamkit._core.machine import Machine
from streamkit.families._common.answer_events import AnswerChunkEvent, FinishEvent, UsageEvent
from streamkit.families._common.decoded_events import Head, head_of
from streamkit.families._common.end_event import EndEvent, end_of, report_of
from streamkit.families._common.final import Usage
from streamkit.families._common.turn_events import TurnStartedEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit.families._common.end_event import ErrorReport

__all__ = ["Encoder", "ErrorText", "Handler", "safe_text", "value_of"]

ErrorText: TypeAlias = Callable[[EndEvent], str]
"""A function that returns what the reader of a stream gets to read of the error that ended it."""

Handler: TypeAlias = Callable[[Any, Any], "Sequence[bytes]"]

_TEXTS = {
    "truncated": "The answer was cut off.",
    "cancelled": "The answer was stopped.",
    "limit": "The answer reached a limit.",
    "error": "An error occurred.",
}


def safe_text(end: EndEvent) -> str:
    """Return what happened, without the message of the error, which is not for everybody."""
    return _TEXTS.get(end.status, _TEXTS["error"])


class Encoder(Machine[Event, bytes]):
    """A machine that turns the common events of a stream into the bytes of a protocol.

    The same events give the same bytes. An ``EndEvent`` ends the stream as it says; without one,
    ``close`` ends it as whole. After the end, further events give nothing.
    """

    headers: ClassVar[Mapping[str, str]]
    """The headers of the response that carries the bytes."""
    handlers: ClassVar[Mapping[type, Handler]]
    """The methods for events by their classes; other events give nothing."""

    def __init__(self, *, error_text: ErrorText = safe_text) -> None:
        self._error_text = error_text
        self._head = Head()
        self._scope = ""  # what distinguishes the parts of a turn or an attempt from those before
        self._turn = 0
        self._reasons: dict[int, str] = {}  # by choice
        self._usage = Usage()
        self._usage_before = Usage()  # of the turns before
        self._has_ended = False

    def feed(self, value: Event, /) -> Sequence[bytes]:
        """Take an event and return its frames."""
        handle = self.handlers.get(value.__class__)
        if handle is not None and not self._has_ended:
            return handle(self, value)
        return self._other(value)

    def close(self) -> Iterable[bytes]:
        """Return the frames of the end of a stream that completed without an ``EndEvent``."""
        return self.feed(end_of())

    def _other(self, event: Event) -> Sequence[bytes]:
        if self._has_ended:
            return ()
        if isinstance(event, AnswerChunkEvent):
            return () if self._head.id else self._chunk(event)
        if isinstance(event, FinishEvent):
            self._reasons[event.choice_index] = event.reason
        elif isinstance(event, UsageEvent):
            self._usage = event.usage
        elif isinstance(event, AttemptResetEvent):
            return self._begin_again(event)
        elif isinstance(event, TurnStartedEvent):
            self._usage_before = self.usage
            self._usage = Usage()
            self._turn = event.turn
            self._scope = f"{event.turn}/" if event.turn > 1 else ""
            self._reasons.clear()
            return self._begin_turn(event)
        elif isinstance(event, EndEvent):
            self._has_ended = True
            return self._end(_with_finish(event))
        elif not isinstance(event, Event):  # pyright: ignore[reportUnnecessaryIsInstance] - types are not checked at run time
            raise TypeError(f"relay takes events, and not {type(event).__name__}")
        return ()

    def _chunk(self, event: AnswerChunkEvent) -> Sequence[bytes]:
        self._head = head_of(event)
        return self._begin() if self._head.id else ()

    @property
    def usage(self) -> Usage:
        """The tokens that were used so far, in all turns."""
        before, now = self._usage_before, self._usage
        names = Usage.__struct_fields__
        return Usage(*[getattr(before, name) + getattr(now, name) for name in names])

    def _begin(self) -> Sequence[bytes]:
        """Return the frames before all others; called again, return none."""
        return ()

    def _begin_turn(self, event: TurnStartedEvent) -> Sequence[bytes]:  # noqa: ARG002 - for subclasses
        return ()

    def _begin_again(self, event: AttemptResetEvent) -> Sequence[bytes]:
        self._scope = f"{self._scope.partition('~')[0]}~{event.attempt}/"
        self._reasons.clear()
        return ()

    @abstractmethod
    def _end(self, end: EndEvent, /) -> Sequence[bytes]:
        """Return the frames of the end."""

    def _error_of_tool(self, error: Exception) -> str:
        """Return what the reader gets to read of the error of a tool."""
        report = report_of(error)
        return report.message or self._error_text(EndEvent("error", report))

    def _part_id(self, kind: str, part: tuple[int | str, ...]) -> str:
        return f"{self._scope}{kind}:{'.'.join(map(str, part))}"


_OF_FINISH = {
    "LengthFinishReasonError": "length",
    "ContentFilterFinishReasonError": "content_filter",
}


def _with_finish(end: EndEvent) -> EndEvent:
    """Return an end that is told by the finish reason as a whole one."""
    error: ErrorReport | None = end.error
    return EndEvent("complete") if error is not None and error.type in _OF_FINISH else end


def value_of(text: str) -> Any:
    """Return the JSON value of a text; raise ``ValueError`` if it has none."""
    return msgspec.json.decode(text)
