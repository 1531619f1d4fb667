"""The events of the steps of a streamed run, and of their tool calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec.structs import replace

from streamkit._core.emitters.events import ArgumentsEvent
from streamkit._core.events import Event
from streamkit._core.reading import NOTHING_READ, Reading
from streamkit.families.assistants.growing import Mark, built, growing_text, parts, text_to_parse
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
    from collections.abc import Iterator, Mapping

    from streamkit.errors import ParseError

__all__ = [
    "RunStepCreatedEvent",
    "RunStepDeltaEvent",
    "RunStepDoneEvent",
    "ToolCallCreatedEvent",
    "ToolCallDeltaEvent",
    "ToolCallDoneEvent",
    "tool_call_of",
]


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
    def parsed_arguments(self) -> Any:
        """A function's parsed arguments so far; None without ``tool_arg_parse`` and its tool."""
        arguments = growing_text(self._call, "function", "arguments")
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
            log = text_to_parse(function.arguments, is_cut=self._is_cut)
            if log is not None:
                outcome = reader.arguments(function.name, log)
        return replace(self, parsed_arguments=outcome.value), outcome.error


def tool_call_of(call: Mark) -> ToolCall:
    """Return a tool call as of a mark."""
    (found,) = built(ToolCallsStepDetails, {"tool_calls": (call,)}).tool_calls
    return found
