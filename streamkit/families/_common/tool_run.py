"""One call of a program's own tool, and the terms on which tools are run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from streamkit._core.arguments import require_count, require_word
from streamkit._core.duration import require_duration
from streamkit._core.growing_text import whole_characters
from streamkit._core.serialization import json_default
from streamkit.errors import StreamkitError
from streamkit.families._common.tool_events import (
    CustomToolCallInputDoneEvent,
    FunctionToolCallArgumentsDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._http.watch import ToolCallWatch
    from streamkit.structured.tool import Tool

__all__ = [
    "MAX_CONCURRENT",
    "WHOLE_CALLS",
    "OnToolError",
    "Run",
    "ToolTerms",
    "WholeCall",
    "output_of",
]

MAX_CONCURRENT = 10
"""The maximum number of tools that run at once, by default."""

OnToolError: TypeAlias = Literal["report", "raise"]
"""The treatment of a tool that fails: the model gets the error, or it ends the stream."""

WholeCall: TypeAlias = FunctionToolCallArgumentsDoneEvent | CustomToolCallInputDoneEvent
"""The event of a call whose arguments, or whose input, is whole."""

WHOLE_CALLS = (FunctionToolCallArgumentsDoneEvent, CustomToolCallInputDoneEvent)
"""The types of these events."""


@dataclass(frozen=True)
class ToolTerms:
    """The terms on which tools are run."""

    max_concurrent: int = MAX_CONCURRENT
    timeout: float | None = None
    """The maximum seconds of a call."""
    on_error: OnToolError = "report"

    def __post_init__(self) -> None:
        require_count("max_concurrent", self.max_concurrent)
        if self.timeout is not None:
            require_duration("the timeout of tools", self.timeout)
        require_word("on_error", self.on_error, ("report", "raise"))


class Run:
    """One call of a tool."""

    def __init__(self, call: WholeCall) -> None:
        self.call = call
        self.text = call.input if isinstance(call, CustomToolCallInputDoneEvent) else call.arguments
        """The JSON of the arguments, or the input of a custom tool."""
        self.arguments: Any = None
        """The arguments as the tool's type."""
        self.work: Callable[[], Any] = _nothing
        """The function that calls the tool."""
        self.watch: ToolCallWatch | None = None
        """The watch over the call, if an instrument follows it."""
        self.is_async = False
        """Whether the tool is a coroutine function."""
        self.is_over = False
        self.stops: list[Callable[[], object]] = []
        """The functions that stop the tool, or the clock of its time limit."""

    @property
    def place(self) -> tuple[int, int, str, str, str]:
        """The fields that all events of the call begin with."""
        call = self.call
        return call.choice_index, call.index, call.name, call.tool_call_id, self.text

    def is_meant_by(self, call: Any) -> bool:
        """Return whether an event, or an id, is that of this call."""
        if isinstance(call, str):
            return self.call.tool_call_id == call
        return (call.choice_index, call.index, call.tool_call_id) == (
            self.call.choice_index,
            self.call.index,
            self.call.tool_call_id,
        )

    def prepare(self, tool: Tool | None) -> None:
        """Read the arguments; raise the error of arguments that do not fit."""
        if tool is None:
            raise StreamkitError(f"There is no tool called {self.call.name!r}.")
        self.arguments = tool.read(self.text)
        self.work = partial(tool.call, self.arguments)
        self.is_async = iscoroutinefunction(tool.handler)

    def stop(self) -> None:
        """Stop the tool as far as it can be stopped."""
        stops, self.stops = self.stops, []
        for stop in stops:
            stop()


def output_of(result: Any) -> str:
    """Return the text of a tool's result: a string as it is, and the JSON of anything else."""
    if isinstance(result, str):
        return whole_characters(result)
    return whole_characters(json.dumps(result, default=json_default, ensure_ascii=False))


def _nothing() -> None:
    """Do nothing, in place of a tool whose arguments were not read."""
