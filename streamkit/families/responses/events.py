"""The events of a response's stream as ``stream()`` emits them: the API's own, and what they show.

They are the API's events, field by field. Those about a growing text also have its ``snapshot``,
and those about a text to parse ``parsed`` or ``parsed_arguments``; these give the state at the
event, whenever they are read, and cost nothing until then. ``to_dict`` is the event as it came.
"""

# A whole response is parsed, so its field is narrower than in the event as it came.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

import functools
from typing import Any, ClassVar, Generic, TypeVar, cast, get_args

from msgspec import field

from streamkit._core.ending import ends_answer
from streamkit.families.responses.log.kinds import (
    ARGUMENTS,
    CODE,
    COMMAND,
    INPUT,
    MCP_ARGUMENTS,
    OUTPUT_TEXT,
    REASONING_TEXT,
    REFUSAL,
    SUMMARY_TEXT,
    Kind,
)
from streamkit.families.responses.log.part import PartLog  # noqa: TC001 - signatures name it
from streamkit.types.responses import call_events as calls
from streamkit.types.responses import hosted_events as hosted
from streamkit.types.responses import state_events as states
from streamkit.types.responses import text_events as texts
from streamkit.types.responses.parsed import ParsedResponse
from streamkit.types.responses.response import Response
from streamkit.types.responses.stream_event import ResponseStreamEvent

__all__ = [
    "DECODED",
    "DELTAS",
    "DONES",
    "ParsedResponseStreamEvent",
    "ResponseCodeInterpreterCallCodeDeltaEvent",
    "ResponseCodeInterpreterCallCodeDoneEvent",
    "ResponseCompletedEvent",
    "ResponseCustomToolCallInputDeltaEvent",
    "ResponseCustomToolCallInputDoneEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseIncompleteEvent",
    "ResponseMcpCallArgumentsDeltaEvent",
    "ResponseMcpCallArgumentsDoneEvent",
    "ResponseReasoningSummaryTextDeltaEvent",
    "ResponseReasoningSummaryTextDoneEvent",
    "ResponseReasoningTextDeltaEvent",
    "ResponseReasoningTextDoneEvent",
    "ResponseRefusalDeltaEvent",
    "ResponseRefusalDoneEvent",
    "ResponseShellCallCommandDeltaEvent",
    "ResponseShellCallCommandDoneEvent",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
]

T = TypeVar("T")


class _OfText:
    """The members of an event with a whole text of the response."""

    _unsent: ClassVar[frozenset[str]] = frozenset({"_mark", "_text"})
    _text: PartLog

    @property
    def text_log(self) -> PartLog:
        """The log of the text."""
        return self._text

    def whole_of(self, part: PartLog) -> None:
        """Set the log of the text."""
        self._text = part


class _OfDelta:
    """The members of an event with a new piece of a text: a position in the text's log."""

    _unsent: ClassVar[frozenset[str]] = frozenset({"_mark", "_part", "_end"})
    delta: str
    _part: PartLog
    _end: int
    _mark: Any

    @property
    def snapshot(self) -> str:
        """The text so far."""
        return self._part.text.first(self._end)

    @property
    def part(self) -> PartLog:
        """The log of the text."""
        return self._part

    @property
    def end(self) -> int:
        """The length of the text at the event."""
        return self._end

    @property
    def logprobs_end(self) -> int:
        """The number of log probabilities at the event."""
        return 0

    def append_to(self, part: PartLog, mark: Any) -> None:
        """Append the piece to its text; ``mark`` is the state of the rest of the response."""
        self.delta = part.text.append(self.delta)
        self._part = part
        self._end = part.text.length
        self._mark = mark


# Only the machine sets the fields that no server sends: their names on the wire are no characters.
_PART, _END, _MORE = "\ufdd1", "\ufdd2", "\ufdd3"


class ResponseTextDeltaEvent(
    _OfDelta, texts.ResponseTextDeltaEvent, tag_field="type", tag="response.output_text.delta"
):
    """A new piece of a message's text."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)
    _logprobs_end: int = field(default=0, name=_MORE)
    _unsent: ClassVar[frozenset[str]] = frozenset({"_mark", "_part", "_end", "_logprobs_end"})

    @property
    def logprobs_end(self) -> int:
        """The number of log probabilities at the event."""
        return self._logprobs_end

    def append_to(self, part: PartLog, mark: Any) -> None:
        """Append the piece to its text, and its log probabilities to theirs."""
        # A hot place: written out, because the call of the base's method costs as much again.
        text = part.text
        self.delta = text.append(self.delta)
        self._part = part
        self._end = text.length
        self._mark = mark
        if self.logprobs:
            part.logprobs.extend(self.logprobs)
        if length := part.logprobs.length:
            self._logprobs_end = length

    @property
    def parsed(self) -> Any:
        """The text so far, parsed; None when the request did not ask for JSON.

        An object or array, and what is still open in it, is a read-only view of what has arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        part = self._part
        if not part.item.is_answer:
            return None
        return part.reader.partial_content(part.text, self._end, self.delta)


class ResponseTextDoneEvent(
    _OfText,
    texts.ResponseTextDoneEvent,
    Generic[T],
    tag_field="type",
    tag="response.output_text.done",
):
    """The whole text of a part of a message, parsed."""

    _unsent: ClassVar[frozenset[str]] = frozenset({"_mark", "_text", "parsed"})
    _text: Any = field(default=None, name=_PART)
    parsed: T | None = field(default=None, name=_MORE)
    """The text as the requested type; None if it does not fit, which is raised last."""


class ResponseRefusalDeltaEvent(
    _OfDelta, texts.ResponseRefusalDeltaEvent, tag_field="type", tag="response.refusal.delta"
):
    """A new piece of a refusal."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)


class ResponseRefusalDoneEvent(
    _OfText, texts.ResponseRefusalDoneEvent, tag_field="type", tag="response.refusal.done"
):
    """The whole refusal."""

    _text: Any = field(default=None, name=_PART)


class ResponseReasoningTextDeltaEvent(
    _OfDelta,
    texts.ResponseReasoningTextDeltaEvent,
    tag_field="type",
    tag="response.reasoning_text.delta",
):
    """A new piece of the reasoning itself."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)


class ResponseReasoningTextDoneEvent(
    _OfText,
    texts.ResponseReasoningTextDoneEvent,
    tag_field="type",
    tag="response.reasoning_text.done",
):
    """The whole text of a part of the reasoning."""

    _text: Any = field(default=None, name=_PART)


class ResponseReasoningSummaryTextDeltaEvent(
    _OfDelta,
    texts.ResponseReasoningSummaryTextDeltaEvent,
    tag_field="type",
    tag="response.reasoning_summary_text.delta",
):
    """A new piece of the reasoning's summary."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)


class ResponseReasoningSummaryTextDoneEvent(
    _OfText,
    texts.ResponseReasoningSummaryTextDoneEvent,
    tag_field="type",
    tag="response.reasoning_summary_text.done",
):
    """The whole text of a part of the reasoning's summary."""

    _text: Any = field(default=None, name=_PART)


class ResponseFunctionCallArgumentsDeltaEvent(
    _OfDelta,
    calls.ResponseFunctionCallArgumentsDeltaEvent,
    tag_field="type",
    tag="response.function_call_arguments.delta",
):
    """A new piece of the arguments of a function call."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)

    @property
    def name(self) -> str:
        """The name of the function."""
        name: str = self._part.item.name
        return name

    @property
    def parsed_arguments(self) -> Any:
        """The arguments so far, parsed; None when the tool is not strict."""
        part = self._part
        return part.reader.partial_arguments(part.item.tool, part.text, self._end, self.delta)


class ResponseFunctionCallArgumentsDoneEvent(
    _OfText,
    calls.ResponseFunctionCallArgumentsDoneEvent,
    tag_field="type",
    tag="response.function_call_arguments.done",
):
    """The whole arguments of a function call, parsed."""

    _unsent: ClassVar[frozenset[str]] = frozenset({"_mark", "_text", "parsed_arguments"})
    _text: Any = field(default=None, name=_PART)
    parsed_arguments: Any = field(default=None, name=_MORE)
    """The arguments as the tool's type; None when the tool is not strict, or they do not fit."""


class ResponseCustomToolCallInputDeltaEvent(
    _OfDelta,
    calls.ResponseCustomToolCallInputDeltaEvent,
    tag_field="type",
    tag="response.custom_tool_call_input.delta",
):
    """A new piece of the input of a custom tool."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)


class ResponseCustomToolCallInputDoneEvent(
    _OfText,
    calls.ResponseCustomToolCallInputDoneEvent,
    tag_field="type",
    tag="response.custom_tool_call_input.done",
):
    """The whole input of a custom tool."""

    _text: Any = field(default=None, name=_PART)


class ResponseMcpCallArgumentsDeltaEvent(
    _OfDelta,
    calls.ResponseMcpCallArgumentsDeltaEvent,
    tag_field="type",
    tag="response.mcp_call_arguments.delta",
):
    """A new piece of the arguments of a call of an MCP tool."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)


class ResponseMcpCallArgumentsDoneEvent(
    _OfText,
    calls.ResponseMcpCallArgumentsDoneEvent,
    tag_field="type",
    tag="response.mcp_call_arguments.done",
):
    """The whole arguments of a call of an MCP tool."""

    _text: Any = field(default=None, name=_PART)


class ResponseCodeInterpreterCallCodeDeltaEvent(
    _OfDelta,
    hosted.ResponseCodeInterpreterCallCodeDeltaEvent,
    tag_field="type",
    tag="response.code_interpreter_call_code.delta",
):
    """A new piece of the code that the interpreter is to run."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)


class ResponseCodeInterpreterCallCodeDoneEvent(
    _OfText,
    hosted.ResponseCodeInterpreterCallCodeDoneEvent,
    tag_field="type",
    tag="response.code_interpreter_call_code.done",
):
    """The whole code that the interpreter is to run."""

    _text: Any = field(default=None, name=_PART)


class ResponseShellCallCommandDeltaEvent(
    _OfDelta,
    hosted.ResponseShellCallCommandDeltaEvent,
    tag_field="type",
    tag="response.shell_call_command.delta",
):
    """A new piece of a command."""

    _part: Any = field(default=None, name=_PART)
    _end: int = field(default=0, name=_END)


class ResponseShellCallCommandDoneEvent(
    _OfText,
    hosted.ResponseShellCallCommandDoneEvent,
    tag_field="type",
    tag="response.shell_call_command.done",
):
    """A whole command of a shell call."""

    _text: Any = field(default=None, name=_PART)


class ResponseCompletedEvent(
    states.ResponseCompletedEvent, Generic[T], tag_field="type", tag="response.completed"
):
    """A response is complete, and parsed: the last event of its stream."""

    response: ParsedResponse[T] = field(default_factory=ParsedResponse["T"])


class ResponseIncompleteEvent(
    states.ResponseIncompleteEvent, Generic[T], tag_field="type", tag="response.incomplete"
):
    """A response was cut short, and is parsed as far as it goes: the last event of its stream."""

    response: ParsedResponse[T] = field(default_factory=ParsedResponse["T"])


DELTAS: dict[type, tuple[Kind, str | None]] = {
    ResponseTextDeltaEvent: (OUTPUT_TEXT, "content_index"),
    ResponseRefusalDeltaEvent: (REFUSAL, "content_index"),
    ResponseReasoningTextDeltaEvent: (REASONING_TEXT, "content_index"),
    ResponseReasoningSummaryTextDeltaEvent: (SUMMARY_TEXT, "summary_index"),
    ResponseFunctionCallArgumentsDeltaEvent: (ARGUMENTS, None),
    ResponseCustomToolCallInputDeltaEvent: (INPUT, None),
    ResponseMcpCallArgumentsDeltaEvent: (MCP_ARGUMENTS, None),
    ResponseCodeInterpreterCallCodeDeltaEvent: (CODE, None),
    ResponseShellCallCommandDeltaEvent: (COMMAND, "command_index"),
}
"""For each event with a piece of a text: its kind, and the field with the index of its part."""

DONES: dict[type, tuple[Kind, str | None, str]] = {
    ResponseTextDoneEvent: (OUTPUT_TEXT, "content_index", "text"),
    ResponseRefusalDoneEvent: (REFUSAL, "content_index", "refusal"),
    ResponseReasoningTextDoneEvent: (REASONING_TEXT, "content_index", "text"),
    ResponseReasoningSummaryTextDoneEvent: (SUMMARY_TEXT, "summary_index", "text"),
    ResponseFunctionCallArgumentsDoneEvent: (ARGUMENTS, None, "arguments"),
    ResponseCustomToolCallInputDoneEvent: (INPUT, None, "input"),
    ResponseMcpCallArgumentsDoneEvent: (MCP_ARGUMENTS, None, "arguments"),
    ResponseCodeInterpreterCallCodeDoneEvent: (CODE, None, "code"),
    ResponseShellCallCommandDoneEvent: (COMMAND, "command_index", "command"),
}
"""For each event with a whole text the same, and the field with the text."""

ParsedResponseStreamEvent = (
    ResponseTextDeltaEvent
    | ResponseTextDoneEvent[T]
    | ResponseRefusalDeltaEvent
    | ResponseRefusalDoneEvent
    | ResponseReasoningTextDeltaEvent
    | ResponseReasoningTextDoneEvent
    | ResponseReasoningSummaryTextDeltaEvent
    | ResponseReasoningSummaryTextDoneEvent
    | ResponseFunctionCallArgumentsDeltaEvent
    | ResponseFunctionCallArgumentsDoneEvent
    | ResponseCustomToolCallInputDeltaEvent
    | ResponseCustomToolCallInputDoneEvent
    | ResponseMcpCallArgumentsDeltaEvent
    | ResponseMcpCallArgumentsDoneEvent
    | ResponseCodeInterpreterCallCodeDeltaEvent
    | ResponseCodeInterpreterCallCodeDoneEvent
    | ResponseShellCallCommandDeltaEvent
    | ResponseShellCallCommandDoneEvent
    | ResponseCompletedEvent[T]
    | ResponseIncompleteEvent[T]
    | states.ResponseCreatedEvent
    | states.ResponseQueuedEvent
    | states.ResponseInProgressEvent
    | states.ResponseFailedEvent
    | states.ResponseErrorEvent
    | texts.ResponseOutputItemAddedEvent
    | texts.ResponseOutputItemDoneEvent
    | texts.ResponseContentPartAddedEvent
    | texts.ResponseContentPartDoneEvent
    | texts.ResponseOutputTextAnnotationAddedEvent
    | texts.ResponseReasoningSummaryPartAddedEvent
    | texts.ResponseReasoningSummaryPartDoneEvent
    | calls.ResponseMcpCallInProgressEvent
    | calls.ResponseMcpCallCompletedEvent
    | calls.ResponseMcpCallFailedEvent
    | calls.ResponseMcpListToolsInProgressEvent
    | calls.ResponseMcpListToolsCompletedEvent
    | calls.ResponseMcpListToolsFailedEvent
    | calls.ResponseAudioDeltaEvent
    | calls.ResponseAudioDoneEvent
    | calls.ResponseAudioTranscriptDeltaEvent
    | calls.ResponseAudioTranscriptDoneEvent
    | hosted.ResponseCodeInterpreterCallInProgressEvent
    | hosted.ResponseCodeInterpreterCallInterpretingEvent
    | hosted.ResponseCodeInterpreterCallCompletedEvent
    | hosted.ResponseWebSearchCallInProgressEvent
    | hosted.ResponseWebSearchCallSearchingEvent
    | hosted.ResponseWebSearchCallCompletedEvent
    | hosted.ResponseFileSearchCallInProgressEvent
    | hosted.ResponseFileSearchCallSearchingEvent
    | hosted.ResponseFileSearchCallCompletedEvent
    | hosted.ResponseImageGenCallInProgressEvent
    | hosted.ResponseImageGenCallGeneratingEvent
    | hosted.ResponseImageGenCallCompletedEvent
    | hosted.ResponseImageGenCallPartialImageEvent
    | hosted.ResponseShellCallCommandAddedEvent
    | hosted.ResponseShellCallOutputContentDeltaEvent
    | hosted.ResponseShellCallOutputContentDoneEvent
    | hosted.ResponseCompactionCompactingEvent
)
"""An event of any known kind, with what the stream shows so far; distinguished by ``type``."""

_TYPES: dict[str, Any] = {
    type_.type: type_
    for type_ in (*get_args(ResponseStreamEvent), *cast("Any", DELTAS), *cast("Any", DONES))
}

DECODED: Any = functools.reduce(lambda one, other: one | other, _TYPES.values())
"""The types that the events of ``stream()`` are decoded into."""


# The last event shows that an answer is there, and so does the response in it.


@ends_answer.register(states.ResponseCompletedEvent)
@ends_answer.register(states.ResponseIncompleteEvent)
def _(_: states.ResponseStateEvent) -> bool:
    return True


@ends_answer.register(Response)
def _(response: Response) -> bool:
    return response.status in {"completed", "incomplete"}
