"""Streams as the API reference and its guides show them, rebuilt with other contents."""

from __future__ import annotations

from typing import Any

from tests.families.responses.wire import (
    USAGE,
    Event,
    answer,
    call,
    created,
    ended,
    message,
    reasoning,
)

__all__ = ["STREAMS"]


def _refusal() -> list[Event]:
    opened, *_, done = message("x", index=0, id="msg_r")
    at = {"item_id": "msg_r", "output_index": 0, "content_index": 0}
    part = {"type": "refusal", "refusal": "I cannot."}
    return [
        opened,
        {"type": "response.content_part.added", **at, "part": {**part, "refusal": ""}},
        {"type": "response.refusal.delta", **at, "delta": "I can"},
        {"type": "response.refusal.delta", **at, "delta": "not."},
        {"type": "response.refusal.done", **at, "refusal": "I cannot."},
        {"type": "response.content_part.done", **at, "part": part},
        {**done, "item": {**done["item"], "content": [part]}},
    ]


def _web_search() -> list[Event]:
    at = {"item_id": "ws_1", "output_index": 0}
    item = {"id": "ws_1", "type": "web_search_call", "status": "in_progress"}
    action = {
        "type": "search",
        "query": "weather",
        "sources": [{"type": "url", "url": "https://a.b"}],
    }
    return [
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "action": action},
        },
        {"type": "response.web_search_call.in_progress", **at},
        {"type": "response.web_search_call.searching", **at},
        {"type": "response.web_search_call.completed", **at},
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {**item, "status": "completed", "action": action},
        },
    ]


def _cited(index: int) -> list[Event]:
    opened, added, delta, done, part, item = message("It is sunny.", index=index, id="msg_c")
    note = {
        "type": "url_citation",
        "url": "https://a.b",
        "title": "Weather",
        "start_index": 0,
        "end_index": 5,
    }
    whole = {**part["part"], "annotations": [note]}
    annotated = {
        "type": "response.output_text.annotation.added",
        **{name: delta[name] for name in ("item_id", "output_index", "content_index")},
        "annotation_index": 0,
        "annotation": note,
    }
    ended_item = {**item["item"], "content": [whole]}
    return [
        opened,
        added,
        delta,
        annotated,
        done,
        {**part, "part": whole},
        {**item, "item": ended_item},
    ]


def _code() -> list[Event]:
    at = {"item_id": "ci_1", "output_index": 0}
    item = {
        "id": "ci_1",
        "type": "code_interpreter_call",
        "status": "in_progress",
        "container_id": "c",
    }
    logs = [{"type": "logs", "logs": "3"}]
    return [
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "code": ""}},
        {"type": "response.code_interpreter_call.in_progress", **at},
        {"type": "response.code_interpreter_call_code.delta", **at, "delta": "print("},
        {"type": "response.code_interpreter_call_code.delta", **at, "delta": "1+2)"},
        {"type": "response.code_interpreter_call_code.done", **at, "code": "print(1+2)"},
        {"type": "response.code_interpreter_call.interpreting", **at},
        {"type": "response.code_interpreter_call.completed", **at},
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {**item, "code": "print(1+2)", "status": "completed", "outputs": logs},
        },
    ]


def _mcp(index: int) -> list[Event]:
    at = {"item_id": "mcp_1", "output_index": index}
    item = {
        "id": "mcp_1",
        "type": "mcp_call",
        "server_label": "deep",
        "name": "ask",
        "arguments": "",
    }
    done = {**item, "arguments": '{"q":1}', "output": "42", "status": "completed"}
    return [
        {"type": "response.output_item.added", "output_index": index, "item": item},
        {"type": "response.mcp_call.in_progress", **at},
        {"type": "response.mcp_call_arguments.delta", **at, "delta": '{"q":'},
        {"type": "response.mcp_call_arguments.delta", **at, "delta": "1}"},
        {"type": "response.mcp_call_arguments.done", **at, "arguments": '{"q":1}'},
        {"type": "response.mcp_call.completed", **at},
        {"type": "response.output_item.done", "output_index": index, "item": done},
    ]


def _image() -> list[Event]:
    at = {"item_id": "ig_1", "output_index": 0}
    item = {"id": "ig_1", "type": "image_generation_call", "status": "in_progress", "result": None}
    picture = {"partial_image_b64": "aGVsbG8=", "output_format": "png"}
    return [
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.image_generation_call.in_progress", **at},
        {"type": "response.image_generation_call.generating", **at},
        {
            "type": "response.image_generation_call.partial_image",
            **at,
            "partial_image_index": 0,
            **picture,
        },
        {"type": "response.image_generation_call.completed", **at},
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {**item, "status": "completed", "result": "aGVsbG8="},
        },
    ]


def _custom() -> list[Event]:
    at = {"item_id": "ctc_1", "output_index": 0}
    item = {
        "id": "ctc_1",
        "type": "custom_tool_call",
        "call_id": "call_9",
        "name": "sh",
        "input": "",
    }
    return [
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.custom_tool_call_input.delta", **at, "delta": "ls "},
        {"type": "response.custom_tool_call_input.delta", **at, "delta": "-l"},
        {"type": "response.custom_tool_call_input.done", **at, "input": "ls -l"},
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {**item, "input": "ls -l"},
        },
    ]


def _thought(index: int) -> list[Event]:
    at = {"item_id": "rs_9", "output_index": index, "content_index": 0}
    item: Any = {"id": "rs_9", "type": "reasoning", "summary": []}
    whole = [{"type": "reasoning_text", "text": "Hm, so."}]
    return [
        {"type": "response.output_item.added", "output_index": index, "item": item},
        {"type": "response.reasoning_text.delta", **at, "delta": "Hm, "},
        {"type": "response.reasoning_text.delta", **at, "delta": "so."},
        {"type": "response.reasoning_text.done", **at, "text": "Hm, so."},
        {
            "type": "response.output_item.done",
            "output_index": index,
            "item": {**item, "content": whole},
        },
    ]


def _interleaved() -> list[Event]:
    """Return two calls whose events alternate."""
    first = call("Find", '{"name"', ': "A"}')
    second = call("Find", '{"name"', ': "B"}', index=1, id="fc_2", call_id="call_2")
    both = [event for pair in zip(first, second, strict=True) for event in pair]
    output = [first[-1]["item"], second[-1]["item"]]
    return [created(), *both, ended("completed", *output)]


STREAMS: dict[str, list[Event]] = {
    "text": answer(message("Hel", "lo", "!")),
    "queued": [
        {**created(status="queued", background=True)},
        {**created(status="queued"), "type": "response.queued"},
        {**created(), "type": "response.in_progress"},
        *answer(message("Hi"))[1:],
    ],
    "no text": answer(message("")),
    "no items": answer(),
    "refusal": answer(_refusal()),
    "reasoning, then text": answer(reasoning("Think", "ing"), message("So", ".", index=1)),
    "open reasoning": answer(_thought(0), message("So.", index=1)),
    "a function call": answer(call("Find", '{"na', 'me": "Ada"}')),
    "calls that alternate": _interleaved(),
    "a custom tool": answer(_custom()),
    "comment, call, answer": answer(
        message("I look it up.", id="msg_0", phase="commentary"),
        call("Find", '{"name": "Ada"}', index=1),
        message("Found.", index=2, id="msg_2", phase="final_answer"),
    ),
    "web search with a citation": answer(_web_search(), _cited(1)),
    "code interpreter": answer(_code(), message("3", index=1)),
    "mcp": answer(_mcp(0), message("42", index=1)),
    "an image": answer(_image()),
    "padded": answer(message("a", "b", obfuscation="x8fk2")),
    "usage of another kind": answer(message("a"), usage={**USAGE, "cost": 0.1}),
}
"""The streams by their subjects; both packages can read all of them."""
