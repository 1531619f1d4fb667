"""An event among many items or parts of a response costs what has changed, also if it is kept."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from streamkit.families.responses.call import ResponseCall
from tests.families.responses.wire import Event, body, created

MESSAGE: Event = {"type": "message", "role": "assistant", "status": "in_progress", "content": []}
CALL: Event = {"type": "function_call", "name": "greet", "arguments": ""}
REASONING: Event = {"id": "r", "type": "reasoning", "summary": []}


def added(index: int, item: dict[str, Any]) -> Event:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def items(count: int) -> Iterator[Event]:
    for index in range(count):
        yield added(index, MESSAGE | {"id": f"m{index}"})


def calls(count: int) -> Iterator[Event]:
    for index in range(count):
        yield added(index, CALL | {"id": f"f{index}", "call_id": f"c{index}"})


def summaries(count: int) -> Iterator[Event]:
    yield added(0, REASONING)
    where = {"item_id": "r", "output_index": 0}
    for index in range(count):
        part = {"summary_index": index, "part": {"type": "summary_text", "text": ""}}
        yield {"type": "response.reasoning_summary_part.added", **where, **part}


def say(number: int) -> Event:
    where = {"item_id": f"m{number}", "output_index": number, "content_index": 0}
    return {"type": "response.output_text.delta", **where, "delta": "ab"}


def argue(number: int) -> Event:
    where = {"item_id": f"f{number}", "output_index": number}
    return {"type": "response.function_call_arguments.delta", **where, "delta": "ab"}


def think(number: int) -> Event:
    where = {"item_id": "r", "output_index": 0, "summary_index": number}
    return {"type": "response.reasoning_summary_text.delta", **where, "delta": "ab"}


KINDS = {"messages": (items, say), "calls in turn": (calls, argue), "parts": (summaries, think)}


def cost(begin: Callable[[int], Iterator[Event]], one: Callable[[int], Event], count: int) -> Any:
    """Return the function calls and the bytes of kept events, for 50 events among so many."""
    pipeline: Any = (
        ResponseCall({"model": "m", "input": "Hi"}, stream=True).streamed().pipelines()()
    )
    kept = [*pipeline.read(body([created(), *begin(count), *map(one, range(20))]))]
    pieces = [body([one(number % count)]) for number in range(20, 70)]
    made = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    tracemalloc.start()
    for piece in pieces[:25]:
        kept.extend(pipeline.read(piece))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sys.setprofile(note)
    try:
        for piece in pieces[25:]:
            kept.extend(pipeline.read(piece))
    finally:
        sys.setprofile(None)
    return made, held / 25


@pytest.mark.parametrize(("begin", "one"), KINDS.values(), ids=KINDS)
def test_an_event_among_many_costs_as_much_as_among_few(begin: Any, one: Any) -> None:
    cost(begin, one, 10)  # imports and caches
    (few_calls, few_bytes), (many_calls, many_bytes) = (cost(begin, one, n) for n in (100, 1000))
    assert many_calls <= few_calls * 1.1
    assert many_bytes < few_bytes + 1500
