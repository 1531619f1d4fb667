"""The arguments of a choice's tool calls, parsed while they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.machine import Machine
from streamkit.families.chat.events import (
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
)
from streamkit.families.chat.log import (
    NOTHING_READ,
    CallUpdate,
    ChoiceLog,
    ChoiceUpdate,
    ToolCallLog,
)
from streamkit.operators.lift import lift
from streamkit.structured.reader import Reader
from streamkit.structured.tools import tool_parsers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reactivex import Observable

    from streamkit.errors import ParseError

__all__ = ["ToolArgumentsParser", "tool_arg_parse"]


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


class ToolArgumentsParser(
    Machine[ChoiceUpdate, FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent]
):
    """The machine of ``tool_arg_parse``, for one choice."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._choice: ChoiceLog | None = None
        self._newest: ToolCallLog | None = None
        self._open: dict[ToolCallLog, None] = {}  # in the order in which they were opened
        self._error: ParseError | None = None

    def feed(
        self, value: ChoiceUpdate, /
    ) -> Sequence[FunctionToolCallArgumentsDeltaEvent | FunctionToolCallArgumentsDoneEvent]:
        """Take what a chunk added to the choice."""
        if not value.calls:
            return ()
        self._choice = value.choice
        deltas = [
            self._delta(value.index, update)
            for update in value.calls
            if update.call.type == "function"
        ]
        return (*deltas, *self._overtaken(value))

    def close(self) -> Iterable[FunctionToolCallArgumentsDoneEvent]:
        """Tell the calls that are not told yet, in the order of their indices."""
        choice = self._choice
        calls, self._open = sorted(self._open, key=_index), {}
        if choice is not None:
            for call in calls:
                if call.type == "function":  # which some servers say late
                    yield self._done(choice, call)
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _delta(self, choice_index: int, update: CallUpdate) -> FunctionToolCallArgumentsDeltaEvent:
        call = update.call
        return FunctionToolCallArgumentsDeltaEvent(
            choice_index,
            call.index,
            call.name,
            call.id,
            update.arguments_delta,
            call.arguments,
            update.end,
            self._reader,
        )

    def _overtaken(self, value: ChoiceUpdate) -> list[FunctionToolCallArgumentsDoneEvent]:
        """Tell the calls that this update shows to be done: whole, and not the one opened last."""
        touched: set[ToolCallLog] = set()
        opened = False
        for update in value.calls:
            call = update.call
            touched.add(call)
            if update.opened:
                opened, self._newest = True, call
            if update.opened or update.arguments_delta.strip():
                self._open[call] = None  # it may have been told, and goes on all the same
        candidates = self._open if opened else [call for call in self._open if call in touched]
        done = [call for call in candidates if call is not self._newest and call.is_whole()]
        for call in done:
            del self._open[call]
        return [self._done(value.choice, call) for call in done if call.type == "function"]

    def _done(self, choice: ChoiceLog, call: ToolCallLog) -> FunctionToolCallArgumentsDoneEvent:
        whole = call.arguments.close()
        outcome = (
            self._reader.arguments(call) if choice.is_whole or call.is_whole() else NOTHING_READ
        )
        self._error = self._error or outcome.error
        return FunctionToolCallArgumentsDoneEvent(
            choice.index, call.index, call.name, call.id, whole, outcome.value
        )


def _index(call: ToolCallLog) -> int:
    return call.index
