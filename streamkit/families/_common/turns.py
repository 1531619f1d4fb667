"""The turns of a conversation in which the model calls the program's tools. No I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from streamkit._core.arguments import require_count, require_iterable
from streamkit.families._common.tool_run import MAX_CONCURRENT, ToolTerms
from streamkit.families._common.turn_events import ToolFailedEvent
from streamkit.families._resource.params import is_left_out
from streamkit.structured.tool import tools_by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit.families._common.final import Final
    from streamkit.families._common.tool_run import OnToolError
    from streamkit.families._common.turn_events import ToolResultEvent
    from streamkit.structured.tool import Tool

    AnyTool = Callable[..., Any] | Tool | Mapping[str, Any]

__all__ = ["MAX_TURNS", "AnyTool", "ToolRunParams", "Turns", "has_failed", "restartable"]

MAX_TURNS = 10
"""The maximum number of requests of a conversation, by default."""


class ToolRunParams(TypedDict, total=False):
    """The options of ``run_tools``, besides the parameters of the requests."""

    max_turns: int
    """The maximum number of requests, 10 by default; beyond it, a ``TurnLimitError`` is raised."""
    max_concurrent: int
    """The maximum number of tools that run at once, 10 by default."""
    tool_timeout: float | None
    """The maximum seconds of a call, after which it fails with a ``TimeoutError``."""
    on_tool_error: OnToolError
    """The treatment of a tool that fails: with "report", the default, the model gets the error;
    with "raise" the stream ends with it."""


class Turns(ABC):
    """The requests of one conversation, each of which has the answers before it in its history.

    Args:
        params: The parameters of the requests, and the options of ``run_tools``.
        tools: Functions and ``Tool``s; and definitions of tools that are not run here.
        reading: The names of the parameters about the reading of answers.
    """

    def __init__(
        self, params: Mapping[str, Any], tools: Iterable[AnyTool], reading: Sequence[str] = ()
    ) -> None:
        rest = {name: value for name, value in params.items() if not is_left_out(value)}
        self.reading = {name: rest.pop(name) for name in reading if name in rest}
        """The parameters about the reading of answers."""
        self.limit: int = rest.pop("max_turns", MAX_TURNS)
        """The maximum number of requests."""
        require_count("max_turns", self.limit)
        self.terms = ToolTerms(
            rest.pop("max_concurrent", MAX_CONCURRENT),
            rest.pop("tool_timeout", None),
            rest.pop("on_tool_error", "report"),
        )
        self.tools, others = tools_by_name(tools)
        declared = [*map(self.declared, self.tools.values()), *others]
        if declared:
            rest["tools"] = declared
        self.elsewhere = {name for name in map(_name, others) if name}
        """The names of tools that are called, and not run here."""
        self.params = rest
        """The parameters of each request, but for its history."""
        self.messages: list[Any] = []
        """The history, as the next request has it."""
        self.count = 0
        """The number of requests so far."""

    def _given_messages(self) -> list[Any]:
        """Take the messages out of the parameters."""
        if "messages" not in self.params:
            raise TypeError("run_tools needs messages")
        require_iterable("messages", self.params["messages"], "a list of messages")
        return [*self.params.pop("messages")]

    @property
    def is_at_limit(self) -> bool:
        """Whether there may be no further request."""
        return self.count >= self.limit

    @staticmethod
    @abstractmethod
    def declared(tool: Tool) -> dict[str, Any]:
        """Return a tool as a request declares it."""

    @abstractmethod
    def call(self) -> Any:
        """Return the call of the next request."""

    @abstractmethod
    def _add(self, answer: Any, results: Sequence[ToolResultEvent | ToolFailedEvent]) -> None:
        """Add an answer and the results of its calls to the history."""

    def add(self, final: Final[Any], results: Iterable[ToolResultEvent | ToolFailedEvent]) -> bool:
        """Add an answer to the history; return whether the conversation goes on."""
        ordered = sorted(results, key=lambda event: event.index)
        self._add(final.raw, ordered)
        if final.reason == "pause":
            return True
        return bool(ordered) and len(ordered) == len(final.tool_calls)


def restartable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with a history that can be read again, by another subscription."""
    histories = {
        name: [*params[name]]
        for name in ("messages", "input")
        if isinstance(params.get(name), Iterable) and not isinstance(params[name], str | Mapping)
    }
    return {**params, **histories}


def has_failed(event: ToolResultEvent | ToolFailedEvent) -> bool:
    """Return whether a tool has failed."""
    return isinstance(event, ToolFailedEvent)


def _name(definition: Mapping[str, Any]) -> str | None:
    named: Mapping[str, Any] = definition.get("function") or definition.get("custom") or definition
    return named.get("name")
