"""Any source as typed events, by a loop that blocks and by one that awaits."""

from __future__ import annotations

import asyncio
import io
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pydantic
import pytest

from streamkit import (
    APIError,
    LimitExceededError,
    Limits,
    ParseError,
    StreamClosedError,
    StreamTimeoutError,
    StreamTruncatedError,
    ThinkTags,
    aread,
    read,
)
from streamkit.types import ParsedChatCompletion
from tests.sources.kinds import IN_MEMORY, KINDS, Source, chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

RECORDINGS = Path(__file__).parent.parent / "recordings"
WIRE = (RECORDINGS / "json_schema.sse").read_bytes()
TWO = (RECORDINGS / "tools_n2.sse").read_bytes()
DONE = b"data: [DONE]\n\n"
SAID: dict[str, Any] = {
    "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]
}
ENDED: dict[str, Any] = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
WAYS = ["read", "aread"]


class Taken:
    """The items that a loop of either kind took from a source, and how it ended."""

    def __init__(self, way: str, source: Any, **options: Any) -> None:
        self.events: list[Any] = []
        self.error: Any = None
        self.final: Any = None
        if way == "read":
            self._read(source, options)
        else:
            asyncio.run(self._aread(source, options))

    def _read(self, source: Any, options: dict[str, Any]) -> None:
        try:
            with read(source, **options) as stream:
                self.events.extend(stream)
                self.final = stream.get_final()
        except Exception as error:  # noqa: BLE001 - to be looked at
            self.error = error

    async def _aread(self, source: Any, options: dict[str, Any]) -> None:
        try:
            async with aread(source, **options) as stream:
                async for event in stream:
                    self.events.append(event)
                self.final = await stream.get_final()
        except Exception as error:  # noqa: BLE001 - to be looked at
            self.error = error

    @property
    def plain(self) -> list[Any]:
        return [event.to_dict() for event in self.events]


def source_for(way: str, kind: str, wire: bytes) -> Any:
    made: Any = KINDS[kind](wire)
    is_listed = isinstance(made, list)
    if way == "read" or kind in IN_MEMORY or is_listed:
        return cast("object", made)
    return Source(made if hasattr(made, "__iter__") else iter(lambda: made.read(9), b""))


@pytest.mark.diagonal
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wire", [WIRE, TWO], ids=["structured", "two choices with tools"])
def test_every_kind_of_source_gives_the_same_events(way: str, kind: str, wire: bytes) -> None:
    choices = 2 if wire is TWO else 1
    expected = Taken("read", wire, choices=choices)
    assert expected.error is None
    taken = Taken(way, source_for(way, kind, wire), choices=choices)
    assert taken.error is None
    assert taken.plain == expected.plain
    assert taken.final == expected.final


@pytest.mark.parametrize("way", WAYS)
def test_the_final_answer_is_in_the_words_of_all_protocols(way: str) -> None:
    final = Taken(way, WIRE).final
    raw: Any = final.raw
    assert isinstance(final.raw, ParsedChatCompletion)
    assert final.text == raw.choices[0].message.content
    assert final.reason == "stop"


class Answer(pydantic.BaseModel):
    answer: int


def said(text: str, **more: Any) -> list[dict[str, Any]]:
    delta = {"content": text, **more}
    return [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}, ENDED]


@pytest.mark.parametrize("way", WAYS)
def test_a_format_and_tools_are_parsed(way: str) -> None:
    call = {"index": 0, "id": "c", "function": {"name": "add", "arguments": '{"a": 1}'}}
    tool = {
        "type": "function",
        "function": {"name": "add", "strict": True, "parameters": {"type": "object"}},
    }
    taken = Taken(way, said('{"answer": 42}', tool_calls=[call]), format=Answer, tools=[tool])
    assert taken.final.parsed == Answer(answer=42)
    assert taken.final.tool_calls[0].parsed_arguments == {"a": 1}


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_does_not_fit_is_an_error_after_the_last_event(way: str) -> None:
    taken = Taken(way, said('{"answer": "x"}'), format=Answer)
    assert taken.events[-1].type == "finish"
    assert isinstance(taken.error, ParseError)
    assert taken.error.completion is not None


@pytest.mark.parametrize("way", WAYS)
def test_thoughts_in_the_content_become_reasoning(way: str) -> None:
    final = Taken(way, said("<think>hm</think>yes"), think_tags=ThinkTags()).final
    assert (final.reasoning, final.text) == ("hm", "yes")


# Ends


@pytest.mark.diagonal
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_stops_before_the_answer_ends_was_cut(way: str, kind: str) -> None:
    cut_off = WIRE[: WIRE.index(b"\n\n", len(WIRE) // 2) + 2]
    taken = Taken(way, source_for(way, kind, cut_off))
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.error.completion is not None
    assert taken.error.completion.choices[0].message.content
    assert Taken(way, source_for(way, kind, cut_off), on_truncated="accept").error is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (ConnectionResetError("gone"), StreamTruncatedError),
        (httpx.RemoteProtocolError("half a chunk"), StreamTruncatedError),
        (httpx.ReadTimeout("nothing came"), StreamTimeoutError),
        (ZeroDivisionError("a bug"), ZeroDivisionError),
    ],
    ids=["a file", "the network", "a silence", "the iterator's own"],
)
def test_what_ends_a_source_comes_last(way: str, end: Exception, kind: type[Exception]) -> None:
    source = Source([SAID], end)
    taken = Taken(way, source)
    assert [event.type for event in taken.events] == ["chunk", "content.delta"]
    error: Any = taken.error
    assert type(taken.error) is kind
    assert source.closed == 1
    if kind is not ZeroDivisionError:
        assert error.completion.choices[0].message.content == "Hi"
        assert str(end) in str(error)


@pytest.mark.parametrize("way", WAYS)
def test_an_error_in_the_source_is_the_servers(way: str) -> None:
    taken = Taken(way, [SAID, {"error": {"message": "overloaded"}}])
    assert isinstance(taken.error, APIError)
    assert str(taken.error) == "overloaded"
    assert taken.error.completion is not None


@pytest.mark.parametrize("way", WAYS)
def test_limits_hold(way: str) -> None:
    taken = Taken(way, source_for(way, "cut bytes", WIRE), limits=Limits(stream_bytes=99))
    assert isinstance(taken.error, LimitExceededError)


# Closing


def test_the_source_is_closed_with_its_reader() -> None:
    source = Source([SAID, SAID, SAID])
    with read(source) as stream:
        next(stream)
    assert (source.taken, source.closed) == (1, 1)
    with pytest.raises(StreamClosedError):
        next(stream)
    stream.close()
    assert source.closed == 1


async def test_the_source_is_closed_with_its_async_reader() -> None:
    source = Source([SAID, SAID, SAID])
    async with aread(source) as stream:
        await anext(stream)
    assert (source.taken, source.closed) == (1, 1)
    with pytest.raises(StreamClosedError):
        await anext(stream)


@pytest.mark.parametrize("way", WAYS)
def test_the_end_of_the_answer_closes_the_source(way: str) -> None:
    source = Source([SAID, ENDED])
    assert Taken(way, source).error is None
    assert source.closed == 1


def test_a_generator_is_closed_too() -> None:
    left: list[str] = []

    def generated() -> Iterator[Any]:
        try:
            while True:
                yield SAID
        finally:
            left.append("closed")

    stream = read(generated())
    next(stream)
    stream.close()
    assert left == ["closed"]


async def test_closing_wakes_an_async_reader() -> None:
    waits = asyncio.Event()

    async def silent() -> Any:
        yield SAID
        waits.set()
        await asyncio.Event().wait()

    stream = aread(silent())
    reading = asyncio.create_task(stream.until_done())
    await waits.wait()
    await stream.close()
    with pytest.raises(StreamClosedError) as caught:
        await reading
    assert caught.value.completion is not None


async def test_the_cancellation_of_a_reader_is_its_own() -> None:
    waits = asyncio.Event()

    class Silent(Source):
        async def __aiter__(self) -> AsyncIterator[Any]:
            waits.set()
            await asyncio.Event().wait()
            yield

    source = Silent([])
    reading = asyncio.create_task(aread(source).until_done())
    await waits.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert source.closed == 1


# What is no source


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (3, "read() takes an iterable of .* a file, or a response .*, and not int"),
        (None, "and not NoneType"),
        (print, "and not builtin_function_or_method"),
        (Source, "and not type"),
        ([1], "read() takes a source of bytes, .* and not of int"),
        ([None], "and not of NoneType"),
    ],
    ids=repr,
)
def test_what_is_no_source_is_named(wrong: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message.replace("()", r"\(\)")):
        next(read(wrong))


async def nothing() -> Any:
    for _ in ():
        yield


def test_an_async_source_is_for_aread() -> None:
    with pytest.raises(TypeError, match=r"async_generator is for aread\(\)"):
        read(nothing())


@pytest.mark.parametrize("blocking", [iter([]), {1}, io.BytesIO()], ids=["iterator", "set", "file"])
def test_a_source_that_blocks_is_for_read(blocking: Any) -> None:
    with pytest.raises(TypeError, match=r"which blocks, is for read\(\)"):
        aread(blocking)


def test_a_family_that_is_none_is_named() -> None:
    wrong: Any = "poems"
    with pytest.raises(ValueError, match="and not 'poems'"):
        read([], wrong)


# What it costs


def test_nothing_is_read_before_it_is_asked_for() -> None:
    source = Source(chunks(WIRE))
    stream = read(source)
    assert source.taken == 0
    next(stream)
    assert source.taken == 1


def test_memory_does_not_grow_with_the_items() -> None:
    def many(count: int) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            yield {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": None}]}
        yield ENDED

    def held(count: int) -> int:
        stream = read(many(count))
        tracemalloc.start()
        stream.until_done()
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size

    held(10)
    assert held(4000) < held(400) + 20_000


def test_a_source_has_no_response() -> None:
    stream = read([SAID, ENDED])
    assert stream.request_id is None
    assert not hasattr(stream, "response")
    assert stream.snapshot.choices == []


def test_observers_see_what_the_loop_does() -> None:
    seen: list[Any] = []
    stream = read([SAID, ENDED])
    stream.subscribe(seen.append)
    assert [*stream] == seen
