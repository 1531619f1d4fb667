"""The operator that parses the arguments of tool calls while they grow, of a choice or events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

from streamkit._core.arguments import require_flag
from streamkit._core.emitters.events import ArgumentsEvent
from streamkit._core.events import Event
from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families._common.parser import CommonEventParser
from streamkit.families.chat.emitters import ToolArgumentsParser
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.structured.reader import Reader
from streamkit.structured.tools import definitions, tool_parsers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reactivex import Observable

    from streamkit._core.machine import Machine
    from streamkit._rx.operator_input import Takes
    from streamkit.families._common.events import (
        FunctionToolCallArgumentsDeltaEvent,
        FunctionToolCallArgumentsDoneEvent,
    )

__all__ = ["tool_arg_parse"]

E = TypeVar("E", bound=Event)


class ToolArgParse(Protocol):
    """The operator that ``tool_arg_parse`` returns, for a choice or for events.

    mypy infers its types in a ``pipe`` of its own, or as the first operator of one.
    """

    @overload
    def __call__(
        self, source: Observable[ChoiceUpdate], /
    ) -> Observable[FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent]: ...
    @overload
    def __call__(self, source: Observable[E], /) -> Observable[E]: ...


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

    The operator also takes events, and emits the same, with ``parsed_arguments`` in those of
    function calls. They are the common events of any protocol, as of ``observe``, or those of
    ``tool_calls`` or ``assistant_events``:

        --tool_call.delta({"x":)--tool_call.delta(1})--------tool_call.done----------|
        [                          tool_arg_parse(tools)                             ]
        --tool_call.delta({})-----tool_call.delta({"x":1})---tool_call.done(X(x=1))--|

    Args:
        tools: The tools of the request, as it takes them.
        partial_strings: Whether ``parsed_arguments`` shows strings that are still open.
    """
    require_flag("partial_strings", partial_strings)
    parsers = tool_parsers(definitions(tools))

    def new_reader() -> Reader:
        return Reader(tools=parsers, partial_strings=partial_strings)

    def of_events() -> Machine[Any, Any]:
        return CommonEventParser(ArgumentsEvent, new_reader())

    taken = OperatorInput("tool_arg_parse", ChoiceUpdate, also=_events)
    operator = lifted(lambda: ToolArgumentsParser(new_reader()), taken, of_events)
    return cast("ToolArgParse", operator)


def _events() -> Takes:
    return Event
