"""The definition of content, which time limits and retries use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit.families.chat.content import is_content
from streamkit.types import ChatCompletionChunk, WireDecoder

DECODER = WireDecoder(ChatCompletionChunk)


def chunk(*choices: object, **fields: object) -> ChatCompletionChunk:
    return DECODER.decode(json.dumps({"choices": choices, **fields}))


CALL: dict[str, Any] = {"index": 0, "id": "call_1", "function": {"name": "f", "arguments": ""}}
TOKEN: dict[str, Any] = {"token": "a", "logprob": -0.1, "bytes": None, "top_logprobs": []}


CONTENT: list[dict[str, Any]] = [
    {"delta": {"content": "a"}},
    {"delta": {"content": " "}},
    {"delta": {"refusal": "no"}},
    {"delta": {"tool_calls": [CALL]}},
    {"delta": {"function_call": {"name": "f"}}},
    {"delta": {"reasoning_content": "hm"}},
    {"delta": {"reasoning": "hm"}},
    {"delta": {"audio": {"data": "AA=="}}},
    {"delta": {"thoughts": "a vendor's own name for them"}},
    {"delta": {}, "logprobs": {"content": [TOKEN]}},
    {"delta": {}, "logprobs": {"refusal": [TOKEN]}},
    {"delta": {}, "finish_reason": "stop"},
    {"finish_reason": "length"},
]


@pytest.mark.parametrize("choice", CONTENT, ids=json.dumps)
def test_a_part_of_an_answer_is_content(choice: dict[str, Any]) -> None:
    assert is_content(chunk(choice))
    assert is_content(chunk({"delta": {}}, {"index": 1, **choice}))


NO_CONTENT: list[dict[str, Any]] = [
    {},
    {"delta": None},
    {"delta": {}},
    {"delta": {"role": "assistant"}},
    {"delta": {"role": "assistant", "content": ""}},
    {"delta": {"content": None, "refusal": None, "tool_calls": None}},
    {"delta": {"tool_calls": []}},
    {"delta": {"reasoning_content": ""}},
    {"delta": {"thoughts": None}},
    {"delta": {}, "logprobs": {"content": [], "refusal": None}},
    {"delta": {}, "finish_reason": None},
    {"delta": {}, "content_filter_results": {"hate": {"filtered": False}}},
]


@pytest.mark.parametrize("choice", NO_CONTENT, ids=json.dumps)
def test_what_says_nothing_is_none(choice: dict[str, Any]) -> None:
    assert not is_content(chunk(choice))


def test_usage_and_what_is_said_of_the_prompt_are_none() -> None:
    assert not is_content(chunk(usage={"total_tokens": 7}))
    assert not is_content(chunk(prompt_filter_results=[{"prompt_index": 0}]))
    assert not is_content(ChatCompletionChunk(usage=None))
