"""The calls of a UI message: of the browser's tools, the program's and the model's server's."""

# The reader calls a tool of the page when its input is available, unless the chunk says that it is
# executed elsewhere. Whether the program makes a call itself is known when the next event of the
# call comes, so an input waits for it: in a conversation of `run_tools` for the end of the turn at
# the most, and else for the next event that is about no tool.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from streamkit._core.wire import plain
from streamkit.families._common import tool_events as tools
from streamkit.families._common import turn_events as turns
from streamkit.relay.base import value_of
from streamkit.relay.calls import Call, Calls
from streamkit.relay.sse_frames import frame
from streamkit.relay.ui_parts import UIPartsEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit.relay.base import ErrorText, Handler

__all__ = ["UICallsEncoder"]


class UICallsEncoder(UIPartsEncoder):
    """The part of a UI message encoder that knows calls."""

    def __init__(self, *, choice: int, message_id: str | None, error_text: ErrorText) -> None:
        super().__init__(choice=choice, message_id=message_id, error_text=error_text)
        self._calls = Calls()
        self._waiting: list[Call] = []  # the calls of which it is not known who makes them
        self._inputs: dict[Call, dict[str, Any]] = {}

    def _call_piece(self, event: tools.FunctionToolCallArgumentsDeltaEvent) -> Sequence[bytes]:
        return self._more(event, event.arguments_delta)

    def _input_piece(self, event: tools.CustomToolCallInputDeltaEvent) -> Sequence[bytes]:
        return self._more(event, event.input_delta)

    def _more(self, event: Any, piece: str) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        call = self._calls.of(event, self._scope)
        if call.is_done:
            return ()
        call.newest = event
        call.pieces.append(piece)
        return self._grown(call, event) if call.name else ()

    def _grown(self, call: Call, event: Any) -> Sequence[bytes]:
        """Return the pieces of a call's arguments that have not been sent."""
        frames: list[bytes] = []
        if not call.is_open:
            call.is_open = True
            frames += [*self._begin(), *self._flush(), *self._end_texts()]
            is_text = isinstance(event, _CUSTOM)
            extra = {"inputEncoding": "text"} if is_text else {}
            frames.append(frame({"type": "tool-input-start", **_named(call), **extra}))
        piece = "".join(call.pieces)
        call.pieces.clear()
        if piece:
            frames.append(
                frame({"type": "tool-input-delta", "toolCallId": call.id, "inputTextDelta": piece})
            )
        return frames

    def _call_done(self, event: tools.FunctionToolCallArgumentsDoneEvent) -> Sequence[bytes]:
        return self._done(event, event.arguments)

    def _input_done(self, event: tools.CustomToolCallInputDoneEvent) -> Sequence[bytes]:
        return self._done(event, event.input)

    def _done(self, event: Any, text: str) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        call = self._calls.of(event, self._scope)
        frames = self._flush()
        if not call.is_open:
            frames += self._grown(call, event)
        call.is_done = True
        self._inputs[call] = _input(call, text, is_json=not isinstance(event, _CUSTOM))
        self._waiting.append(call)
        return frames

    def _flush(self, *, at_end: bool = False) -> list[bytes]:
        """Return the inputs of the calls that the program turns out not to make."""
        if self._turn and not at_end:
            return []
        waiting, self._waiting = self._waiting, []
        return [self._available(call, is_run_here=False) for call in waiting]

    def _available(self, call: Call, *, is_run_here: bool) -> bytes:
        extra = {"providerExecuted": True} if is_run_here else {}
        return frame(self._inputs.pop(call) | extra)

    def _broken(self, call: Call) -> bytes:
        call.is_done = True
        return frame(_misfit(call, call.text, "The call was cut off."))

    # The tools of the program

    def _of_tool(self, event: Any) -> tuple[Call, list[bytes]]:
        """Return the call of an event about a tool of the program, and its input if it waited."""
        call = self._calls.of(event, self._scope)
        frames: list[bytes] = []
        if call in self._waiting:
            self._waiting.remove(call)
            frames.append(self._available(call, is_run_here=True))
        elif not call.is_open:
            frames += self._grown(call, event)
            call.is_done = True
            frames.append(frame(_input(call, event.arguments) | {"providerExecuted": True}))
        return call, frames

    def _held(self, event: turns.ToolHeldEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        # Version 5 has no `tool-approval-request`, and would refuse the stream.
        call, frames = self._of_tool(event)
        data = {"toolCallId": call.id, "toolName": call.name}
        return [*frames, frame({"type": "data-approval", "id": call.id, "data": data})]

    def _started(self, event: turns.ToolStartedEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        return self._of_tool(event)[1]

    def _result(self, event: turns.ToolResultEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        call, frames = self._of_tool(event)
        output = plain(event.result, "json")
        data = {"toolCallId": call.id, "output": output, "providerExecuted": True}
        return [*frames, frame({"type": "tool-output-available", **data})]

    def _failed(self, event: turns.ToolFailedEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        call, frames = self._of_tool(event)
        data = {"toolCallId": call.id, "errorText": self._error_of_tool(event.error)}
        return [
            *frames,
            frame({"type": "tool-output-error", **data, "providerExecuted": True}),
        ]

    # The tools of the server

    def _server_tool(self, event: tools.ServerToolDeltaEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        call = self._calls.of(event, self._scope)
        frames = [] if call.is_open else self._open_server_tool(call, event)
        if event.status:
            data = {"toolCallId": call.id, "kind": event.kind, "status": event.status}
            frames.append(frame({"type": "data-status", "data": data, "transient": True}))
        return frames

    def _open_server_tool(self, call: Call, event: Any) -> list[bytes]:
        call.is_open = True
        call.name = call.name or event.kind
        frames = [*self._begin(), *self._flush(), *self._end_texts()]
        return [*frames, frame({"type": "tool-input-start", **_named(call), **_SERVERS})]

    def _server_tool_done(self, event: tools.ServerToolDoneEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        call = self._calls.of(event, self._scope)
        frames = [] if call.is_open else self._open_server_tool(call, event)
        call.is_done = True
        try:
            value = value_of(event.input)
        except ValueError:
            value = {"input": event.input} if event.input else {}
        data = {"type": "tool-input-available", **_named(call), "input": value, **_SERVERS}
        frames.append(frame(data))
        if event.status in ("failed", "error"):
            failed = {"toolCallId": call.id, "errorText": "The tool failed.", **_SERVERS}
            return [*frames, frame({"type": "tool-output-error", **failed})]
        output: Any = {} if event.output is None else event.output
        done = {"toolCallId": call.id, "output": output, **_SERVERS}
        return [*frames, frame({"type": "tool-output-available", **done})]

    handlers: ClassVar[Mapping[type, Handler]] = {
        **UIPartsEncoder.handlers,
        tools.FunctionToolCallArgumentsDeltaEvent: _call_piece,
        tools.FunctionToolCallArgumentsDoneEvent: _call_done,
        tools.CustomToolCallInputDeltaEvent: _input_piece,
        tools.CustomToolCallInputDoneEvent: _input_done,
        tools.ServerToolDeltaEvent: _server_tool,
        tools.ServerToolDoneEvent: _server_tool_done,
        turns.ToolHeldEvent: _held,
        turns.ToolStartedEvent: _started,
        turns.ToolResultEvent: _result,
        turns.ToolFailedEvent: _failed,
    }


_CUSTOM = (tools.CustomToolCallInputDeltaEvent, tools.CustomToolCallInputDoneEvent)
_SERVERS = {"providerExecuted": True, "dynamic": True}


def _named(call: Call) -> dict[str, str]:
    return {"toolCallId": call.id, "toolName": call.name or "unknown"}


def _input(call: Call, text: str, *, is_json: bool = True) -> dict[str, Any]:
    """Return the chunk of the whole input of a call, or of an input that is no JSON."""
    if not is_json:
        return {"type": "tool-input-available", **_named(call), "input": text}
    try:
        value = value_of(text.strip() or "{}")
    except ValueError:
        return _misfit(call, text, "The arguments of the call are no JSON.")
    return {"type": "tool-input-available", **_named(call), "input": value}


def _misfit(call: Call, text: str, why: str) -> dict[str, Any]:
    return {"type": "tool-input-error", **_named(call), "input": text, "errorText": why}
