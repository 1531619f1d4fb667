"""The operator that parses the arguments of a choice's or a run's tool calls while they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast, overload

from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families.chat.emitters import ToolArgumentsParser
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.structured.reader import Reader
from streamkit.structured.tools import tool_parsers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reactivex import Observable

    from streamkit._core.machine import Machine
    from streamkit._rx.operator_input import Takes
    from streamkit.families._common.events import (
        FunctionToolCallArgumentsDeltaEvent,
        FunctionToolCallArgumentsDoneEvent,
    )
    from streamkit.families.assistants.events import AssistantEvent

__all__ = ["tool_arg_parse"]


class ToolArgParse(Protocol):
    """The operator that ``tool_arg_parse`` returns, for a choice or for the events of a run."""

    @overload
    def __call__(
        self, source: Observable[ChoiceUpdate], /
    ) -> Observable[FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent]: ...
    @overload
    def __call__(self, source: Observable[AssistantEvent], /) -> Observable[AssistantEvent]: ...


def tool_arg_parse(
    tools: Iterable[Mapping[str, Any]] = (), *, partial_strings: bool = True
) -> ToolArgParse:
    """Emit each piece of a call's arguments with the parsed value so far, and the whole when done.

        --a:{"x":-------a:1}-------b:{}------------------|
        [              tool_arg_parse(tools)             ]
        --delta(a)------delta(a)---(delta(b),done(a))----(done(b),|)

    A call is done when the choice is, or earlier, when another call has opened and its own JSON is
    closed. Arguments are parsed if ``tools`` has a strict tool with the name of the call; arguments
    that do not fit the tool are a ``ParseError`` after the last done event.

    For a run, the operator takes the events of ``tool_calls`` or ``assistant_events``, and emits
    them with ``parsed_arguments`` in each ``tool_call.delta`` and ``tool_call.done`` of a function:

        --tool_call.delta({"x":)--tool_call.delta(1})--------tool_call.done----------|
        [                          tool_arg_parse(tools)                             ]
        --tool_call.delta({})-----tool_call.delta({"x":1})---tool_call.done(X(x=1))--|

    Args:
        tools: The tools of the request, as it takes them.
        partial_strings: Whether ``parsed_arguments`` shows strings that are still open.
    """
    parsers = tool_parsers(tools)

    def new_reader() -> Reader:
        return Reader(tools=parsers, partial_strings=partial_strings)

    def of_a_run() -> Machine[Any, Any]:
        from streamkit._core.emitters.events import ArgumentsEvent, EventParser

        return EventParser(ArgumentsEvent, new_reader())

    taken = OperatorInput("tool_arg_parse", ChoiceUpdate, also=_events_of_a_run)
    operator = lifted(lambda: ToolArgumentsParser(new_reader()), taken, of_a_run)
    return cast("ToolArgParse", operator)


def _events_of_a_run() -> Takes:
    # Imported when the first such event comes, because the import takes long.
    from streamkit.families.assistants.events import AssistantEvent

    return AssistantEvent
