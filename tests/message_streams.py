"""Streams of messages, event by event, and what a client makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamkit.families.messages.call import MessageCall

if TYPE_CHECKING:
    from collections.abc import Iterable

ASKED: Any = {
    "model": "m",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hello"}],
}
USAGE = {"input_tokens": 5, "output_tokens": 1}


def start(**fields: Any) -> dict[str, Any]:
    """Return the start of a message."""
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "m",
        "stop_reason": None,
        "stop_sequence": None,
        "usage": USAGE,
    }
    return {"type": "message_start", "message": message | fields}


def opens(block: Any, index: int | None = 0) -> dict[str, Any]:
    """Return the start of a block."""
    return _indexed({"type": "content_block_start", "content_block": block}, index)


def opens_text(index: int | None = 0, text: str = "") -> dict[str, Any]:
    return opens({"type": "text", "text": text}, index)


def opens_thought(index: int | None = 0) -> dict[str, Any]:
    return opens({"type": "thinking", "thinking": "", "signature": ""}, index)


def opens_call(
    index: int | None = 0, name: str = "get_weather", id: str = "toolu_1", **fields: Any
) -> dict[str, Any]:
    return opens({"type": "tool_use", "id": id, "name": name, "input": {}} | fields, index)


def delta(delta: Any, index: int | None = 0) -> dict[str, Any]:
    """Return an addition to a block."""
    return _indexed({"type": "content_block_delta", "delta": delta}, index)


def says(text: Any, index: int | None = 0) -> dict[str, Any]:
    return delta({"type": "text_delta", "text": text}, index)


def thinks(thought: str, index: int | None = 0) -> dict[str, Any]:
    return delta({"type": "thinking_delta", "thinking": thought}, index)


def signs(signature: str, index: int | None = 0) -> dict[str, Any]:
    return delta({"type": "signature_delta", "signature": signature}, index)


def writes(piece: Any, index: int | None = 0) -> dict[str, Any]:
    """Return a piece of a call's input."""
    return delta({"type": "input_json_delta", "partial_json": piece}, index)


def cites(text: str, index: int | None = 0) -> dict[str, Any]:
    citation = {"type": "char_location", "cited_text": text, "document_index": 0}
    citation |= {"document_title": None, "start_char_index": 0, "end_char_index": len(text)}
    return delta({"type": "citations_delta", "citation": citation}, index)


def stops(index: int | None = 0) -> dict[str, Any]:
    """Return the end of a block."""
    return _indexed({"type": "content_block_stop"}, index)


def ends(reason: str | None = "end_turn", output_tokens: int = 7, **fields: Any) -> dict[str, Any]:
    """Return the event with the stop reason."""
    usage = fields.pop("usage", {"output_tokens": output_tokens})
    changes = {"stop_reason": reason, "stop_sequence": None} | fields
    return {"type": "message_delta", "delta": changes, "usage": usage}


STOP = {"type": "message_stop"}
PING = {"type": "ping"}


def text(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    """Return a block of text."""
    return [opens_text(index), *(says(piece, index) for piece in pieces), stops(index)]


def call(*pieces: str, index: int = 0, **fields: Any) -> list[dict[str, Any]]:
    """Return a block with a tool call."""
    return [
        opens_call(index, **fields),
        *(writes(piece, index) for piece in pieces),
        stops(index),
    ]


def whole(*events: Any, reason: str = "end_turn") -> list[Any]:
    """Return a whole message with these events between its start and its end."""
    return [start(), *events, ends(reason), STOP]


def frames(events: Iterable[Any], *, named: bool = True) -> bytes:
    """Return the body of a response with these events; bytes stand for themselves."""
    return b"".join([_frame(event, named=named) for event in events])


def run(
    events: Iterable[Any] | bytes, cut: int | None = None, *, common: bool = False, **params: Any
) -> tuple[list[Any], Any]:
    """Return the events of a stream that a call decodes, and its error or the whole message."""
    body = events if isinstance(events, bytes) else frames(events)
    options = {name: params.pop(name) for name in ("output_format",) if name in params}
    on_truncated = params.pop("on_truncated", "error")
    asked = MessageCall({**ASKED, **params}, stream=True, on_truncated=on_truncated, **options)
    streamed = asked.streamed()
    pipeline: Any = (streamed.in_common() if common else streamed).pipelines()()
    pieces = [body] if cut is None else [body[at : at + cut] for at in range(0, len(body), cut)]
    emitted: list[Any] = []
    try:
        for piece in pieces:
            emitted.extend(pipeline.read(piece))
            if pipeline.done:
                break
        emitted.extend(pipeline.end())
    except Exception as error:  # noqa: BLE001 - the test judges it
        pipeline.fail(error)
        return emitted, error
    return emitted, pipeline.machine.final()


def plain(event: Any) -> dict[str, Any]:
    """Return an event as plain data."""
    data: dict[str, Any] = event.to_dict()
    return data


def types(events: Iterable[Any]) -> list[str]:
    return [event.type for event in events]


def of_type(events: Iterable[Any], type_: str) -> list[Any]:
    return [event for event in events if event.type == type_]


def _indexed(event: dict[str, Any], index: int | None) -> dict[str, Any]:
    return event if index is None else {**event, "index": index}


def _frame(event: Any, *, named: bool) -> bytes:
    if isinstance(event, bytes):
        return event
    name = f"event: {event['type']}\n" if named and "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()
