"""The events of streamed responses, as the API sends them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

__all__ = [
    "RESPONSE",
    "USAGE",
    "Event",
    "answer",
    "body",
    "call",
    "created",
    "ended",
    "message",
    "reasoning",
]

Event: TypeAlias = dict[str, Any]

RESPONSE: Mapping[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1795305600.0,
    "status": "in_progress",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "model": "test-model",
    "output": [],
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
}
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 16,
}


def body(events: Iterable[Event], *, numbered: bool = True, end: str = "") -> bytes:
    """Return the body of a stream of events, numbered from 0 as the API does."""
    frames: list[str] = []
    for number, event in enumerate(events):
        data = {**event, "sequence_number": number} if numbered else event
        data = {name: value for name, value in data.items() if value is not ...}
        frames.append(f"event: {event.get('type', 'message')}\ndata: {json.dumps(data)}\n\n")
    return "".join(frames).encode() + end.encode()


def created(**fields: Any) -> Event:
    return {"type": "response.created", "response": {**RESPONSE, **fields}}


def ended(status: str = "completed", *output: Event, **fields: Any) -> Event:
    """Return the last event of a stream."""
    response = {**RESPONSE, "status": status, "usage": USAGE, "output": list(output), **fields}
    return {"type": f"response.{status}", "response": response}


def answer(*items: Sequence[Event], status: str = "completed", **fields: Any) -> list[Event]:
    """Return the whole stream of a response with these items, whose last events have them."""
    output = [events[-1]["item"] for events in items]
    events = [event for item in items for event in item]
    return [created(), *events, ended(status, *output, **fields)]


def message(
    *pieces: str, index: int = 0, id: str = "msg_1", phase: str | None = None, **extra: Any
) -> list[Event]:
    """Return the events of a message with one text."""
    whole = "".join(pieces)
    part: Event = {"type": "output_text", "text": whole, "annotations": [], "logprobs": []}
    return _item(
        {"id": id, "type": "message", "role": "assistant", "content": [], "phase": phase},
        {"content": [part]},
        index,
        [
            {"type": "response.content_part.added", "part": {**part, "text": ""}},
            *(
                {"type": "response.output_text.delta", "delta": piece, "logprobs": [], **extra}
                for piece in pieces
            ),
            {"type": "response.output_text.done", "text": whole, "logprobs": []},
            {"type": "response.content_part.done", "part": part},
        ],
        content_index=0,
    )


def reasoning(*pieces: str, index: int = 0, id: str = "rs_1") -> list[Event]:
    """Return the events of reasoning with one part of a summary."""
    whole = "".join(pieces)
    part = {"type": "summary_text", "text": whole}
    return _item(
        {"id": id, "type": "reasoning", "summary": []},
        {"summary": [part], "encrypted_content": "gAAA"},
        index,
        [
            {"type": "response.reasoning_summary_part.added", "part": {**part, "text": ""}},
            *(
                {"type": "response.reasoning_summary_text.delta", "delta": piece}
                for piece in pieces
            ),
            {"type": "response.reasoning_summary_text.done", "text": whole},
            {"type": "response.reasoning_summary_part.done", "part": part},
        ],
        summary_index=0,
    )


def call(
    name: str,
    *pieces: str,
    index: int = 0,
    id: str = "fc_1",
    call_id: str = "call_1",
    **fields: Any,
) -> list[Event]:
    """Return the events of a function call."""
    whole = "".join(pieces)
    return _item(
        {"id": id, "type": "function_call", "call_id": call_id, "name": name, "arguments": ""}
        | fields,
        {"arguments": whole},
        index,
        [
            *(
                {"type": "response.function_call_arguments.delta", "delta": piece}
                for piece in pieces
            ),
            {"type": "response.function_call_arguments.done", "arguments": whole, "name": name},
        ],
    )


def _item(
    opened: Event, changes: Event, index: int, events: Sequence[Event], **place: int
) -> list[Event]:
    at = {"item_id": opened["id"], "output_index": index, **place}
    begun = {**opened, "status": "in_progress"}
    done = {**opened, **changes, "status": "completed"}
    return [
        {"type": "response.output_item.added", "output_index": index, "item": begun},
        *({**event, **at} for event in events),
        {"type": "response.output_item.done", "output_index": index, "item": done},
    ]
