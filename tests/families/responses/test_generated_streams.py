"""Both packages agree on generated streams, and no cut of the bytes changes an event."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from streamkit import StreamkitError, pydantic_function_tool
from tests.differential.wire import cut
from tests.families.responses.agreement import check
from tests.families.responses.documented import STREAMS
from tests.families.responses.hearing import hear_ours, hear_peer
from tests.families.responses.wire import Event, answer, body, call, message, reasoning

MANY = 1000


class Person(BaseModel):
    name: str
    age: int | None
    tags: list[str]


OURS: Any = {"tools": [pydantic_function_tool(Person)], "text_format": Person}
PEERS: Any = {"tools": [openai.pydantic_function_tool(Person)], "text_format": Person}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
people = st.fixed_dictionaries(
    {
        "name": texts,
        "age": st.none() | st.integers(-5, 10**6),
        "tags": st.lists(texts, max_size=3),
    }
).map(json.dumps)


@st.composite
def pieces(draw: st.DrawFn, whole: st.SearchStrategy[str]) -> list[str]:
    """Draw a text in pieces."""
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    return [*cut(draw(whole), sizes)]


@st.composite
def items(draw: st.DrawFn, index: int) -> list[Event]:
    """Draw the events of one item of the output."""
    id = f"item_{index}"
    match draw(st.sampled_from(["message", "comment", "reasoning", "call", "other call"])):
        case "message":
            return message(*draw(pieces(people)), index=index, id=id)
        case "comment":
            return message(*draw(pieces(texts)), index=index, id=id, phase="commentary")
        case "reasoning":
            return reasoning(*draw(pieces(texts)), index=index, id=id)
        case "call":
            return call("Person", *draw(pieces(people)), index=index, id=id, call_id=f"call_{id}")
        case _:
            return call("other", *draw(pieces(texts)), index=index, id=id, call_id=f"call_{id}")


@st.composite
def streams(draw: st.DrawFn) -> list[Event]:
    """Draw a whole stream, whose items may be open at the same time."""
    count = draw(st.integers(0, 4))
    drawn = [draw(items(index)) for index in range(count)]
    if not draw(st.booleans()):
        return answer(*drawn)
    first, *_, last = answer(*drawn)
    return [first, *mixed(draw, drawn), last]


def mixed(draw: st.DrawFn, items: list[list[Event]]) -> list[Event]:
    """Draw an order of the events of several items, each of which keeps its own order."""
    queues = [[*events] for events in items]
    order = draw(st.permutations([n for n, events in enumerate(items) for _ in events]))
    return [queues[number].pop(0) for number in order]


def agrees(stream: list[Event]) -> None:
    data = body(stream)
    check(hear_peer([data], **PEERS), hear_ours([data], **OURS))


@given(streams())
def test_both_packages_say_the_same_of_a_generated_stream(stream: list[Event]) -> None:
    agrees(stream)


@pytest.mark.thorough
@settings(max_examples=MANY)
@given(streams())
def test_both_packages_say_the_same_of_a_thousand_streams(stream: list[Event]) -> None:
    agrees(stream)


@given(streams(), st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_no_cut_of_the_bytes_changes_an_event(stream: list[Event], sizes: list[int]) -> None:
    data = body(stream)
    whole, pieces = hear_ours([data], **OURS), hear_ours(cut(data, sizes), **OURS)
    assert pieces.events == whole.events
    assert pieces.response == whole.response


EVENTS = [event for stream in STREAMS.values() for event in stream]
VALUES = st.sampled_from([None, 0, -1, "", "x", [], {}, [None], {"a": 1}, True, 1.5])


@st.composite
def hostile(draw: st.DrawFn) -> list[Event]:
    """Draw events in any order, with fields that are missing, null or of another type."""
    drawn: list[Event] = []
    for event in draw(st.lists(st.sampled_from(EVENTS), max_size=12)):
        changed = {**event}
        for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=2)):
            if draw(st.booleans()):
                changed.pop(name, None)
            else:
                changed[name] = draw(VALUES)
        drawn.append(changed)
    return drawn


@given(hostile())
def test_whatever_a_server_sends_the_stream_ends_with_an_error_of_its_own(
    stream: list[Event],
) -> None:
    heard = hear_ours([body(stream, numbered=False)], **OURS)
    assert heard.error is None or isinstance(heard.error, StreamkitError)
    for event in heard.events:
        repr(event)
        event.to_dict()
        for name in ("snapshot", "parsed", "parsed_arguments"):
            getattr(event, name, None)
