"""The arguments of a choice's tool calls, parsed while they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families.chat.log import ChoiceUpdate
from streamkit.families.chat.tellers import ToolArgumentsParser
from streamkit.operators.lift import lift
from streamkit.structured.reader import Reader
from streamkit.structured.tools import tool_parsers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reactivex import Observable

    from streamkit.families.chat.events import (
        FunctionToolCallArgumentsDeltaEvent,
        FunctionToolCallArgumentsDoneEvent,
    )

__all__ = ["tool_arg_parse"]


def tool_arg_parse(
    tools: Iterable[Mapping[str, Any]] = (), *, partial_strings: bool = True
) -> Callable[
    [Observable[ChoiceUpdate]],
    Observable[FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent],
]:
    """Emit each piece of a call's arguments with what it parses to so far, and the whole when done.

        --a:{"x":-------a:1}-------b:{}------------------|
        [              tool_arg_parse(tools)             ]
        --delta(a)------delta(a)---(delta(b),done(a))----(done(b),|)

    A call is done when the choice is, or earlier, once another has opened and its own JSON is
    closed. Arguments are parsed when ``tools`` has a strict tool of that name; arguments that do
    not fit it are a ``ParseError`` after the last done event.
    """
    parsers = tool_parsers(tools)
    return lift(
        lambda: ToolArgumentsParser(Reader(tools=parsers, partial_strings=partial_strings)),
        takes=ChoiceUpdate,
        name="tool_arg_parse",
    )
