"""The calls that are left to the reader of a stream, in protocols that have no others."""

# Whether the program makes a call itself is known when the next event of the call comes, so in a
# conversation of `run_tools` the calls of a turn wait, and those of the last turn are sent at the
# end.

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from streamkit.families._common import tool_events as tools
from streamkit.families._common import turn_events as turns
from streamkit.relay.calls import Call, Calls
from streamkit.relay.texts import TextsEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit.relay.base import ErrorText, Handler

__all__ = ["LeftCallsEncoder", "is_custom"]


class LeftCallsEncoder(TextsEncoder):
    """The part of an encoder that knows calls which the program does not make itself."""

    def __init__(self, *, error_text: ErrorText) -> None:
        super().__init__(error_text=error_text)
        self._calls = Calls()
        self._held: dict[Call, tuple[Any, str]] = {}  # calls of a turn, which may be made here

    @abstractmethod
    def _grown(self, call: Call, event: Any) -> list[bytes]:
        """Return the pieces of a call's arguments that have not been sent."""

    @abstractmethod
    def _finished(self, call: Call, event: Any, text: str) -> list[bytes]:
        """Return the end of a call whose arguments were sent."""

    def _call_piece(self, event: tools.FunctionToolCallArgumentsDeltaEvent) -> Sequence[bytes]:
        return self._more(event, event.arguments_delta)

    def _input_piece(self, event: tools.CustomToolCallInputDeltaEvent) -> Sequence[bytes]:
        return self._more(event, event.input_delta)

    def _more(self, event: Any, piece: str) -> Sequence[bytes]:
        call = self._calls.of(event, self._scope)
        if self._turn or call.is_done:
            return ()
        call.pieces.append(piece)
        return self._grown(call, event) if call.name else ()

    def _call_done(self, event: tools.FunctionToolCallArgumentsDoneEvent) -> Sequence[bytes]:
        return self._done(event, event.arguments)

    def _input_done(self, event: tools.CustomToolCallInputDoneEvent) -> Sequence[bytes]:
        return self._done(event, event.input)

    def _done(self, event: Any, text: str) -> Sequence[bytes]:
        call = self._calls.of(event, self._scope)
        if call.is_done:
            return ()
        if self._turn:
            self._held[call] = event, text
            return ()
        return self._whole_call(call, event, text)

    def _whole_call(self, call: Call, event: Any, text: str) -> list[bytes]:
        if not call.is_open:
            call.pieces[:] = [text]
            call.name = call.name or "unknown"
        call.is_done = True
        return [*self._grown(call, event), *self._finished(call, event, text)]

    def _made_here(self, event: Any) -> Sequence[bytes]:
        self._held.pop(self._calls.of(event, self._scope), None)
        return ()

    def _held_calls(self) -> list[bytes]:
        """Return the calls of the last turn that were left to the reader, whole."""
        held, self._held = self._held, {}
        return [
            each
            for call, (event, text) in held.items()
            for each in self._whole_call(call, event, text)
        ]

    handlers: ClassVar[Mapping[type, Handler]] = {
        **TextsEncoder.handlers,
        tools.FunctionToolCallArgumentsDeltaEvent: _call_piece,
        tools.FunctionToolCallArgumentsDoneEvent: _call_done,
        tools.CustomToolCallInputDeltaEvent: _input_piece,
        tools.CustomToolCallInputDoneEvent: _input_done,
        turns.ToolHeldEvent: _made_here,
        turns.ToolStartedEvent: _made_here,
        turns.ToolResultEvent: _made_here,
        turns.ToolFailedEvent: _made_here,
    }


_CUSTOM = (tools.CustomToolCallInputDeltaEvent, tools.CustomToolCallInputDoneEvent)


def is_custom(event: Any) -> bool:
    """Return whether an event is about the call of a custom tool, whose input is free text."""
    return isinstance(event, _CUSTOM)
