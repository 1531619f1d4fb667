"""With a response format, an answer without content, refusal, calls or audio is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import ContentFilterFinishReasonError, LengthFinishReasonError, ParseError
from tests.chat_roads import PLAIN, STREAMED, Came, plain, streamed

pytestmark = pytest.mark.diagonal


class Answer(BaseModel):
    a: int


TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "run",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {},
            "required": [],
            "additionalProperties": False,
        },
    },
}
CALL: dict[str, Any] = {
    "index": 0,
    "id": "k",
    "type": "function",
    "function": {"name": "run", "arguments": "{}"},
}

PARSING = [
    *((STREAMED[name], True) for name in ("stream", "async stream", "observe", "async observe")),
    *((PLAIN[name], False) for name in ("parse", "async parse")),
]


def answers(message: dict[str, Any], reason: str, **params: Any) -> list[Came]:
    """Return the result of the message on every road that parses."""
    choice = {"index": 0, "finish_reason": reason}
    heading = {"id": "c", "model": "m"}
    chunk = json.dumps(heading | {"choices": [choice | {"delta": message}]}).encode()
    whole = json.dumps(heading | {"choices": [choice | {"message": message}]}).encode()
    return [
        road(streamed(b"data: %b\n\n" % chunk) if is_stream else plain(whole), **params)
        for road, is_stream in PARSING
    ]


@pytest.mark.parametrize(
    "message",
    [{}, {"content": None}, {"content": ""}, {"role": "assistant", "reasoning_content": "Hm"}],
    ids=json.dumps,
)
@pytest.mark.parametrize("reason", ["stop", "tool_calls", "other"])
def test_an_answer_without_content_is_a_parse_error(message: dict[str, Any], reason: str) -> None:
    for came in answers(message, reason, response_format=Answer):
        assert type(came.error) is ParseError
        assert repr(reason) in str(came.error)
        assert came.error.content == ""
        assert came.completion.choices[0].finish_reason == reason


@pytest.mark.parametrize(
    "message",
    [
        {"refusal": "No"},
        {"tool_calls": [CALL]},
        {"function_call": {"name": "run", "arguments": "{}"}},
        {"audio": {"id": "a", "transcript": "Hi"}},
    ],
    ids=json.dumps,
)
def test_what_stands_in_its_place_is_an_answer(message: dict[str, Any]) -> None:
    for came in answers(message, "stop", response_format=Answer, tools=[TOOL]):
        assert came.error is None
        assert came.completion.choices[0].message.parsed is None


@pytest.mark.parametrize(
    ("reason", "error"),
    [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)],
)
def test_the_finish_reason_says_why_there_is_none(reason: str, error: type[Exception]) -> None:
    for came in answers({"content": ""}, reason, response_format=Answer):
        assert type(came.error) is error


@pytest.mark.parametrize("params", [{}, {"response_format": {"type": "json_object"}}])
def test_where_no_type_was_asked_for_it_may_be_empty(params: dict[str, Any]) -> None:
    for came in answers({"content": ""}, "stop", **params):
        assert came.error is None
