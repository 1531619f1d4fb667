"""A recorded answer is read as its client read it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

import streamkit
from streamkit.bulk import answer, stream_of
from streamkit.recording import Failure, Recording, load, shipped
from tests.recording.test_replay import cassette, chat

DONE = b"data: [DONE]\n\n"


class Person(BaseModel):
    name: str
    year: int


def recorded(*reads: bytes, **more: Any) -> Recording:
    return cassette(*((0.5, read) for read in reads), **more).recordings[0]


def test_the_content_is_parsed_as_the_request_asked() -> None:
    assert stream_of(shipped("json_schema_short")).get_final().parsed == {
        "name": "Ada Lovelace",
        "year": 1800,
    }
    typed = stream_of(shipped("json_schema_short"), format=Person).get_final()
    assert typed.parsed == Person(name="Ada Lovelace", year=1800)


def test_every_choice_that_was_requested_is_read() -> None:
    events = [*stream_of(shipped("n2_usage"))]
    assert {event.choice_index for event in events if event.type == "content.delta"} == {0, 1}


def test_the_tools_of_the_request_are_known() -> None:
    call, other = stream_of(load("tests/recordings/tools_two_calls")).get_final().tool_calls
    assert (call.name, other.name) == ("get_weather", "get_time")


MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "It rains."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 2},
}
RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "m",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": '{"a": 1}', "annotations": []}],
        }
    ],
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "name": "x", "schema": SCHEMA, "strict": True}


@pytest.mark.parametrize(
    ("path", "request_", "body", "expected"),
    [
        ("messages", {"n": 2}, MESSAGE, {"text": "It rains.", "reason": "stop"}),
        (
            "responses/",
            {"text": {"format": FORMAT}},
            RESPONSE,
            {"text": '{"a": 1}', "parsed": {"a": 1}, "reason": "stop"},
        ),
    ],
    ids=["messages", "responses"],
)
def test_the_protocol_is_that_of_the_url(
    path: str, request_: Any, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    made = recorded(msgspec.json.encode(body), url=f"http://a.test/v1/{path}", request=request_)
    found = answer(made)
    assert {name: found[name] for name in expected} == expected


def test_a_cut_answer_raises_and_keeps_what_had_arrived() -> None:
    with pytest.raises(streamkit.StreamTruncatedError) as caught:
        stream_of(recorded(chat("The sky"), end="left")).until_done()
    partial: Any = caught.value.partial
    assert partial.choices[0].message.content == "The sky"
    accepted = stream_of(recorded(chat("The sky"), DONE, end="left"), on_truncated="accept")
    assert accepted.get_final().text == "The sky"


def test_a_refused_request_raises_the_error_of_its_status() -> None:
    refused = recorded(b'{"error": {"message": "slow down"}}', status=429)
    with pytest.raises(streamkit.RateLimitError, match="slow down"):
        stream_of(refused)


def test_a_request_that_was_never_answered_raises() -> None:
    failure = Failure("ConnectError", "refused")
    with pytest.raises(streamkit.APIConnectionError, match=r"api\.test failed \(ConnectError"):
        stream_of(recorded(status=None, end="error", failure=failure))


def test_an_exchange_that_is_no_answer_is_refused() -> None:
    models = recorded(b"{}", url="http://api.test/v1/models", method="GET", request=None)
    with pytest.raises(ValueError, match="GET /v1/models is no request for an answer"):
        stream_of(models)


@pytest.mark.parametrize(
    "asked", [None, "text", [], {"n": 0}, {"tools": None, "n": None}, {"response_format": "x"}]
)
def test_a_request_of_any_form_is_read(asked: Any) -> None:
    assert stream_of(recorded(chat("a", "stop"), DONE, request=asked)).get_final().text == "a"
