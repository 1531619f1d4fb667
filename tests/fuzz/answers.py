"""Answers in any words the protocol has: each event says what it should, and each end comes once.

The bytes are decisions about what the chunks say, so that every input is an answer.
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
"""How many decisions an answer has: every event of it is read twice, with all before it."""

_decode = WireDecoder(ChatCompletionChunk).decode


def check(data: bytes) -> None:
    """Take the chunks that the bytes decide on, and compare what is told with what was said."""
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
        completion = machine.completion().to_dict()
    except OpenAIError as error:
        machine.fail(error)
        completion = error.completion.to_dict() if error.completion else {}
    assert [event.to_dict() for event in events] == read, "an event changed after it was told"
    for choice in completion["choices"]:
        compare(choice, [event for event in read if event.get("choice_index") == choice["index"]])


def compare(choice: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """What a choice became with what its events said."""
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
    assert texts == {index: text.rstrip() for index, text in pieces.items()}, "not told to its end"


class Decisions:
    """Bytes as decisions; when there are none left, the first of the options is taken."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)
        self._left = len(data)

    def __bool__(self) -> bool:
        return self._left > 0

    def between(self, *options: T) -> T:
        """One of the options."""
        self._left -= 1
        return options[next(self._data, 0) % len(options)]


def chunks(decide: Decisions) -> Iterator[dict[str, Any]]:
    """Chunks, as long as there are decisions."""
    while decide:
        yield with_some(
            decide,
            {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"},
            choices=lambda: some(decide, a_choice),
            usage=lambda: {"total_tokens": 7, "details": {"flag": True}},
            x=lambda: decide.between("s", 1, None, {"a": {"b": [1]}}, [{"index": 0, "data": "d"}]),
        )


def a_choice(decide: Decisions) -> dict[str, Any]:
    """What a chunk says of a choice."""
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
    """What a chunk adds to a message."""
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
    """A fragment of a tool call."""
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
    """A list of one, two or none, or null."""
    count = decide.between(1, 2, 0, None)
    return None if count is None else [make(decide) for _ in range(count)]


def with_some(decide: Decisions, fields: dict[str, Any], **makers: Any) -> dict[str, Any]:
    """The fields, and some of those that can be made."""
    chosen = decide.between(*range(1 << len(makers)))
    for place, (name, make) in enumerate(makers.items()):
        if chosen >> place & 1:
            fields[name] = make()
    return fields
