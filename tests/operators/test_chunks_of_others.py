"""Chunks of other libraries, in the operators that take chunks."""

from __future__ import annotations

import json
from typing import Any

import openai.types.chat
import pydantic
import pytest
import reactivex as rx

from streamkit import APIError, StreamTruncatedError
from streamkit import operators as ops
from streamkit.types import ChatCompletionChunk, WireDecoder


def chunk(content: str | None = None, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 7,
        "model": "m",
        "choices": [choice],
        "system_fingerprint": None,
        "x_vendor": {"cost": 1},
    }


CHUNKS = [chunk("Hel"), chunk("lo"), chunk(None, "stop")]


class Dumps(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    choices: list[Any]


class ToDict:
    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def to_dict(self) -> dict[str, Any]:
        return self._data


def constructed(data: dict[str, Any]) -> Any:
    return openai.types.chat.ChatCompletionChunk.construct(**data)


KINDS: dict[str, Any] = {
    "dict": dict,
    "openai": openai.types.chat.ChatCompletionChunk.model_validate,
    "openai, constructed": constructed,
    "pydantic": Dumps.model_validate,
    "to_dict": ToDict,
}


def ours(data: dict[str, Any]) -> ChatCompletionChunk:
    return WireDecoder(ChatCompletionChunk).decode(json.dumps(data))


def emitted(operator: Any, items: list[Any]) -> tuple[list[Any], list[Any]]:
    events: list[Any] = []
    ends: list[Any] = []
    rx.from_iterable(items).pipe(operator).subscribe(
        events.append, ends.append, lambda: ends.append("completed")
    )
    return events, ends


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operator", [ops.chat_events(), ops.accumulate()], ids=["events", "sum"])
def test_a_chunk_of_another_library_is_as_good_as_ours(operator: Any, kind: str) -> None:
    expected, _ = emitted(operator, [ours(data) for data in CHUNKS])
    events, ends = emitted(operator, [KINDS[kind](data) for data in CHUNKS])
    assert ends == ["completed"]
    assert [event.to_dict() for event in events] == [event.to_dict() for event in expected]
    assert events[0].chunk.x_vendor == {"cost": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_of_chunks_that_stops_before_its_end_was_cut(kind: str) -> None:
    events, ends = emitted(ops.chat_events(), [KINDS[kind](data) for data in CHUNKS[:2]])
    assert [event.type for event in events] == ["chunk", "content.delta"] * 2
    (error,) = ends
    assert isinstance(error, StreamTruncatedError)
    assert error.completion is not None
    assert error.completion.choices[0].message.content == "Hello"


def test_an_error_among_the_chunks_is_the_servers() -> None:
    events, (error,) = emitted(ops.accumulate(), [chunk("H"), {"error": {"message": "no more"}}])
    assert len(events) == 1
    assert isinstance(error, APIError)
    assert str(error) == "no more"


def test_half_an_emoji_waits_for_the_other() -> None:
    halves = [chunk("\ud83d"), chunk("\ude00"), chunk(None, "stop")]
    for kind in (dict, openai.types.chat.ChatCompletionChunk.model_validate):
        events, ends = emitted(ops.chat_events(), [kind(half) for half in halves])
        assert ends == ["completed"]
        assert events[-2].content == "\N{GRINNING FACE}"


def test_a_subscription_has_a_state_of_its_own() -> None:
    source = rx.from_iterable(CHUNKS).pipe(ops.chat_events())
    for _ in range(2):
        seen: list[Any] = []
        source.subscribe(seen.append)
        assert seen[-2].content == "Hello"
