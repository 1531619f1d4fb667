"""What happens to a streamed run: its state, its messages and what is in them, its steps and calls.

As with the events of chat completions, an event is a position in an append-only log: ``snapshot``
and the like say what was true when the event was emitted, and are built when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from msgspec.structs import replace

from streamkit._core.ending import ends_answer
from streamkit._core.events import Event
from streamkit._core.merge import EMPTY, TextMark
from streamkit._core.reading import NOTHING_READ, Reading
from streamkit._core.tellers.events import ArgumentsEvent, TextEvent
from streamkit._core.text import TextLog
from streamkit.errors import PartialRun
from streamkit.families.assistants.growing import Mark, built, parts
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    ThreadRunCancelled,
    ThreadRunCancelling,
    ThreadRunCompleted,
    ThreadRunCreated,
    ThreadRunExpired,
    ThreadRunFailed,
    ThreadRunIncomplete,
    ThreadRunInProgress,
    ThreadRunQueued,
    ThreadRunRequiresAction,
)
from streamkit.types.beta.threads import (
    ImageFile,
    Message,
    MessageContentDelta,
    MessageDelta,
    Run,
    Text,
    TextDelta,
)
from streamkit.types.beta.threads.runs import (
    FunctionToolCall,
    RunStep,
    RunStepDelta,
    ToolCall,
    ToolCallDelta,
    ToolCallDeltaObject,
    ToolCallsStepDetails,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.errors import ParseError

__all__ = [
    "AssistantEvent",
    "ImageFileDoneEvent",
    "MessageCreatedEvent",
    "MessageDeltaEvent",
    "MessageDoneEvent",
    "RunEvent",
    "RunStepCreatedEvent",
    "RunStepDeltaEvent",
    "RunStepDoneEvent",
    "TextCreatedEvent",
    "TextDeltaEvent",
    "TextDoneEvent",
    "ToolCallCreatedEvent",
    "ToolCallDeltaEvent",
    "ToolCallDoneEvent",
    "state_of",
    "text_of",
    "tool_call_of",
]


class RunEvent(Event, frozen=True, gc=False, eq=False):
    """The run is in another state."""

    type: ClassVar[Literal["run"]] = "run"
    run: Run
    status: str
    """As the run says it; some servers say it in the name of the event alone."""

    @property
    def rests(self) -> bool:
        """Whether the run will say no more: it has ended, or waits for the outputs of tools."""
        return self.status in _RESTING


class MessageCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """A message began."""

    type: ClassVar[Literal["message.created"]] = "message.created"
    _at = ("message_id",)
    message_id: str
    resumed: bool
    """Whether it began in an earlier stream, so that this one has only its rest."""
    _mark: Mark

    @property
    def message(self) -> Message:
        """The message as it began; little more than its id, when it is resumed."""
        return built(Message, self._mark)

    def blocks(self) -> Mapping[int, Mark]:
        """The content it began with, by index; what ``message_content`` tells."""
        return parts(self._mark)


class MessageDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """Something was added to a message."""

    type: ClassVar[Literal["message.delta"]] = "message.delta"
    _at = ("message_id",)
    message_id: str
    delta: MessageDelta
    _mark: Mark
    _places: tuple[int, ...]

    @property
    def snapshot(self) -> Message:
        """The message so far."""
        return built(Message, self._mark)

    def fragments(self) -> Iterator[tuple[int, MessageContentDelta, Mark]]:
        """What is added to each block, its index first, and the block then."""
        blocks = parts(self._mark)
        for index, fragment in zip(self._places, self.delta.content or (), strict=False):
            yield index, fragment, blocks[index]


class MessageDoneEvent(Event, frozen=True, gc=False, eq=False):
    """A message ended: it is complete, or incomplete for good."""

    type: ClassVar[Literal["message.done"]] = "message.done"
    _at = ("message_id",)
    message_id: str
    message: Message
    """As the server says it is."""


class TextCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """A message has a text."""

    type: ClassVar[Literal["text.created"]] = "text.created"
    _at = ("message_id", "index")
    message_id: str
    index: int
    """Which block of the message's content."""
    _block: Mark

    @property
    def text(self) -> Text:
        """The text as it began, its first piece included."""
        return text_of(self._block)


class TextDeltaEvent(TextEvent, frozen=True, gc=False, eq=False):
    """A piece of a text arrived, or of its annotations."""

    type: ClassVar[Literal["text.delta"]] = "text.delta"
    _at = ("message_id", "index")
    message_id: str
    index: int
    delta: TextDelta
    _block: Mark
    _reader: Reading | None = None

    @property
    def snapshot(self) -> Text:
        """The text so far."""
        return text_of(self._block)

    @property
    def parsed(self) -> object:
        """What is known of the parsed text; None without ``partial_parse``, and what is no JSON.

        Objects and arrays that are still open are read-only views of what has arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        value = _field(self._block, "text", "value")
        if self._reader is None or value is None:
            return None
        return self._reader.partial_content(value.log, value.end)

    def read_by(self, reader: Reading) -> tuple[TextDeltaEvent, None]:
        """Return the event with what is known of the parsed text."""
        return replace(self, _reader=reader), None


class TextDoneEvent(TextEvent, frozen=True, gc=False, eq=False):
    """A text has ended, for the next block of its message has begun or the message has ended.

    If more of it comes after all, one more such event follows at the end of the message, with the
    complete text.
    """

    type: ClassVar[Literal["text.done"]] = "text.done"
    _at = ("message_id", "index")
    message_id: str
    index: int
    text: Text
    parsed: Any = None
    """What ``partial_parse`` made of the text; None where it does not fit its type.

    That is raised as a ``ParseError`` after the last event of the stream. A text that was cut short
    is not parsed.
    """
    _is_cut: bool = False
    """Whether its message did not end as it should."""

    def read_by(self, reader: Reading) -> tuple[TextDoneEvent, ParseError | None]:
        """Return the event with the parsed text, and what is wrong with that."""
        log = _log_of(self.text.value, is_cut=self._is_cut) if self.text.value else None
        outcome = NOTHING_READ if log is None else reader.content(log)
        return replace(self, parsed=outcome.value), outcome.error


class ImageFileDoneEvent(Event, frozen=True, gc=False, eq=False):
    """A message has an image; it comes whole."""

    type: ClassVar[Literal["image_file.done"]] = "image_file.done"
    _at = ("message_id", "index")
    message_id: str
    index: int
    image_file: ImageFile


class RunStepCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """A step began."""

    type: ClassVar[Literal["run_step.created"]] = "run_step.created"
    _at = ("run_step_id",)
    run_step_id: str
    resumed: bool
    """Whether it began in an earlier stream, so that this one has only its rest."""
    _mark: Mark

    @property
    def run_step(self) -> RunStep:
        """The step as it began; little more than its id, when it is resumed."""
        return built(RunStep, self._mark)

    def calls(self) -> Mapping[int, Mark]:
        """The tool calls it began with, by index; what ``tool_calls`` tells."""
        return parts(self._mark)


class RunStepDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """Something was added to a step."""

    type: ClassVar[Literal["run_step.delta"]] = "run_step.delta"
    _at = ("run_step_id",)
    run_step_id: str
    delta: RunStepDelta
    _mark: Mark
    _places: tuple[int, ...]

    @property
    def snapshot(self) -> RunStep:
        """The step so far."""
        return built(RunStep, self._mark)

    def fragments(self) -> Iterator[tuple[int, ToolCallDelta, Mark]]:
        """What is added to each tool call, its index first, and the call then."""
        details = self.delta.step_details
        if isinstance(details, ToolCallDeltaObject):
            calls = parts(self._mark)
            for index, fragment in zip(self._places, details.tool_calls or (), strict=False):
                yield index, fragment, calls[index]


class RunStepDoneEvent(Event, frozen=True, gc=False, eq=False):
    """A step ended: completed, failed, cancelled or expired."""

    type: ClassVar[Literal["run_step.done"]] = "run_step.done"
    _at = ("run_step_id",)
    run_step_id: str
    run_step: RunStep
    """As the server says it is."""


class ToolCallCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """A step calls a tool."""

    type: ClassVar[Literal["tool_call.created"]] = "tool_call.created"
    _at = ("run_step_id", "index")
    run_step_id: str
    index: int
    """Which call of the step."""
    _call: Mark

    @property
    def tool_call(self) -> ToolCall:
        """The call as it began, its first fragment included."""
        return tool_call_of(self._call)


class ToolCallDeltaEvent(ArgumentsEvent, frozen=True, gc=False, eq=False):
    """A piece of a call arrived, or of its outputs."""

    type: ClassVar[Literal["tool_call.delta"]] = "tool_call.delta"
    _at = ("run_step_id", "index")
    run_step_id: str
    index: int
    delta: ToolCallDelta
    _call: Mark
    _reader: Reading | None = None

    @property
    def snapshot(self) -> ToolCall:
        """The call so far."""
        return tool_call_of(self._call)

    @property
    def parsed_arguments(self) -> object:
        """What is known of a function's arguments; None without ``tool_arg_parse`` and its tool."""
        arguments = _field(self._call, "function", "arguments")
        if self._reader is None or arguments is None:
            return None
        name = str(self._call["function"].get("name") or "")
        return self._reader.partial_arguments(name, arguments.log, arguments.end)

    def read_by(self, reader: Reading) -> tuple[ToolCallDeltaEvent, None]:
        """Return the event with what is known of the arguments."""
        return replace(self, _reader=reader), None


class ToolCallDoneEvent(ArgumentsEvent, frozen=True, gc=False, eq=False):
    """A call is complete; with its outputs, unless they are still to be submitted."""

    type: ClassVar[Literal["tool_call.done"]] = "tool_call.done"
    _at = ("run_step_id", "index")
    run_step_id: str
    index: int
    tool_call: ToolCall
    parsed_arguments: Any = None
    """What ``tool_arg_parse`` made of a function's arguments: an instance of the tool's model, or
    plain JSON for other strict tools.

    None where they do not fit: that is raised as a ``ParseError`` after the last event of the
    stream. Arguments that were cut short are not parsed.
    """
    _is_cut: bool = False
    """Whether its step, or the run, did not end as it should."""

    def read_by(self, reader: Reading) -> tuple[ToolCallDoneEvent, ParseError | None]:
        """Return the event with the parsed arguments, and what is wrong with those."""
        outcome = NOTHING_READ
        if isinstance(self.tool_call, FunctionToolCall):
            function = self.tool_call.function
            log = _log_of(function.arguments, is_cut=self._is_cut)
            if log is not None:
                outcome = reader.arguments(function.name, log)
        return replace(self, parsed_arguments=outcome.value), outcome.error


AssistantEvent = (
    RunEvent
    | MessageCreatedEvent
    | MessageDeltaEvent
    | MessageDoneEvent
    | TextCreatedEvent
    | TextDeltaEvent
    | TextDoneEvent
    | ImageFileDoneEvent
    | RunStepCreatedEvent
    | RunStepDeltaEvent
    | RunStepDoneEvent
    | ToolCallCreatedEvent
    | ToolCallDeltaEvent
    | ToolCallDoneEvent
)
"""Any event about a run; ``event.type`` tells a type checker which."""


_OF_RUNS = (
    ThreadRunCreated,
    ThreadRunQueued,
    ThreadRunInProgress,
    ThreadRunRequiresAction,
    ThreadRunCompleted,
    ThreadRunIncomplete,
    ThreadRunFailed,
    ThreadRunCancelling,
    ThreadRunCancelled,
    ThreadRunExpired,
)


def state_of(event: AssistantStreamEvent) -> RunEvent | None:
    """What an event says of the run as a whole, if it does."""
    if not isinstance(event, _OF_RUNS):
        return None
    run = event.data
    return RunEvent(run, run.status or event.event.removeprefix("thread.run."))


def text_of(block: Mark) -> Text:
    """The text of a block of content as of a mark."""
    text: Any = block.get("text")
    return built(Text, cast("Mark", text) if isinstance(text, dict) else EMPTY)


def tool_call_of(call: Mark) -> ToolCall:
    """A tool call as of a mark."""
    (found,) = built(ToolCallsStepDetails, {"tool_calls": (call,)}).tool_calls
    return found


def _field(part: Mark, object_: str, name: str) -> TextMark | None:
    """A text that grows in an object of a part."""
    fields = part.get(object_)
    value = cast("Mark", fields).get(name) if isinstance(fields, Mapping) else None
    return value if isinstance(value, TextMark) else None


def _log_of(text: str | None, *, is_cut: bool) -> TextLog | None:
    """A whole text to be parsed; None for one that was cut short and is no closed JSON."""
    log = TextLog()
    log.append(text or "")
    return None if is_cut and not log.is_whole_json() else log


_RESTING = frozenset(
    {"cancelled", "completed", "expired", "failed", "incomplete", "requires_action"}
)


# What shows that an answer is there: a run that rests. To ask again would start another.


@ends_answer.register(RunEvent)
def _(event: RunEvent) -> bool:
    return event.rests


@ends_answer.register(PartialRun)
def _(partial: PartialRun) -> bool:
    run = partial.run
    return run is not None and RunEvent(run, run.status or "").rests


def _ends_run(event: AssistantStreamEvent) -> bool:
    state = state_of(event)
    return state is not None and state.rests


for _of_run in _OF_RUNS:
    ends_answer.register(_of_run, _ends_run)
