"""The common events of calls: of functions, of custom tools, and of tools that the server runs.

``index`` counts the calls of an answer, or of a choice, in the order of their opening, unless the
protocol has an index of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec.structs import replace

from streamkit._core.emitters.events import ArgumentsEvent
from streamkit._core.reading import Reading
from streamkit._core.text import TextLog, whole_text
from streamkit.families._common.part_event import PartEvent, PartGrowth

if TYPE_CHECKING:
    from streamkit.errors import ParseError

__all__ = [
    "CustomToolCallInputDeltaEvent",
    "CustomToolCallInputDoneEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "ServerToolDeltaEvent",
    "ServerToolDoneEvent",
]


class FunctionToolCallArgumentsDeltaEvent(
    PartGrowth, ArgumentsEvent, frozen=True, gc=False, eq=False
):
    """A new piece of a function call's arguments; the first piece of a call may be empty."""

    type: ClassVar[Literal["tool_calls.function.arguments.delta"]] = (
        "tool_calls.function.arguments.delta"
    )
    _at = ("choice_index", "index")
    _piece = "arguments_delta"
    choice_index: int
    index: int
    """The index of the tool call within the choice."""
    name: str
    tool_call_id: str
    arguments_delta: str
    _text: TextLog
    _end: int
    _reader: Reading

    @property
    def arguments(self) -> str:
        """The JSON text of the arguments so far."""
        return self._text.first(self._end)

    @property
    def parsed_arguments(self) -> Any:
        """The arguments so far, parsed; None when the tool is not strict."""
        return self._reader.partial_arguments(
            self.name, self._text, self._end, self.arguments_delta
        )

    def read_by(self, reader: Reading) -> tuple[FunctionToolCallArgumentsDeltaEvent, None]:
        """Return the event with the arguments so far, parsed by ``reader``, and no error."""
        return replace(self, _reader=reader), None


class FunctionToolCallArgumentsDoneEvent(
    PartEvent, ArgumentsEvent, frozen=True, gc=False, eq=False
):
    """The whole arguments of a function call."""

    type: ClassVar[Literal["tool_calls.function.arguments.done"]] = (
        "tool_calls.function.arguments.done"
    )
    _at = ("choice_index", "index")
    choice_index: int
    index: int
    name: str
    tool_call_id: str
    arguments: str
    parsed_arguments: Any
    """An instance of the tool's model, plain JSON for other strict tools, or else None."""

    def read_by(
        self, reader: Reading
    ) -> tuple[FunctionToolCallArgumentsDoneEvent, ParseError | None]:
        """Return the event with the arguments parsed by ``reader``, and the error of parsing."""
        outcome = reader.arguments(self.name, whole_text(self.arguments))
        return replace(self, parsed_arguments=outcome.value), outcome.error


class CustomToolCallInputDeltaEvent(PartGrowth, frozen=True, gc=False, eq=False):
    """A new piece of the input of a custom tool, which is free text."""

    type: ClassVar[Literal["tool_calls.custom.input.delta"]] = "tool_calls.custom.input.delta"
    _at = ("choice_index", "index")
    _piece = "input_delta"
    choice_index: int
    index: int
    name: str
    tool_call_id: str
    input_delta: str
    _text: TextLog
    _end: int

    @property
    def input(self) -> str:
        """The input so far."""
        return self._text.first(self._end)


class CustomToolCallInputDoneEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The whole input of a custom tool."""

    type: ClassVar[Literal["tool_calls.custom.input.done"]] = "tool_calls.custom.input.done"
    _at = ("choice_index", "index")
    choice_index: int
    index: int
    name: str
    tool_call_id: str
    input: str


class ServerToolDeltaEvent(PartGrowth, frozen=True, gc=False, eq=False):
    """Progress of a tool that the server runs itself, such as a web search.

    The event has a new status, or a new piece of the input where the server streams it, or both.
    """

    type: ClassVar[Literal["server_tool.delta"]] = "server_tool.delta"
    _at = ("choice_index", "index")
    _piece = "input_delta"
    choice_index: int
    index: int
    kind: str
    """The kind of tool, such as ``web_search``, ``code_interpreter`` or ``mcp``."""
    name: str
    """The name of the tool, where a kind has several; else the same as the kind."""
    tool_call_id: str
    status: str
    """The protocol's word for the present phase, such as ``searching``; empty if it has none."""
    input_delta: str
    _text: TextLog
    _end: int

    @property
    def input(self) -> str:
        """The input so far: JSON, code or a query."""
        return self._text.first(self._end)


class ServerToolDoneEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The end of a tool that the server has run, with its output if the server sends it."""

    type: ClassVar[Literal["server_tool.done"]] = "server_tool.done"
    _at = ("choice_index", "index")
    choice_index: int
    index: int
    kind: str
    name: str
    tool_call_id: str
    status: str
    input: str
    output: Any = None
    """The results as plain data, in the form of the protocol; None where none were sent."""
