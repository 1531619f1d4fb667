"""All roads read odd answers alike; one answer contains all oddities."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.chat_roads import PLAIN, STREAMED, Came, Road, plain, streamed
from tests.families.chat.test_silent_success import BY_EVERY_ROAD, HEADING, SIZES, data
from tests.sse_bodies import DONE

FUNCTION = {"name": "f", "arguments": "{}"}
CALL = {"id": "k", "type": "function", "function": FUNCTION}
THOUGHT = {"type": "reasoning.text", "text": "Hm", "index": 0}

MESSAGES: dict[str, dict[str, Any]] = {
    "parts": {"content": [{"type": "text", "text": "He"}, {"type": "text", "text": "llo"}]},
    "a thinking part": {
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
            {"type": "text", "text": "Hello"},
        ]
    },
    "an image among parts": {
        "content": [{"type": "text", "text": "a"}, {"type": "image", "url": "u"}]
    },
    "an object": {"content": {"type": "text", "text": {"value": "Hello", "annotations": []}}},
    "a number": {"content": 5},
    "a boolean": {"content": True},
    "lists in lists": {"content": [["a", ["b"]]]},
    "a thought as an object": {"content": "x", "reasoning": {"text": "Hm"}},
    "a thought as a list": {"content": "x", "reasoning_content": ["a", {"text": "b"}]},
    "two thoughts": {"content": "x", "reasoning": {"text": "b"}, "reasoning_content": "a"},
    "details": {"content": "x", "reasoning_details": [THOUGHT]},
    "one detail": {"content": "x", "reasoning_details": THOUGHT},
    "details that are text": {"content": "x", "reasoning_details": "Hm"},
    "details beside the thought": {"reasoning": "Hm", "reasoning_details": [THOUGHT]},
    "arguments that are an object": {
        "tool_calls": [CALL | {"function": {"name": "f", "arguments": {"a": 1}}}]
    },
    "arguments that are null": {
        "tool_calls": [CALL | {"function": {"name": "f", "arguments": None}}]
    },
    "one call": {"tool_calls": CALL},
    "nulls among the calls": {"tool_calls": [None, CALL, None]},
    "a text among the calls": {"tool_calls": ["f()", CALL]},
    "calls by index": {"tool_calls": {"0": CALL, "1": CALL | {"id": "l"}}},
    "a function that is a text": {"tool_calls": [CALL | {"function": "f"}]},
    "a flat call": {"tool_calls": [{"id": "k"} | FUNCTION]},
    "an id that is a number": {"tool_calls": [CALL | {"id": 5}]},
    "a custom call": {"tool_calls": [{"id": "k", "custom": {"name": "s", "input": {"a": 1}}}]},
    "a call that has more": {"tool_calls": [CALL | {"extra": {"signature": "s"}}]},
    "the same call twice": {"tool_calls": [{"function": FUNCTION}, {"function": FUNCTION}]},
    "a call of the old kind": {"function_call": [{"name": "f", "arguments": {"a": 1}}]},
    "a refusal in parts": {"refusal": [{"type": "refusal", "refusal": "No"}]},
    "a refusal among the parts": {"content": [{"type": "refusal", "refusal": "No"}]},
    "one annotation": {"content": "x", "annotations": {"type": "url_citation"}},
    "annotations that are none": {"content": "x", "annotations": [None, "u"]},
    "audio that is a text": {"content": "x", "audio": "AAAA"},
    "audio in a list": {"audio": [{"id": "a", "data": "AA", "expires_at": 1.5}]},
    "a role that is an object": {"content": "x", "role": {"a": 1}},
    "names of methods": {"content": "x", "to_dict": 1, "model_extra": 2, "parsed": 5},
    "half a character": {"content": "a\ud83d!", "reasoning": "\ude00"},
}


def choices(part: str) -> list[dict[str, Any]]:
    """Return every message as a choice."""
    return [
        {"index": index, part: {"role": "assistant"} | message}
        for index, message in enumerate(MESSAGES.values())
    ]


CHOICES = len(MESSAGES)
ENDS: list[dict[str, Any]] = [
    {"index": index, "delta": {}, "finish_reason": "stop"} for index in range(CHOICES)
]
STREAM = data(HEADING | {"choices": choices("delta")}) + data(HEADING | {"choices": ENDS}) + DONE
WHOLE = HEADING | {"choices": [each | {"finish_reason": "stop"} for each in choices("message")]}


def said(came: Came) -> dict[str, Any]:
    """Return the contents of each message, by its name, without parsed values."""
    assert came.error is None
    messages = [choice.message.to_dict() for choice in came.completion.choices]
    for message in messages:
        message.pop("parsed", None)
    return dict(zip(MESSAGES, messages, strict=True))


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return said(PLAIN["create"](plain(json.dumps(WHOLE).encode()), n=CHOICES))


@SIZES
@BY_EVERY_ROAD
def test_a_stream_says_what_a_plain_answer_says(
    road: Road, size: int, expected: dict[str, Any]
) -> None:
    assert said(road(streamed(STREAM, size), n=CHOICES)) == expected


@BY_EVERY_ROAD
def test_a_completion_in_a_stream_says_what_a_plain_answer_says(
    road: Road, expected: dict[str, Any]
) -> None:
    assert said(road(streamed(data(WHOLE)), n=CHOICES)) == expected


@pytest.mark.parametrize("road", ["parse", "async create", "async parse"])
def test_all_plain_answers_say_the_same(road: str, expected: dict[str, Any]) -> None:
    assert said(PLAIN[road](plain(json.dumps(WHOLE).encode()), n=CHOICES)) == expected


# A message and deltas of one choice.

BOTH: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the end of it": ({"content": "lo"}, {"content": "Hello"}),
    "more than it": ({"content": "Hello", "refusal": "No"}, {"content": None}),
    "a call": ({"tool_calls": [CALL]}, {"content": "Hello"}),
}
THOUGHTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "as text": ({"reasoning_content": "Hm"}, {"reasoning_content": "Hm"}),
    "in details": ({"reasoning_details": [THOUGHT]}, {"reasoning_details": [THOUGHT]}),
    "as text, then in details": ({"reasoning": "Hm"}, {"reasoning_details": [THOUGHT]}),
    "as text, then in parts": ({"reasoning": "Hm"}, {"content": [{"thinking": "Hm"}, "Hello"]}),
}


def test_a_delta_beside_a_message_adds_what_that_does_not_say() -> None:
    beside = [
        {"index": index, "delta": delta, "message": message, "finish_reason": "stop"}
        for index, (delta, message) in enumerate(BOTH.values())
    ]
    body = HEADING | {"choices": beside}
    came = [road(plain(json.dumps(body).encode()), n=3) for road in PLAIN.values()]
    came += [road(streamed(data(body) + DONE), n=3) for road in STREAMED.values()]
    for each in came:
        one, other, third = (choice.message for choice in each.completion.choices)
        assert (one.content, other.content, third.content) == ("Hello",) * 3
        assert other.refusal == "No"
        assert [call.id for call in third.tool_calls] == ["k"]


@BY_EVERY_ROAD
def test_a_message_after_thoughts_does_not_emit_them_again(road: Road) -> None:
    before = [{"index": at, "delta": delta} for at, (delta, _) in enumerate(THOUGHTS.values())]
    after = [
        {"index": at, "message": {"content": "Hello"} | message, "finish_reason": "stop"}
        for at, (_, message) in enumerate(THOUGHTS.values())
    ]
    body = data({"choices": before}) + data(HEADING | {"choices": after}) * 2 + DONE
    came = road(streamed(body), n=len(THOUGHTS))
    assert came.joined("reasoning.delta", "delta") == "Hm" * len(THOUGHTS)
    for message in (choice.message for choice in came.completion.choices):
        assert (message.content, message.reasoning_content or message.reasoning) == ("Hello", "Hm")
