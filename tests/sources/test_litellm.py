"""The chunks of litellm's streams, as record_litellm.py has recorded them, are read."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from pydantic import BaseModel, ConfigDict

from streamkit import StreamTruncatedError, aread, read
from streamkit import operators as ops
from tests.sources.record_litellm import RECORDING, TOOLS, Person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

RECORDED: dict[str, list[dict[str, Any]]] = json.loads(RECORDING.read_text())


class Dumps(BaseModel):
    """An object that dumps to what it was made of, with nulls, as litellm's do."""

    model_config = ConfigDict(extra="allow")


def by_read(name: str, items: list[Any], **options: Any) -> Any:
    stream = read(iter(items), "responses" if name == "response" else "chat", **options)
    events = list(stream)
    return [event.type for event in events], stream.get_final()


def by_aread(name: str, items: list[Any], **options: Any) -> Any:
    async def source() -> AsyncIterator[Any]:
        for item in items:
            yield item

    async def main() -> Any:
        stream = aread(source(), "responses" if name == "response" else "chat", **options)
        return [event.type async for event in stream], await stream.get_final()

    return asyncio.run(main())


WAYS = {"read": by_read, "aread": by_aread}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
kinds = pytest.mark.parametrize("kind", [dict, Dumps.model_validate], ids=["dicts", "objects"])


@ways
@kinds
@pytest.mark.parametrize("name", ["text", "usage", "logprobs", "from Anthropic", "response"])
def test_a_text_is_read(name: str, kind: Any, way: Any) -> None:
    types, final = way(name, [kind(chunk) for chunk in RECORDED[name]])
    assert types.count("content.delta") > 1
    assert {"content.done", "finish"} <= {*types}
    assert final.reason == ("stop" if name == "response" else "length")
    assert final.text
    assert ("usage" in types) is (name in {"usage", "response"})
    assert ("logprobs.content.delta" in types) is (name == "logprobs")


@ways
@kinds
def test_an_answer_in_json_is_parsed(kind: Any, way: Any) -> None:
    chunks = [kind(chunk) for chunk in RECORDED["format"]]
    _, final = way("format", chunks, format=Person)
    assert type(final.parsed) is Person


@ways
@kinds
def test_a_call_of_a_tool_is_parsed(kind: Any, way: Any) -> None:
    types, final = way("tools", [kind(chunk) for chunk in RECORDED["tools"]], tools=TOOLS)
    (call,) = final.tool_calls
    assert (call.name, [*call.parsed_arguments]) == ("greet", ["name"])
    assert types.count("tool_calls.function.arguments.done") == 1
    assert final.reason == "tool_calls"


@ways
def test_a_choice_whose_end_litellm_leaves_out_was_cut(way: Any) -> None:
    with pytest.raises(StreamTruncatedError, match="1 of 2 choices finished"):
        way("two choices", RECORDED["two choices"])
    types, _ = way("two choices", RECORDED["two choices"], on_truncated="accept")
    assert types.count("content.done") == 2


@kinds
def test_an_operator_takes_the_chunks(kind: Any) -> None:
    seen: list[Any] = []
    chunks = [kind(chunk) for chunk in RECORDED["format"]]
    reactivex.from_iterable(chunks).pipe(ops.chat_events(Person)).subscribe(seen.append)
    types, final = by_read("format", chunks, format=Person)
    assert [event.type for event in seen] == types
    done = next(event for event in seen if event.type == "content.done")
    assert done.parsed == final.parsed
