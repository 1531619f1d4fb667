"""The events of a streamed run: of its state, its messages and their content, its steps and calls.

As with the events of chat completions, an event is a position in an append-only log: ``snapshot``
and similar members hold the state at the event, and are built when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from msgspec.structs import replace

from streamkit._core.emitters.events import ArgumentsEvent, TextEvent
from streamkit._core.ending import ends_answer
from streamkit._core.events import Event
from streamkit._core.merge import EMPTY, TextMark
from streamkit._core.reading import NOTHING_READ, Reading
from streamkit._core.text import TextLog, whole_text
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
    """An event that a run has changed its state."""

    type: ClassVar[Literal["run"]] = "run"
    run: Run
    status: str
    """The status of the run; from the event's name where the server gives it nowhere else."""

    @property
    def rests(self) -> bool:
        """Whether no more events follow: the run has ended, or waits for the outputs of tools."""
        return self.status in _RESTING


class MessageCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a message began."""

    type: ClassVar[Literal["message.created"]] = "message.created"
    _at = ("message_id",)
    message_id: str
    resumed: bool
    """Whether the message began in an earlier stream, so that this one has only its rest."""
    _mark: Mark

    @property
    def message(self) -> Message:
        """The message as it began; little more than its id when it is resumed."""
        return built(Message, self._mark)

    def blocks(self) -> Mapping[int, Mark]:
        """Return the content of the message as it began, by index, for ``message_content``."""
        return parts(self._mark)


class MessageDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """An event with an addition to a message."""

    type: ClassVar[Literal["message.delta"]] = "message.delta"
    _at = ("message_id",)
    message_id: str
    delta: MessageDelta
    _mark: Mark
    _places: tuple[int, ...]

    @property
    def snapshot(self) -> Message:
        """The message at the event, with the addition."""
        return built(Message, self._mark)

    def fragments(self) -> Iterator[tuple[int, MessageContentDelta, Mark]]:
        """Yield each block's index, the addition to it, and the block after the addition."""
        blocks = parts(self._mark)
        for index, fragment in zip(self._places, self.delta.content or (), strict=False):
            yield index, fragment, blocks[index]


class MessageDoneEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a message ended: it is complete, or incomplete for good."""

    type: ClassVar[Literal["message.done"]] = "message.done"
    _at = ("message_id",)
    message_id: str
    message: Message
    """The whole message as the server sent it."""


class TextCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a text of a message began."""

    type: ClassVar[Literal["text.created"]] = "text.created"
    _at = ("message_id", "index")
    message_id: str
    index: int
    """The index of the text in the content of the message."""
    _block: Mark

    @property
    def text(self) -> Text:
        """The text as it began, with its first piece."""
        return text_of(self._block)


class TextDeltaEvent(TextEvent, frozen=True, gc=False, eq=False):
    """An event with a piece of a text or of its annotations."""

    type: ClassVar[Literal["text.delta"]] = "text.delta"
    _at = ("message_id", "index")
    message_id: str
    index: int
    delta: TextDelta
    _block: Mark
    _reader: Reading | None = None

    @property
    def snapshot(self) -> Text:
        """The text at the event, with the piece."""
        return text_of(self._block)

    @property
    def parsed(self) -> object:
        """The parsed text so far; None without ``partial_parse``, and for a text that is no JSON.

        Objects and arrays that are still open are read-only views of what has arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        value = _field(self._block, "text", "value")
        if self._reader is None or value is None:
            return None
        return self._reader.partial_content(value.log, value.end)

    def read_by(self, reader: Reading) -> tuple[TextDeltaEvent, None]:
        """Return the event with the parsed text so far, and no error."""
        return replace(self, _reader=reader), None


class TextDoneEvent(TextEvent, frozen=True, gc=False, eq=False):
    """An event that a text ended, because the next block of its message began or the message ended.

    If more of the text comes after all, one more such event follows at the end of the message, with
    the complete text.
    """

    type: ClassVar[Literal["text.done"]] = "text.done"
    _at = ("message_id", "index")
    message_id: str
    index: int
    text: Text
    parsed: Any = None
    """The text as ``partial_parse`` parsed it; None where it does not fit its type.

    A text that does not fit raises ``ParseError`` after the last event of the stream. A text that
    was cut short is not parsed.
    """
    _is_cut: bool = False
    """Whether the message of the text ended incomplete, or did not end."""

    def read_by(self, reader: Reading) -> tuple[TextDoneEvent, ParseError | None]:
        """Return the event with the parsed text, and the error of parsing it."""
        log = _log_of(self.text.value, is_cut=self._is_cut) if self.text.value else None
        outcome = NOTHING_READ if log is None else reader.content(log)
        return replace(self, parsed=outcome.value), outcome.error


class ImageFileDoneEvent(Event, frozen=True, gc=False, eq=False):
    """An event with an image of a message, which the server sends whole."""

    type: ClassVar[Literal["image_file.done"]] = "image_file.done"
    _at = ("message_id", "index")
    message_id: str
    index: int
    image_file: ImageFile


class RunStepCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a run step began."""

    type: ClassVar[Literal["run_step.created"]] = "run_step.created"
    _at = ("run_step_id",)
    run_step_id: str
    resumed: bool
    """Whether the step began in an earlier stream, so that this one has only its rest."""
    _mark: Mark

    @property
    def run_step(self) -> RunStep:
        """The step as it began; little more than its id when it is resumed."""
        return built(RunStep, self._mark)

    def calls(self) -> Mapping[int, Mark]:
        """Return the tool calls of the step as it began, by index, for ``tool_calls``."""
        return parts(self._mark)


class RunStepDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """An event with an addition to a run step."""

    type: ClassVar[Literal["run_step.delta"]] = "run_step.delta"
    _at = ("run_step_id",)
    run_step_id: str
    delta: RunStepDelta
    _mark: Mark
    _places: tuple[int, ...]

    @property
    def snapshot(self) -> RunStep:
        """The step at the event, with the addition."""
        return built(RunStep, self._mark)

    def fragments(self) -> Iterator[tuple[int, ToolCallDelta, Mark]]:
        """Yield each tool call's index, the addition to it, and the call after the addition."""
        details = self.delta.step_details
        if isinstance(details, ToolCallDeltaObject):
            calls = parts(self._mark)
            for index, fragment in zip(self._places, details.tool_calls or (), strict=False):
                yield index, fragment, calls[index]


class RunStepDoneEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a run step completed, failed, was cancelled or expired."""

    type: ClassVar[Literal["run_step.done"]] = "run_step.done"
    _at = ("run_step_id",)
    run_step_id: str
    run_step: RunStep
    """The whole step as the server sent it."""


class ToolCallCreatedEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a tool call of a step began."""

    type: ClassVar[Literal["tool_call.created"]] = "tool_call.created"
    _at = ("run_step_id", "index")
    run_step_id: str
    index: int
    """The index of the call in the step."""
    _call: Mark

    @property
    def tool_call(self) -> ToolCall:
        """The call as it began, with its first fragment."""
        return tool_call_of(self._call)


class ToolCallDeltaEvent(ArgumentsEvent, frozen=True, gc=False, eq=False):
    """An event with a piece of a tool call or of its outputs."""

    type: ClassVar[Literal["tool_call.delta"]] = "tool_call.delta"
    _at = ("run_step_id", "index")
    run_step_id: str
    index: int
    delta: ToolCallDelta
    _call: Mark
    _reader: Reading | None = None

    @property
    def snapshot(self) -> ToolCall:
        """The call at the event, with the piece."""
        return tool_call_of(self._call)

    @property
    def parsed_arguments(self) -> object:
        """A function's parsed arguments so far; None without ``tool_arg_parse`` and its tool."""
        arguments = _field(self._call, "function", "arguments")
        if self._reader is None or arguments is None:
            return None
        name = str(self._call["function"].get("name") or "")
        return self._reader.partial_arguments(name, arguments.log, arguments.end)

    def read_by(self, reader: Reading) -> tuple[ToolCallDeltaEvent, None]:
        """Return the event with the parsed arguments so far, and no error."""
        return replace(self, _reader=reader), None


class ToolCallDoneEvent(ArgumentsEvent, frozen=True, gc=False, eq=False):
    """An event with a complete tool call, and its outputs unless they are still to be submitted."""

    type: ClassVar[Literal["tool_call.done"]] = "tool_call.done"
    _at = ("run_step_id", "index")
    run_step_id: str
    index: int
    tool_call: ToolCall
    parsed_arguments: Any = None
    """A function's arguments as ``tool_arg_parse`` parsed them: an instance of the tool's model, or
    plain JSON for other strict tools.

    None for arguments that do not fit: they raise ``ParseError`` after the last event of the
    stream. Arguments that were cut short are not parsed.
    """
    _is_cut: bool = False
    """Whether the call may be cut short, because its step, or the run, did not end well."""

    def read_by(self, reader: Reading) -> tuple[ToolCallDoneEvent, ParseError | None]:
        """Return the event with the parsed arguments, and the error of parsing them."""
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
"""Any event about a run; type checkers distinguish them by ``event.type``."""


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
    """Return the state of the run in an event, or None for an event about something else."""
    if not isinstance(event, _OF_RUNS):
        return None
    run = event.data
    return RunEvent(run, run.status or event.event.removeprefix("thread.run."))


def text_of(block: Mark) -> Text:
    """Return the text of a block of content as of a mark."""
    text: Any = block.get("text")
    return built(Text, cast("Mark", text) if isinstance(text, dict) else EMPTY)


def tool_call_of(call: Mark) -> ToolCall:
    """Return a tool call as of a mark."""
    (found,) = built(ToolCallsStepDetails, {"tool_calls": (call,)}).tool_calls
    return found


def _field(part: Mark, object_: str, name: str) -> TextMark | None:
    """Return a growing text in an object of a part, or None if there is none."""
    fields = part.get(object_)
    value = cast("Mark", fields).get(name) if isinstance(fields, Mapping) else None
    return value if isinstance(value, TextMark) else None


def _log_of(text: str | None, *, is_cut: bool) -> TextLog | None:
    """Return a whole text to be parsed, or None if it was cut short and is no closed JSON."""
    log = whole_text(text or "")
    return None if is_cut and not log.is_whole_json() else log


_RESTING = frozenset(
    {"cancelled", "completed", "expired", "failed", "incomplete", "requires_action"}
)


# A run that rests shows that the answer is complete: another request would start another run.


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
