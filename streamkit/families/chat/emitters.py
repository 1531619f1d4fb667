"""The machines of one choice: its reasoning, content, refusal, tool calls and log probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.emitters.arguments import ArgumentsParser
from streamkit._core.emitters.text import TextEmitter, TextParser
from streamkit._core.machine import Machine
from streamkit._core.reading import NOTHING_READ
from streamkit.families._common.events import (
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from streamkit.families.chat.log import ChoiceUpdate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit._core.calls import CallLog, CallUpdate
    from streamkit._core.reading import Outcome
    from streamkit._core.text import TextLog
    from streamkit.families.chat.log import ChoiceLog
    from streamkit.structured.reader import Reader

__all__ = [
    "ContentParser",
    "LogprobsEmitter",
    "LogprobsEvent",
    "ReasoningEmitter",
    "RefusalEmitter",
    "ToolArgumentsParser",
]

LogprobsEvent = (
    LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
"""Any event of log probabilities."""


class ReasoningEmitter(TextEmitter[ChoiceUpdate, ReasoningDeltaEvent | ReasoningDoneEvent]):
    """The machine of ``reasoning`` for one choice, which emits its reasoning."""

    def feed(self, value: ChoiceUpdate, /) -> Sequence[ReasoningDeltaEvent]:
        """Return the events of the additions of a chunk to the choice."""
        # Many servers send an empty piece with every chunk of the answer.
        if not value.reasoning:
            return ()
        self._last = value
        text = value.choice.reasoning
        return (ReasoningDeltaEvent(value.index, value.reasoning, text, value.reasoning_end),)

    def _log(self, last: ChoiceUpdate) -> TextLog:
        return last.choice.reasoning

    def _whole(self, last: ChoiceUpdate, text: str, _parsed: Any, /) -> ReasoningDoneEvent:
        return ReasoningDoneEvent(last.index, text)


class RefusalEmitter(TextEmitter[ChoiceUpdate, RefusalDeltaEvent | RefusalDoneEvent]):
    """The machine of ``refusal_detect`` for one choice, which emits its refusal."""

    def feed(self, value: ChoiceUpdate, /) -> Sequence[RefusalDeltaEvent]:
        """Return the events of the additions of a chunk to the choice."""
        if value.refusal is None:
            return ()
        if value.refusal:  # some servers send an empty piece after the finish reason
            self._last = value
        text = value.choice.refusal
        return (RefusalDeltaEvent(value.index, value.refusal, text, value.mark.refusal_end),)

    def _log(self, last: ChoiceUpdate) -> TextLog:
        return last.choice.refusal

    def _whole(self, last: ChoiceUpdate, text: str, _parsed: Any, /) -> RefusalDoneEvent:
        return RefusalDoneEvent(last.index, text)


class ContentParser(TextParser[ChoiceUpdate, ContentDeltaEvent | ContentDoneEvent[Any]]):
    """The machine of ``partial_parse`` for one choice, which emits its content."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def feed(self, value: ChoiceUpdate, /) -> Sequence[ContentDeltaEvent]:
        """Return the events of the additions of a chunk to the choice."""
        if value.content is None:
            return ()
        if value.content:  # some servers send an empty piece after the finish reason
            self._last = value
        text = value.choice.content
        return (
            ContentDeltaEvent(value.index, value.content, text, value.content_end, self._reader),
        )

    def _log(self, last: ChoiceUpdate) -> TextLog:
        return last.choice.content

    def _read(self, last: ChoiceUpdate) -> Outcome:
        # A refusal, and JSON that was cut short, are not parsed.
        choice = last.choice
        return self._reader.content(choice.content) if choice.has_whole_content() else NOTHING_READ

    def _whole(self, last: ChoiceUpdate, text: str, parsed: Any, /) -> ContentDoneEvent[Any]:
        return ContentDoneEvent(last.index, text, parsed)


class ToolArgumentsParser(
    ArgumentsParser[
        ChoiceUpdate, FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent
    ]
):
    """The machine of ``tool_arg_parse`` for one choice, which emits the arguments of its calls."""

    _reader: Reader
    _choice: ChoiceLog

    def feed(
        self, value: ChoiceUpdate, /
    ) -> Sequence[FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent]:
        """Return the events of the additions of a chunk to the choice."""
        if not value.calls:
            return ()
        self._choice = value.choice
        return self._take(value.calls)

    def _is_whole(self) -> bool:
        return self._choice.is_whole

    def _piece(self, update: CallUpdate[Any]) -> FunctionToolCallArgumentsDeltaEvent:
        call = update.call
        return FunctionToolCallArgumentsDeltaEvent(
            self._choice.index,
            call.index,
            call.name,
            call.id,
            update.arguments_delta,
            call.arguments,
            update.end,
            self._reader,
        )

    def _whole(
        self, call: CallLog, arguments: str, parsed: Any
    ) -> FunctionToolCallArgumentsDoneEvent:
        return FunctionToolCallArgumentsDoneEvent(
            self._choice.index, call.index, call.name, call.id, arguments, parsed
        )


class LogprobsEmitter(Machine[ChoiceUpdate, LogprobsEvent]):
    """The machine of ``logprobs`` for one choice, which emits its log probabilities."""

    def __init__(self) -> None:
        self._choice: ChoiceLog | None = None

    def feed(self, value: ChoiceUpdate, /) -> Sequence[LogprobsEvent]:
        """Return the events of the additions of a chunk to the choice."""
        new = value.logprobs
        if new is None:
            return ()
        choice = value.choice
        if new.content or new.refusal:
            self._choice = choice
        content_end, refusal_end = value.mark.logprobs_ends
        events: list[LogprobsEvent] = []
        if new.content and content_end:
            events.append(
                LogprobsContentDeltaEvent(
                    value.index, new.content, choice.logprobs_content, content_end
                )
            )
        if new.refusal and refusal_end:
            events.append(
                LogprobsRefusalDeltaEvent(
                    value.index, new.refusal, choice.logprobs_refusal, refusal_end
                )
            )
        return events

    def close(self) -> Iterable[LogprobsEvent]:
        """Emit all log probabilities, if there were any."""
        choice, self._choice = self._choice, None
        if choice is None:
            return
        content, refusal = choice.logprobs_content, choice.logprobs_refusal
        if content.length:
            yield LogprobsContentDoneEvent(choice.index, content, content.length)
        if refusal.length:
            yield LogprobsRefusalDoneEvent(choice.index, refusal, refusal.length)
