"""A chunk late in a stream costs as much as an early one, whatever fields it has."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from streamkit._core.pipeline import Pipeline
from tests.pipelines import chat_pipeline


def delta(make: Callable[[int], dict[str, Any]]) -> Callable[[int], dict[str, Any]]:
    return lambda at: {"choices": [{"index": 0, "delta": make(at)}]}


def choice(make: Callable[[int], dict[str, Any]]) -> Callable[[int], dict[str, Any]]:
    return lambda at: {"choices": [{"index": 0, "delta": {"content": "a"}, **make(at)}]}


def fragment(**fields: Any) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0} | fields]}


LONG = 300
"""The number of chunks between an early one and a late one."""

STREAMS: dict[str, Callable[[int], dict[str, Any]]] = {
    "a field of its own": delta(lambda at: {f"k{at}": at}),
    "a field of its own, deep inside": delta(lambda at: {"v": {"w": {"x": {f"k{at}": at}}}}),
    "a field of its own, at the top": lambda at: {"choices": [], f"k{at}": at, "usage": {}},
    "a text in a field": delta(lambda _: {"v": {"content": "ab"}}),
    "a list": delta(lambda at: {"v": [str(at)]}),
    "a list said again": delta(lambda _: {"v": ["a", {"b": 1}]}),
    "two lists in turn": delta(lambda at: {"v": [str(at % 2)]}),
    "lists of lists": delta(lambda at: {"v": [[[at]]]}),
    "a long item, then short ones": delta(lambda at: {"v": ["x" * 100_000 if at == 0 else "x"]}),
    "indices backwards": delta(lambda at: {"v": [{"index": LONG * 3 - at, "content": "x"}]}),
    "indices in any order": delta(lambda at: {"v": [{"index": at * 7919 % 4001}]}),
    "huge indices": delta(lambda at: {"v": [{"index": 10**300 + at}]}),
    "indices within an index": delta(
        lambda at: {"v": [{"index": 0, "w": [{"index": at, "content": "x"}]}]}
    ),
    "indices, then none": delta(lambda at: {"v": [{"index": at} if at % 2 else {"a": 1}]}),
    "items, then something else": delta(lambda at: {"v": [{"index": at}] if at % 2 else at}),
    "details": delta(
        lambda at: {"reasoning_details": [{"type": f"t{at}", "index": 0, "text": "x"}]}
    ),
    "annotations": delta(lambda at: {"annotations": [{"url_citation": {"url": str(at)}}]}),
    "audio": delta(lambda _: {"audio": {"data": "AA", "transcript": "x", "odd": ["x"]}}),
    "log probabilities": choice(
        lambda _: {"logprobs": {"content": [{"token": "a", "odd": 1}], "tokens": ["a"]}}
    ),
    "a message beside the delta": choice(lambda _: {"message": {"content": "a", "v": ["x"]}}),
    "messages": lambda _: {"choices": [{"index": 0, "message": {"content": "a"}}]},
    "parts": delta(lambda _: {"content": [{"type": "text", "text": "a"}, {"type": "image"}]}),
    "choices in turn": lambda at: {"choices": [{"index": at % 8, "delta": {"content": "a"}}]},
    "a call": delta(lambda at: fragment(function={"arguments": "1," if at else "["})),
    "a call, and fields": delta(
        lambda at: fragment(odd=[str(at)], function={"arguments": "[", "content": "a"})
    ),
    "an id per fragment": delta(
        lambda at: fragment(id=f"k{at}", function={"name": "f", "arguments": "1," if at else "["})
    ),
    "heads": delta(lambda at: fragment(id=f"k{at}", function={"name": "f"})),
    "an index per fragment": delta(
        lambda at: fragment(index=at, function={"arguments": "1," if at else "["})
    ),
    "half characters": delta(lambda at: {"content": "\ud83d\ude00"[at % 2]}),
    "no chunks": lambda at: {"type": "ping", "number": at},
}


def calls_of(pipeline: Pipeline[Any], chunks: list[bytes]) -> int:
    """Return the number of calls of Python and C functions that taking the chunks makes."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        for chunk in chunks:
            list(pipeline.read(chunk))
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("make", STREAMS.values(), ids=STREAMS)
def test_a_late_chunk_costs_what_an_early_one_costs(make: Callable[[int], dict[str, Any]]) -> None:
    pipeline = chat_pipeline()
    chunks = [b"data: %b\n\n" % json.dumps(make(at)).encode() for at in range(LONG + 80)]
    for chunk in chunks[:20]:
        list(pipeline.read(chunk))
    early = calls_of(pipeline, chunks[20:60])
    for chunk in chunks[60:-40]:
        list(pipeline.read(chunk))
    assert calls_of(pipeline, chunks[-40:]) <= early * 1.2 + 40
