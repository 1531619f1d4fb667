"""The events of a program's own tools, and of the turns of a conversation that calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, Literal, TypeVar

from streamkit._core.content import has_content
from streamkit.families._common.final import Final
from streamkit.families._common.part_event import PartEvent

__all__ = [
    "ToolEvent",
    "ToolFailedEvent",
    "ToolHeldEvent",
    "ToolResultEvent",
    "ToolStartedEvent",
    "TurnDoneEvent",
    "TurnEvent",
    "TurnStartedEvent",
]

T = TypeVar("T")

# Results, errors and parsed arguments are objects of the program, which may refer to the event: so
# the garbage collector tracks these events.


class _CallEvent(PartEvent, frozen=True, gc=True, eq=False):
    """The base of the events about one call of a tool that the program runs."""

    _at = ("choice_index", "index")
    choice_index: int
    index: int
    """The index of the call among the calls of the answer."""
    name: str
    tool_call_id: str
    arguments: str
    """The JSON text of the arguments, or the input of a custom tool."""


class ToolHeldEvent(_CallEvent, frozen=True, gc=True, eq=False):
    """A call waits for the program's approval; the stream goes on meanwhile."""

    type: ClassVar[Literal["tool.held"]] = "tool.held"
    parsed_arguments: Any
    _decide: Callable[[str | None], object]

    def approve(self) -> None:
        """Let the call be made; any thread may call this."""
        self._decide(None)

    def refuse(self, reason: str = "The call was refused.") -> None:
        """Let the call fail without being made; the model gets the reason."""
        self._decide(reason)


class ToolStartedEvent(_CallEvent, frozen=True, gc=True, eq=False):
    """A tool has begun to run."""

    type: ClassVar[Literal["tool.started"]] = "tool.started"
    parsed_arguments: Any
    """The arguments as the tool gets them."""


class ToolResultEvent(_CallEvent, frozen=True, gc=True, eq=False):
    """A tool has returned."""

    type: ClassVar[Literal["tool.result"]] = "tool.result"
    result: Any
    """The value that the tool returned."""
    output: str
    """The text that the model gets: the result, or its JSON if it is no string."""


class ToolFailedEvent(_CallEvent, frozen=True, gc=True, eq=False):
    """A tool has raised, took too long, was refused, or its arguments do not fit."""

    type: ClassVar[Literal["tool.failed"]] = "tool.failed"
    error: Exception
    output: str
    """The text that the model gets."""


class TurnStartedEvent(PartEvent, frozen=True, gc=False, eq=False):
    """A request of a conversation was sent, and its answer begins."""

    type: ClassVar[Literal["turn.started"]] = "turn.started"
    turn: int
    """The number of the request; the first is 1."""


class TurnDoneEvent(PartEvent, Generic[T], frozen=True, gc=True, eq=False):
    """An answer is whole, and the tools that it called have ended."""

    type: ClassVar[Literal["turn.done"]] = "turn.done"
    turn: int
    final: Final[T]
    """The answer."""


ToolEvent = ToolHeldEvent | ToolStartedEvent | ToolResultEvent | ToolFailedEvent
"""Any event that ``call_tools`` adds; type checkers narrow it by ``event.type``."""

TurnEvent = ToolEvent | TurnStartedEvent | TurnDoneEvent[T]
"""Any event that ``run_tools`` adds to the common ones."""


@has_content.register(TurnStartedEvent)
def _(_: TurnStartedEvent) -> bool:
    return False
