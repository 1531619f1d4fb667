"""An event among many calls costs what has changed, and its snapshot a little for each call."""

from __future__ import annotations

import json
import sys
import tracemalloc
from typing import Any

import pytest

from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.tools import ToolParsers
from tests.pipelines import chat_pipeline


def fragment(index: int, arguments: str, **fields: Any) -> bytes:
    call = {"index": index, "function": {"arguments": arguments}} | fields
    delta = {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}
    return b"data: %b\n\n" % json.dumps(delta).encode()


def opened(calls: int) -> Any:
    """Return the pipeline of an answer in which so many calls have begun."""
    tools = ToolParsers({"greet": json.loads})
    pipeline = chat_pipeline(ChatEvents(Reader(None, tools)))
    for index in range(calls):
        function = {"name": "greet", "arguments": '{"name": "'}
        head = fragment(index, "", id=f"call_{index}", type="function", function=function)
        list(pipeline.read(head))
    return pipeline


def held_by_events(calls: int) -> float:
    """Return the bytes that kept events take, each a fragment of the next call."""
    pipeline = opened(calls)
    body = [fragment(number % calls, "ab") for number in range(400)]
    kept: list[Any] = []
    for piece in body[:200]:
        kept.extend(pipeline.read(piece))
    tracemalloc.start()
    for piece in body[200:]:
        kept.extend(pipeline.read(piece))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / 200


def calls_of_snapshots(pipeline: Any, pieces: list[bytes]) -> int:
    """Return the number of function calls that reading the snapshot after each piece makes."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    for piece in pieces:
        chunk, *_ = pipeline.read(piece)
        sys.setprofile(count)
        try:
            assert len(chunk.snapshot.choices[0].message.tool_calls) > 1
        finally:
            sys.setprofile(None)
    return calls


def test_a_kept_event_takes_no_memory_for_calls_that_it_is_not_about() -> None:
    assert held_by_events(512) < held_by_events(32) + 1000


def test_a_snapshot_costs_as_much_early_as_late_among_the_same_calls() -> None:
    pipeline = opened(64)
    pieces = [fragment(number * 7 % 64, "ab") for number in range(2000)]
    early = calls_of_snapshots(pipeline, pieces[:50])
    for piece in pieces[50:-50]:
        list(pipeline.read(piece))
    assert calls_of_snapshots(pipeline, pieces[-50:]) <= early * 1.05


def test_each_call_adds_a_little_to_a_snapshot() -> None:
    few, many = opened(16), opened(80)
    for pipeline in (few, many):  # the texts before this piece are parsed once
        calls_of_snapshots(pipeline, [fragment(0, "ab")])
    piece = [fragment(1, "ab")]
    assert calls_of_snapshots(many, piece) - calls_of_snapshots(few, piece) <= 64 * 15


@pytest.mark.parametrize(
    "order", [range(70), range(69, -1, -1), [*range(1, 70, 2), *range(0, 70, 2)]]
)
def test_the_calls_of_a_snapshot_are_in_the_order_of_their_indices(order: Any) -> None:
    pipeline = opened(0)
    events: list[Any] = []
    for index in order:
        function = {"name": f"f{index}", "arguments": "{"}
        events.extend(pipeline.read(fragment(index, "", id=f"c{index}", function=function)))
    snapshots = [event.snapshot for event in events if event.type == "chunk"]
    named = [
        [call.function.name for call in snapshot.choices[0].message.tool_calls]
        for snapshot in snapshots
    ]
    assert named == [
        [f"f{index}" for index in sorted(order[: count + 1])] for count in range(len(order))
    ]
