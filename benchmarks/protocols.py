"""The streams of Responses and Messages, and the ways to read them, without a network."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from benchmarks.case import Answer
from benchmarks.data import TOKEN, Report, delta_pieces, records
from benchmarks.streams import (
    anthropic_client,
    openai_client,
    streamkit_anthropic_client,
    streamkit_client,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.case import Run, Workload

__all__ = [
    "NAMES",
    "Carried",
    "Protocol",
    "answer_of",
    "events_of",
    "parts_of",
    "read",
    "through_client",
    "through_machines",
    "through_package",
    "wire",
]

Protocol: TypeAlias = Literal["responses", "messages"]
Carried: TypeAlias = Literal["structured", "tool arguments"]

NAMES = [
    f"{protocol}, {carried}"
    for protocol in ("responses", "messages")
    for carried in ("structured", "tool arguments")
]
"""The names of works: each protocol with what it carries."""

_AROUND = {"responses": 8, "messages": 5}
"""The number of events before and after the deltas."""
_ID = "resp_68f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
_ITEM = "msg_68f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"


def answer_of(protocol: Protocol, carried: Carried, events: int) -> dict[str, Any]:
    """Return all findings that a reader of the answer can make."""
    del carried
    text = _text(protocol, events)
    return {"text": text, "parsed": json.loads(text)}


def parts_of(workload: Workload) -> tuple[Protocol, Carried, int]:
    """Return the protocol of a work, what it carries, and its size."""
    protocol, carried = workload.name.split(", ")
    return cast("Protocol", protocol), cast("Carried", carried), workload.size


def through_machines(
    protocol: Protocol,
    carried: Carried,
    events: int,
    *,
    changed: Callable[[bytes, int], bytes] | None = None,
) -> Run:
    """Return a run of streamkit's machines alone, from bytes to the events of ``stream()``.

    ``changed`` makes another frame of each frame and its number.
    """
    pieces = wire(protocol, carried, events)
    if changed is not None:
        pieces = tuple(changed(piece, at) for at, piece in enumerate(pieces))
    call = _call(protocol, carried)
    return lambda: read(protocol, _emitted(call, pieces))


def events_of(protocol: Protocol, carried: Carried, events: int) -> Iterator[Any]:
    """Yield the events of ``stream()``."""
    return _emitted(_call(protocol, carried), wire(protocol, carried, events))


def read(protocol: Protocol, events: Iterable[Any]) -> Answer:
    """Read as a program would: each event, and its parsed value so far."""
    return (_read_response if protocol == "responses" else _read_message)(events, parses=True)


def _emitted(call: Any, pieces: Iterable[bytes]) -> Iterator[Any]:
    machines = call.streamed().pipelines()()
    for piece in pieces:
        yield from machines.read(piece)
    yield from machines.end()


def through_client(protocol: Protocol, carried: Carried, events: int) -> Run:
    """Return a run of streamkit's whole client, over a transport in memory."""
    import streamkit

    pieces = wire(protocol, carried, events)
    if protocol == "responses":
        given = _response_params(carried, streamkit)
        return _streamed(streamkit_client(pieces).responses, _read_response, given, parses=True)
    messages = streamkit_anthropic_client(pieces).messages
    return _streamed(messages, _read_message, _message_params(carried), parses=True)


def through_package(protocol: Protocol, carried: Carried, events: int) -> Run:
    """Return a run of the protocol's own package, over a transport in memory."""
    pieces = wire(protocol, carried, events)
    if protocol == "responses":
        import openai

        given = _response_params(carried, openai)
        return _streamed(openai_client(pieces).responses, _read_response, given, parses=False)
    messages = anthropic_client(pieces).messages
    return _streamed(messages, _read_message, _message_params(carried), parses=False)


def _streamed(
    resource: Any, read: Callable[..., Answer], given: dict[str, Any], *, parses: bool
) -> Run:
    """Return a run that reads a stream of a client's resource."""

    def run() -> Answer:
        with resource.stream(**given) as stream:
            return read(stream, parses=parses)

    return run


def _call(protocol: Protocol, carried: Carried) -> Any:
    if protocol == "responses":
        import streamkit
        from streamkit.families.responses.call import ResponseCall

        return ResponseCall(_response_params(carried, streamkit), stream=True)
    from streamkit.families.messages.call import MessageCall

    given = _message_params(carried)
    return MessageCall(given, stream=True, output_format=given.pop("output_format", None))


def _response_params(carried: Carried, package: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"model": "m", "input": "Report."}
    if carried == "structured":
        return {**given, "text_format": Report}
    return {**given, "tools": [package.pydantic_function_tool(Report, name="report")]}


def _message_params(carried: Carried) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Report."}]
    given: dict[str, Any] = {"model": "m", "max_tokens": 99_999, "messages": messages}
    if carried == "structured":
        return {**given, "output_format": Report}
    schema = Report.model_json_schema()
    return {**given, "tools": [{"name": "report", "input_schema": schema, "strict": True}]}


def _read_response(events: Iterable[Any], *, parses: bool) -> Answer:
    """Read as a program would: each event, and its value so far, parsed where there is one."""
    texts: list[str] = []
    parsed: Any = None
    for event in events:
        kind = event.type
        if kind == "response.output_text.delta":
            texts.append(event.delta)
            parsed = event.parsed if parses else event.snapshot
        elif kind == "response.function_call_arguments.delta":
            texts.append(event.delta)
            parsed = event.parsed_arguments if parses else event.snapshot
        elif kind == "response.completed":
            item = event.response.output[0]
            last = item if item.type == "function_call" else item.content[0]
            parsed = last.parsed_arguments if last is item else last.parsed
    return Answer({"text": "".join(texts), "parsed": _plain(parsed)})


def _read_message(events: Iterable[Any], *, parses: bool) -> Answer:
    """Read as a program would: each event, and its value so far, parsed where there is one."""
    texts: list[str] = []
    parsed: Any = None
    for event in events:
        kind = event.type
        if kind == "text":
            texts.append(event.text)
            parsed = event.parsed if parses else event.parsed_snapshot()
        elif kind == "input_json":
            texts.append(event.partial_json)
            parsed = event.snapshot
        elif kind == "message_stop":
            block = event.message.content[0]
            parsed = block.input if block.type == "tool_use" else block.parsed_output
    return Answer({"text": "".join(texts), "parsed": _plain(parsed)})


def _plain(parsed: Any) -> Any:
    return parsed.model_dump() if isinstance(parsed, Report) else parsed


def _text(protocol: Protocol, events: int) -> str:
    return records(TOKEN * (events - _AROUND[protocol]))


@lru_cache(maxsize=4)
def wire(protocol: Protocol, carried: Carried, events: int) -> tuple[bytes, ...]:
    """Return the server-sent events of an answer."""
    text = _text(protocol, events)
    made = _response_events if protocol == "responses" else _message_events
    return tuple(
        f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
        for event in made(carried, text)
    )


def _response_events(carried: Carried, text: str) -> Iterator[dict[str, Any]]:
    numbers = count()
    at = {"item_id": _ITEM, "output_index": 0}
    is_call = carried == "tool arguments"

    def event(kind: str, **fields: Any) -> dict[str, Any]:
        return {"type": f"response.{kind}", "sequence_number": next(numbers), **fields}

    def item(status: str, whole: str) -> dict[str, Any]:
        if is_call:
            called = {"type": "function_call", "call_id": "call_1", "name": "report"}
            return {"id": _ITEM, "status": status, **called, "arguments": whole}
        content = [part(whole)] if whole else []
        role = {"type": "message", "role": "assistant"}
        return {"id": _ITEM, "status": status, **role, "content": content}

    def part(whole: str) -> dict[str, Any]:
        return {"type": "output_text", "text": whole, "annotations": [], "logprobs": []}

    yield event("created", response=_response("in_progress", []))
    yield event("in_progress", response=_response("in_progress", []))
    yield event("output_item.added", output_index=0, item=item("in_progress", ""))
    if is_call:
        for delta in delta_pieces(text):
            yield event("function_call_arguments.delta", **at, delta=delta, obfuscation="k9Xw2")
        # As many events as around a text, which has its parts as well.
        for _ in range(2):
            yield event("in_progress", response=_response("in_progress", []))
        yield event("function_call_arguments.done", **at, arguments=text, name="report")
    else:
        here = {**at, "content_index": 0}
        yield event("content_part.added", **here, part=part(""))
        for delta in delta_pieces(text):
            padded: dict[str, Any] = {"logprobs": [], "obfuscation": "k9Xw2"}
            yield event("output_text.delta", **here, delta=delta, **padded)
        yield event("output_text.done", **here, text=text, logprobs=[])
        yield event("content_part.done", **here, part=part(text))
    whole = item("completed", text)
    yield event("output_item.done", output_index=0, item=whole)
    yield event("completed", response=_response("completed", [whole]))


def _response(status: str, output: list[Any]) -> dict[str, Any]:
    return {
        "id": _ID,
        "object": "response",
        "created_at": 1795392000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "gpt-5.5",
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
    }


def _message_events(carried: Carried, text: str) -> Iterator[dict[str, Any]]:
    is_call = carried == "tool arguments"
    usage = {"input_tokens": 9, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": _ITEM,
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    call: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": "report", "input": {}}
    block: dict[str, Any] = call if is_call else {"type": "text", "text": ""}
    kind, name = ("input_json_delta", "partial_json") if is_call else ("text_delta", "text")
    yield {"type": "message_start", "message": message}
    yield {"type": "content_block_start", "index": 0, "content_block": block}
    for delta in delta_pieces(text):
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": kind, name: delta}}
    yield {"type": "content_block_stop", "index": 0}
    reason = "tool_use" if is_call else "end_turn"
    ending = {"stop_reason": reason, "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 99}}
    yield {"type": "message_stop"}
