"""A reader that changes the objects of an event changes nothing else of the stream."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

import pytest

from streamkit._core.events import Event
from streamkit._core.wire import Wire
from tests.read_by_template import STREAMS, Protocol, content_of, frames, nothing, pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator


def frame(value: dict[str, Any]) -> bytes:
    """Return the frame of an object."""
    return b"data: %b\n\n" % json.dumps(value).encode()


SOURCE = {"url": "u", "more": [{"a": ["b"]}]}
NOTES: dict[str, Any] = {"citations": [SOURCE, "u"], "timings": {"first": [1, {"a": "b"}]}}
USAGE: dict[str, Any] = {
    "prompt_tokens": 1,
    "total_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 1, "more": ["a"]},
    "cost": {"parts": [{"a": "b"}]},
}


def chat(
    delta: dict[str, Any], choice: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a chunk with a delta and other fields of its choice and of its own."""
    part = {"index": 0, "delta": delta, **(choice or {})}
    return {"id": "c", "model": "m", "created": 1, "choices": [part], **more}


def chats() -> Iterator[dict[str, Any]]:
    """Yield chunks with objects and lists at all places, some of which are said again."""
    for at in range(6):
        yield chat({"content": f"{at}"}, **NOTES)
    for at in range(6):
        yield chat({"content": f"{at}"}, usage={**USAGE, "completion_tokens": at // 2})
    filters: dict[str, Any] = {"hate": {"filtered": False, "tags": []}}
    for at in range(6):
        yield chat({"content": f"{at}", "sources": [SOURCE, "u"]}, {"filters": filters})
    for _ in range(3):
        yield chat({"content": "a", **NOTES}, {"notes": NOTES, "filters": [["a"], NOTES]})
        yield chat({"annotations": [{"type": "url_citation", "url_citation": SOURCE}]})
        details = {"type": "reasoning.text", "text": "a", "index": 0, "more": [SOURCE]}
        yield chat({"content": "", "reasoning_details": [details]})
        yield chat({"audio": {"id": "a", "data": "aa", "more": [SOURCE]}})
        function = {"name": "f", "arguments": "1", "more": [SOURCE]}
        call = {"index": 0, "id": "t", "extra": {"a": [SOURCE]}, "function": function}
        yield chat({"tool_calls": [call]})
        yield chat({"function_call": {"name": "f", "arguments": "1", "more": [SOURCE]}})
    yield chat({}, {"finish_reason": "stop"}, usage=USAGE)


def messages() -> Iterator[dict[str, Any]]:
    """Yield the events of a message with objects and lists at all places."""
    head: dict[str, Any] = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "m",
    }
    usage = {"input_tokens": 1, "cache_creation": {"a": 1}, "more": [SOURCE]}
    yield {"type": "message_start", "message": {**head, "usage": usage, **NOTES}}
    source = {"type": "char_location", "cited_text": "c", "document_index": 0, "more": [SOURCE]}
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        (
            {"type": "text", "text": "", "citations": [source], **NOTES},
            [
                {"type": "text_delta", "text": "a"},
                {"type": "citations_delta", "citation": source},
                {"type": "citations_delta", "citation": source},
            ],
        ),
        ({"type": "text", "text": "", "citations": [source]}, [{"type": "text_delta", "text": ""}]),
        (
            {"type": "thinking", "thinking": "", "signature": "", **NOTES},
            [
                {"type": "thinking_delta", "thinking": "a"},
                {"type": "signature_delta", "signature": "s"},
            ],
        ),
        ({"type": "tool_use", "id": "t", "name": "f", "input": {"a": [SOURCE]}, **NOTES}, []),
        (
            {"type": "tool_use", "id": "u", "name": "f", "input": {}, "caller": {"type": "c"}},
            [{"type": "input_json_delta", "partial_json": '{"a": [{"b": "c"}]}'}],
        ),
        ({"type": "server_tool_use", "id": "v", "name": "web_search", "input": {"q": ["a"]}}, []),
        (
            {
                "type": "web_search_tool_result",
                "tool_use_id": "v",
                "content": [{"type": "web_search_result", "url": "u", "title": "t", **NOTES}],
            },
            [],
        ),
        ({"type": "a new kind", "parts": [SOURCE]}, []),
    ]
    for index, (block, deltas) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    delta = {"stop_reason": "end_turn", "container": {"id": "c", "more": [SOURCE]}, **NOTES}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 1, **NOTES}}
    yield {"type": "message_stop"}


def responses() -> Iterator[dict[str, Any]]:
    """Yield the events of a response with objects and lists at all places."""
    head = {
        "id": "r",
        "object": "response",
        "status": "in_progress",
        "output": [],
        **NOTES,
        "tools": [{"type": "function", "name": "f", "parameters": {"a": [SOURCE]}}],
        "metadata": {"a": "b"},
        "text": {"format": {"type": "text"}},
        "usage": {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 1}, **NOTES},
    }
    yield {"type": "response.created", "response": head}
    yield {"type": "response.in_progress", "response": head}
    note = {"type": "url_citation", "url": "u", "more": [SOURCE]}
    part = {"type": "output_text", "text": "a", "annotations": [note], "logprobs": [], **NOTES}
    summary = {"type": "summary_text", "text": "s", **NOTES}
    action = {"type": "search", "query": "q", "queries": ["q"], "sources": [SOURCE]}
    refusal = {"type": "refusal", "refusal": "no", **NOTES}
    strange = {"type": "a new part", "more": [SOURCE]}
    items: list[dict[str, Any]] = [
        {"type": "reasoning", "id": "a", "summary": [summary], **NOTES},
        {"type": "message", "id": "b", "role": "assistant", "content": [part, refusal, strange]},
        {"type": "function_call", "id": "c", "call_id": "c", "name": "f", "arguments": "1"},
        {"type": "web_search_call", "id": "d", "status": "completed", "action": action, **NOTES},
        {"type": "shell_call", "id": "e", "action": {"commands": ["ls"], "more": [SOURCE]}},
        {"type": "file_search_call", "id": "f", "queries": ["q"], "results": [SOURCE]},
        {"type": "a new kind", "id": "g", "parts": [SOURCE]},
    ]
    for index, item in enumerate(items):
        at: dict[str, Any] = {"output_index": index, "item_id": item["id"]}
        begun: dict[str, Any] = {**item, "content": []} if item["type"] == "message" else item
        yield {"type": "response.output_item.added", "output_index": index, "item": begun}
        if item["type"] == "message":
            at["content_index"] = 0
            name = "response.content_part"
            yield {"type": f"{name}.added", **at, "part": {**part, "text": "", "annotations": []}}
            for _ in range(3):
                yield {"type": "response.output_text.delta", **at, "delta": "a", **NOTES}
                name = "response.output_text.annotation.added"
                yield {"type": name, **at, "annotation": note}
            yield {"type": "response.output_text.done", **at, "text": "aaa"}
            yield {"type": "response.content_part.done", **at, "part": {**part, "text": "aaa"}}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    done = {**head, "status": "completed", "output": items}
    yield {"type": "response.completed", "response": done}


CASES: dict[str, tuple[Protocol, list[bytes]]] = {
    "chat: objects and lists": ("chat", [*map(frame, chats())]),
    "messages: objects and lists": ("messages", [*map(frame, messages())]),
    "responses: objects and lists": ("responses", [*map(frame, responses())]),
    **{name: (protocol, frames(body)) for name, (protocol, body) in STREAMS.items()},
}


def change(value: Any) -> None:
    """Change all that a reader can change in a value, but log probabilities, which are shared."""
    if type(value) is list:
        items = cast("list[Any]", value)
        for item in items:
            change(item)
        items.append("changed")
    elif type(value) is dict:
        fields = cast("dict[str, Any]", value)
        for item in fields.values():
            change(item)
        fields["changed"] = 1
    elif isinstance(value, Wire):
        attributes = [name for name in vars(value) if name[0] != "_"]
        for name in (*value.__struct_fields__, *attributes):
            if name[0] == "_" or name == "logprobs":
                continue
            known: Any = getattr(value, name)
            if isinstance(known, str):
                setattr(value, name, "changed")
            else:
                change(known)
    elif isinstance(value, Event):
        for name in members_of(value):
            change(getattr(value, name))


def members_of(event: Any) -> list[str]:
    """Return the names of the members of an event."""
    return [name for name, _ in event.__rich_repr__()]


def said(event: Any) -> Any:
    """Return what an event says of the answer, from the log: a reader cannot have changed it."""
    if isinstance(event, Wire):
        return content_of(event)[-1]
    names = {"snapshot", "content_block", "message", "parsed"}.intersection(members_of(event))
    return {name: repr(getattr(event, name)) for name in names}


def findings(
    protocol: Protocol, reads: list[bytes], *, changes: bool, uses_templates: bool
) -> tuple[list[Any], list[Any], Any]:
    """Return each event as it came, what each says of the answer at the end, and the answer."""
    read = pipeline(protocol)
    if not uses_templates:
        read._read_by_template = nothing  # pyright: ignore[reportPrivateUsage] - the one way
    came: list[Any] = []
    events: list[Any] = []
    for data in reads:
        for event in read.read(data):
            came.append(deepcopy(content_of(event)))
            events.append(event)
            if changes:
                change(event)
                change(read.machine.snapshot())
    if changes:
        change(read.machine.final())
    return came, [said(event) for event in events], content_of(read.machine.final())


@pytest.mark.parametrize("uses_templates", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_changes_of_a_reader_change_nothing_but_the_object(name: str, uses_templates: bool) -> None:
    protocol, reads = CASES[name]
    plain, changed = (
        findings(protocol, reads, changes=changes, uses_templates=uses_templates)
        for changes in (False, True)
    )
    assert len(plain[0]) > len(reads) / 2
    for expected, found in zip(plain, changed, strict=True):
        assert found == expected


def test_changes_of_a_reader_were_made() -> None:
    for protocol, reads in CASES.values():
        read = pipeline(protocol)
        for data in reads[:3]:
            for event in read.read(data):
                before = repr(event)
                if getattr(event, "type", "") in {"chunk", "message_start", "response.created"}:
                    change(event)
                    assert repr(event) != before
