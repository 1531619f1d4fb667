"""The reported streams of ``tests/cases/wire`` give the right result on every road."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from streamkit import APIError, OpenAIError
from tests.chat_roads import STREAMED, Came, Road, streamed

FOLDER = Path(__file__).parents[2] / "cases" / "wire"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text("utf-8"))


@pytest.mark.diagonal
@pytest.mark.parametrize("size", [0, 7], ids=["at once", "in sevens"])
@pytest.mark.parametrize("road", STREAMED.values(), ids=STREAMED)
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_reported_stream_comes_out_right(case: dict[str, Any], road: Road, size: int) -> None:
    body = (FOLDER / f"{case['name']}.sse").read_bytes()
    came = road(streamed(body, size))
    alternatives = case["want"].get("either") or [case["want"]]
    misses = [list(misfits(came, want)) for want in alternatives]
    assert [] in misses, misses


def misfits(came: Came, want: dict[str, Any]) -> Any:
    """Yield the expected parts that are missing."""
    expected = want.get("error")
    if expected is None and came.error is not None:
        yield f"ended with {came.error!r}"
        return
    for name, value in want.items():
        seen = SEEN[name](came, value)
        if seen != value:
            yield f"{name}: expected {value!r}, got {seen!r}"


def error_of(came: Came, expected: Any) -> Any:
    if expected is True:
        return isinstance(came.error, OpenAIError)
    said = str(came.error)
    return expected if isinstance(came.error, APIError) and expected in said else came.error


def content_of(came: Came, _: Any) -> Any:
    return came.completion.choices[0].message.content


def reasoning_of(came: Came, _: Any) -> Any:
    return came.joined("reasoning.delta", "delta")


def text_of(came: Came, _: Any) -> Any:
    return came.joined("content.delta", "delta")


def tools_of(came: Came, expected: Any) -> Any:
    calls: list[Any] = came.completion.choices[0].message.tool_calls or []
    made = [[call.id, call.function.name, call.function.arguments] for call in calls]
    done = [
        [event.tool_call_id, event.name, event.arguments]
        for event in came.events
        if event.type == "tool_calls.function.arguments.done"
    ]
    return made if made != expected else done


def usage_of(came: Came, expected: Any) -> Any:
    usage = came.completion.usage
    return usage and {name: getattr(usage, name) for name in expected}


def dump_of(came: Came, expected: Any) -> Any:
    """Return a path and the value at it in each form of plain data."""
    path, value = expected
    completion = came.completion
    dumps = completion.to_dict(), json.loads(completion.to_json()), completion.model_dump()
    seen = [at(dump, path.split(".")) for dump in dumps]
    return [path, next((each for each in seen if each != value), value)]


def dump_not_of(came: Came, expected: Any) -> Any:
    path, value = expected
    seen = at(came.completion.to_dict(), path.split("."))
    return expected if seen != value or type(seen) is not type(value) else f"{path} is {seen!r}"


def at(value: Any, path: list[str]) -> Any:
    """Return the value at the end of a path into plain data, or None."""
    for name in path:
        if isinstance(value, list):
            value = cast("list[Any]", value)[int(name)]
        elif isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(name)
    return value


SEEN: dict[str, Callable[[Came, Any], Any]] = {
    "error": error_of,
    "content": content_of,
    "reasoning": reasoning_of,
    "text": text_of,
    "tools": tools_of,
    "usage": usage_of,
    "dump": dump_of,
    "dump_not": dump_not_of,
}
