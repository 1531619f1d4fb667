"""Parsed values, and the errors of an answer: the peer's defects, numbered as in ``defects.py``."""

from __future__ import annotations

from typing import Any

import openai
from pydantic import BaseModel, ValidationError, field_validator

import streamkit
from tests.differential.defects import (
    CALL_DELTA,
    CALL_DONE,
    CONTENT_DELTA,
    CONTENT_DONE,
    ROLE,
    STOP,
    USAGE,
    Point,
    both,
    call,
    content,
    message,
    opening,
)
from tests.differential.models import CITIES
from tests.differential.test_stream_defects import our_stream, peer_stream
from tests.differential.wire import chunk, delta


def test_c22_an_answer_cut_short_is_an_error_only_where_something_was_to_be_parsed() -> None:
    peer, ours = both([ROLE, chunk(delta(content="a")), chunk(delta(0, "length"))])
    assert isinstance(peer.final_error, openai.LengthFinishReasonError)
    assert ours.error is None
    assert message(ours)["content"] == "a"


def test_c22_an_answer_cut_short_loses_no_event_and_no_usage() -> None:
    said = [ROLE, chunk(delta(0, "length", content='{"x": 1')), chunk(usage=USAGE)]
    peer, ours = both(said, response_format=Point)
    assert isinstance(peer.error, openai.LengthFinishReasonError)
    assert peer.error.completion.usage is None
    assert len(peer.events["chunk", None]) == 1
    assert isinstance(ours.error, streamkit.LengthFinishReasonError)
    assert ours.error.completion is not None
    assert ours.error.completion.usage is not None
    assert len(ours.events["chunk", None]) == 3
    assert ours.events[CONTENT_DONE][0]["content"] == '{"x": 1'


def test_c27_content_is_done_once_there_is_no_more_of_it() -> None:
    said = [ROLE, chunk(delta(content="a")), opening(0, "f", "{}"), chunk(delta(content="b")), STOP]
    peer, ours = both(said)
    assert peer.events[CONTENT_DONE][0]["content"] == "a"
    assert ours.events[CONTENT_DONE][0]["content"] == "ab"


def test_c28_a_misfit_does_not_hide_the_chunk_it_came_with() -> None:
    said = [ROLE, chunk(delta(0, "stop", content='{"x": "one"}'))]
    peer, ours = both(said, response_format=Point)
    assert isinstance(peer.error, ValidationError)
    assert len(peer.events[CONTENT_DELTA]) == 1
    assert len(ours.events[CONTENT_DELTA]) == 2


def test_c28_a_snapshot_knows_nothing_of_the_events_after_it() -> None:
    said = [ROLE, chunk(delta(0, "stop", content='{"x": 1, "y": ""}'))]
    peer, ours = both(said, response_format=Point)
    last_of_peer, last_of_ours = (
        heard.events["chunk", None][-1]["snapshot"]["choices"][0]["message"]["parsed"]
        for heard in (peer, ours)
    )
    assert last_of_peer == Point(x=1, y="")
    assert last_of_ours == {"x": 1, "y": ""}


def test_c30_misfits_are_errors_of_the_package_and_carry_the_answer() -> None:
    peer, ours = both([*content('{"x": "one"}'), chunk(usage=USAGE)], response_format=Point)
    assert isinstance(peer.error, ValidationError)
    assert isinstance(ours.error, streamkit.ParseError)
    assert isinstance(ours.error.__cause__, ValidationError)
    assert ours.error.content == '{"x": "one"}'
    assert ours.error.completion is not None
    assert ours.error.completion.usage is not None


def test_c35_text_that_is_no_json_does_not_end_the_stream() -> None:
    peer, ours = both(content("I am ", "sorry"), response_format=Point)
    assert isinstance(peer.error, ValueError)
    assert len(peer.events[CONTENT_DELTA]) == 1
    assert [event["parsed"] for event in ours.events[CONTENT_DELTA]] == [None, None, None]
    assert ours.events[CONTENT_DONE][0]["content"] == "I am sorry"
    assert isinstance(ours.error, streamkit.ParseError)


def test_c32_strings_grow_and_numbers_come_whole() -> None:
    peer, ours = both(content('{"x": 1', '2, "y": "ab', 'c"}'), response_format=Point)
    assert [event["parsed"] for event in peer.events[CONTENT_DELTA]] == [
        None,
        {"x": 1},
        {"x": 12},
        {"x": 12, "y": "abc"},
    ]
    assert [event["parsed"] for event in ours.events[CONTENT_DELTA]] == [
        None,
        {},
        {"x": 12, "y": "ab"},
        {"x": 12, "y": "abc"},
    ]


def test_c42_parsed_does_not_fall_back() -> None:
    said = [ROLE, chunk(delta(0, "stop", content='{"x": 1, "y": ""}')), chunk(delta(content=""))]
    with peer_stream(said, response_format=Point) as stream:
        stream.until_done()
        assert stream.current_completion_snapshot.choices[0].message.parsed == {"x": 1, "y": ""}
    with our_stream(said, response_format=Point) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == Point(x=1, y="")


def test_c43_an_answer_is_validated_once() -> None:
    validations: list[str] = []

    class Counted(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def count(cls, name: str) -> str:
            validations.append(name)
            return name

    said = content('{"name": "Ada"}')
    for package, expected in ((peer_stream, 3), (our_stream, 1)):
        validations.clear()
        with package(said, response_format=Counted) as stream:
            first, second = (stream.get_final_completion() for _ in range(2))
        assert first.choices[0].message.parsed == second.choices[0].message.parsed
        assert len(validations) == expected


def test_c36_nothing_is_never_done() -> None:
    logprobs: dict[str, list[Any]] = {"content": [], "refusal": []}
    empty = {**delta(content="a", refusal=""), "logprobs": logprobs}
    peer, ours = both([chunk(empty), STOP])
    done = {"refusal.done", "logprobs.content.done", "logprobs.refusal.done"}
    assert done <= set(peer.types)
    assert not done & set(ours.types)


def test_c34_empty_content_is_not_done_by_either() -> None:
    for heard in both([ROLE, STOP]):
        assert "content.done" not in heard.types


def test_c37_a_call_without_arguments_has_none_to_read() -> None:
    said = [ROLE, call(0, id="call_0", type="function", function={"name": "list_cities"}), STOP]
    peer, ours = both(said)
    assert peer.events[CALL_DELTA][0]["arguments"] is None
    assert ours.events[CALL_DELTA][0]["arguments"] == ""
    peer, ours = both(said, tools=[CITIES])
    assert isinstance(peer.error, TypeError)
    assert ours.events[CALL_DONE][0]["parsed_arguments"] == {}
