"""Choices and calls: the peer's defects, numbered as in ``defects.py``."""

from __future__ import annotations

import json

import pytest

from tests.differential.defects import (
    CALL_DONE,
    CONTENT_DELTA,
    ROLE,
    STOP,
    Point,
    both,
    call,
    function,
    message,
    opening,
)
from tests.differential.models import CITIES
from tests.differential.test_stream_defects import our_stream, peer_stream
from tests.differential.wire import chunk, delta


@pytest.mark.parametrize("order", [[1, 0], [0, 2, 1]], ids=["C01", "C02"])
def test_c01_c02_choices_may_come_in_any_order(order: list[int]) -> None:
    said = [chunk(delta(index, content=f"I am {index}")) for index in order]
    peer, ours = both([*said, *(chunk(delta(index, "stop")) for index in order)], n=len(order))
    assert isinstance(peer.error, IndexError)
    assert ours.error is None
    for index in order:
        assert message(ours, index)["content"] == f"I am {index}"


def test_c03_events_name_their_choice() -> None:
    said = [chunk(delta(index, content=text)) for index, text in enumerate("ab")]
    said += [chunk(delta(index, "stop")) for index in range(2)]
    with peer_stream(said, n=2) as stream:
        assert not any(hasattr(event, "choice_index") for event in stream)
    with our_stream(said, n=2) as stream:
        deltas = [event for event in stream if event.type == "content.delta"]
    assert [(event.choice_index, event.delta) for event in deltas] == [(0, "a"), (1, "b")]


def test_c04_the_first_chunk_is_parsed_like_any_other() -> None:
    said = [chunk(delta(content='{"x": 1, ')), chunk(delta(content='"y": ""}')), STOP]
    peer, ours = both(said, response_format=Point)
    assert peer.events[CONTENT_DELTA][0]["parsed"] is None
    assert ours.events[CONTENT_DELTA][0]["parsed"] == {"x": 1}


@pytest.mark.parametrize("calls", [1, 2])
def test_c05_calls_in_the_finishing_chunk_are_done(calls: int) -> None:
    fragments = [
        {"index": index, "type": "function", "function": function("f", "{}")}
        for index in range(calls)
    ]
    peer, ours = both([ROLE, chunk(delta(0, "tool_calls", tool_calls=fragments))])
    assert len(peer.events.get(CALL_DONE, [])) == calls - 1
    assert len(ours.events[CALL_DONE]) == calls


def test_c06_calls_may_take_turns() -> None:
    halves = ['{"cities": ["Rome', '"]}']
    said = [ROLE, opening(0), opening(1)]
    said += [call(index, function={"arguments": half}) for half in halves for index in range(2)]
    peer, ours = both([*said, STOP])
    assert peer.events[CALL_DONE][0]["arguments"] == ""
    assert [done["arguments"] for done in ours.events[CALL_DONE]] == ["".join(halves)] * 2

    peer, ours = both([*said, STOP], tools=[CITIES])
    assert isinstance(peer.error, json.JSONDecodeError)
    parsed = [done["parsed_arguments"] for done in ours.events[CALL_DONE]]
    assert parsed == [{"cities": ["Rome"]}] * 2


@pytest.mark.parametrize(
    ("index", "error"),
    [(1, IndexError), (7, IndexError), (None, TypeError)],
    ids=["from 1 on", "a gap", "none"],
)
def test_c07_the_index_of_a_call_may_be_anything(index: int | None, error: type[Exception]) -> None:
    peer, ours = both([ROLE, opening(index, "f", "{}"), STOP])
    assert isinstance(peer.error, error)
    (done,) = ours.events[CALL_DONE]
    assert (done["name"], done["arguments"]) == ("f", "{}")


def test_c08_a_call_without_a_type_is_a_function_call() -> None:
    said = [ROLE, call(0, id="call_0", function=function("list_cities", "{}")), STOP]
    peer, ours = both(said, tools=[CITIES])
    assert CALL_DONE not in peer.events
    assert "parsed_arguments" not in message(peer)["tool_calls"][0]["function"]
    assert ours.events[CALL_DONE][0]["parsed_arguments"] == {}
    assert message(ours)["tool_calls"][0]["type"] == "function"


def test_c09_the_id_of_a_call_may_come_before_its_function() -> None:
    said = [call(0, id="call_0", type="function"), call(0, function=function("f", "{}"))]
    peer, ours = both([ROLE, *said, STOP], tools=[CITIES])
    assert isinstance(peer.error, AttributeError)
    assert ours.events[CALL_DONE][0]["arguments"] == "{}"


def test_c10_an_id_or_name_may_be_repeated() -> None:
    peer, ours = both([ROLE, opening(0, "f", "{"), opening(0, "f", "}"), STOP])
    ((peer_call,), (our_call,)) = (message(heard)["tool_calls"] for heard in (peer, ours))
    assert (peer_call["id"], peer_call["function"]["name"]) == ("call_0call_0", "ff")
    assert (our_call["id"], our_call["function"]["name"]) == ("call_0", "f")
    assert our_call["function"]["arguments"] == "{}"


def test_c10_another_id_on_the_same_index_is_another_call() -> None:
    said = [call(0, id=id, type="function", function=function(id, "{}")) for id in "ab"]
    peer, ours = both([ROLE, *said, STOP])
    assert [found["id"] for found in message(peer)["tool_calls"]] == ["ab"]
    assert message(peer)["tool_calls"][0]["function"]["arguments"] == "{}{}"
    assert [found["id"] for found in message(ours)["tool_calls"]] == ["a", "b"]
    assert [done["name"] for done in ours.events[CALL_DONE]] == ["a", "b"]
