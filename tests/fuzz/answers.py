"""Answers in any words of the protocol give the right events, and each end exactly once.

The bytes are decisions about the chunks, so that every input is an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from streamkit.errors import OpenAIError
from streamkit.events import Event
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionChunk, WireDecoder
from tests.fuzz.bodies import FORMAT, TOOLS

T = TypeVar("T")

LONGEST = 300
"""The maximum number of decisions: each event is read twice, with all events before it."""

_decode = WireDecoder(ChatCompletionChunk).decode


def check(data: bytes) -> None:
    """Build chunks from the bytes, and compare the emitted events with the final completion."""
    decide = Decisions(data[:LONGEST])
    machine = ChatEvents(Reader(FORMAT, TOOLS))
    events: list[Event] = []
    read: list[dict[str, Any]] = []
    try:
        for said in chunks(decide):
            for event in machine.feed(_decode(msgspec.json.encode(said))):
                events.append(event)
                read.append(event.to_dict())
        for event in machine.close():
            events.append(event)
            read.append(event.to_dict())
        completion = machine.final().to_dict()
    except OpenAIError as error:
        machine.fail(error)
        completion = error.completion.to_dict() if error.completion else {}
    assert [event.to_dict() for event in events] == read, "an event changed after it was emitted"
    for choice in completion["choices"]:
        compare(choice, [event for event in read if event.get("choice_index") == choice["index"]])


def compare(choice: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """Compare a choice of the completion with its events."""
    message = choice["message"]
    for name in ("content", "refusal"):
        deltas = [event["delta"] for event in events if event["type"] == f"{name}.delta"]
        done = [event[name] for event in events if event["type"] == f"{name}.done"]
        whole = "".join(deltas)
        assert (message.get(name) or "") == whole
        assert done[-1:] == ([whole] if whole else [])
        assert len(done) <= 2, "once, and again only for what came after the finish reason"
    calls = {
        place: call
        for place, call in enumerate(message.get("tool_calls", ()))
        if call["type"] == "function"
    }
    kind = "tool_calls.function.arguments"
    texts = {
        event["index"]: event["arguments"].rstrip()
        for event in events
        if event["type"] == f"{kind}.done"
    }
    pieces: dict[int, str] = {}
    for event in events:
        if event["type"] == f"{kind}.delta":
            pieces[event["index"]] = pieces.get(event["index"], "") + event["arguments_delta"]
    assert [call["function"]["arguments"] for call in calls.values()] == [
        pieces[index] for index in sorted(pieces)
    ]
    assert texts == {index: text.rstrip() for index, text in pieces.items()}, (
        "not emitted to its end"
    )


class Decisions:
    """Decisions made of bytes; after the last byte the first option is taken."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)
        self._left = len(data)

    def __bool__(self) -> bool:
        return self._left > 0

    def between(self, *options: T) -> T:
        """Return one of the options."""
        self._left -= 1
        return options[next(self._data, 0) % len(options)]


def chunks(decide: Decisions) -> Iterator[dict[str, Any]]:
    """Yield chunks, as long as decisions are left."""
    while decide:
        yield with_some(
            decide,
            {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"},
            choices=lambda: some(decide, a_choice),
            usage=lambda: {"total_tokens": 7, "details": {"flag": True}},
            x=lambda: decide.between("s", 1, None, {"a": {"b": [1]}}, [{"index": 0, "data": "d"}]),
        )


def a_choice(decide: Decisions) -> dict[str, Any]:
    """Return a choice of a chunk."""
    return with_some(
        decide,
        {"index": decide.between(0, 1, 7, None), "delta": a_delta(decide)},
        finish_reason=lambda: decide.between(None, "stop", "length", "content_filter", "", "odd"),
        logprobs=lambda: decide.between(
            None, {"content": [{"token": "t", "logprob": -1}]}, {"refusal": []}, {"content": None}
        ),
        content_filter_results=lambda: {"hate": {"filtered": False}},
    )


def a_delta(decide: Decisions) -> dict[str, Any] | None:
    """Return a delta, or null."""
    if decide.between(0, 0, 0, 1):
        return None
    return with_some(
        decide,
        {},
        content=lambda: decide.between("a", '{"a":', "1}", "", None, "\u00e9", " "),
        role=lambda: "assistant",
        refusal=lambda: decide.between("no", "", None),
        tool_calls=lambda: some(decide, a_call),
        reasoning_content=lambda: decide.between("hm", None),
        annotations=lambda: [{"type": "url_citation"}],
        audio=lambda: {"data": "AA", "transcript": "t", "expires_at": 1},
    )


def a_call(decide: Decisions) -> dict[str, Any]:
    """Return a fragment of a tool call."""
    return with_some(
        decide,
        {},
        index=lambda: decide.between(0, 1, 4, None),
        id=lambda: decide.between("x", "y", "", None),
        function=lambda: with_some(
            decide,
            {},
            arguments=lambda: decide.between('{"a":', "1}", "{}", "", None, " "),
            name=lambda: decide.between("f", "g", "", None),
        ),
        type=lambda: decide.between("function", None),
    )


def some(decide: Decisions, make: Callable[[Decisions], object]) -> list[object] | None:
    """Return a list of no, one or two items, or null."""
    count = decide.between(1, 2, 0, None)
    return None if count is None else [make(decide) for _ in range(count)]


def with_some(decide: Decisions, fields: dict[str, Any], **makers: Any) -> dict[str, Any]:
    """Return the fields with some of those that the makers can add."""
    chosen = decide.between(*range(1 << len(makers)))
    for place, (name, make) in enumerate(makers.items()):
        if chosen >> place & 1:
            fields[name] = make()
    return fields
