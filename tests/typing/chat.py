"""The types that mypy and pyright infer from a call; both check this file, and nothing runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict, assert_type

import msgspec
import reactivex as rx
from pydantic import BaseModel, TypeAdapter
from reactivex import Observable
from reactivex import operators as rxops

from streamkit import AsyncOpenAI, AsyncStream, Hub, OpenAI, Stream, ThinkTags
from streamkit import operators as ops
from streamkit.events import (
    AttemptResetEvent,
    ChatCompletionEvent,
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    EventsDroppedEvent,
)
from streamkit.families.chat._async.stream import AsyncChatCompletionStream
from streamkit.families.chat._sync.stream import ChatCompletionStream
from streamkit.hub.consumer import Consumer
from streamkit.types import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion

MESSAGES = [{"role": "user", "content": "hello"}]


class Model(BaseModel):
    answer: str


@dataclass
class Data:
    answer: str


class Typed(TypedDict):
    answer: str


class Packed(msgspec.Struct):
    answer: str


def parse_infers_the_type_of_parsed(client: OpenAI) -> None:
    model = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Model)
    assert_type(model, ParsedChatCompletion[Model])
    assert_type(model.choices[0].message.parsed, Model | None)
    data = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Data)
    assert_type(data, ParsedChatCompletion[Data])
    typed = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Typed)
    assert_type(typed, ParsedChatCompletion[Typed])
    packed = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Packed)
    assert_type(packed, ParsedChatCompletion[Packed])
    numbers = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=list[int])
    assert_type(numbers, ParsedChatCompletion[list[int]])
    adapted = client.chat.completions.parse(
        model="m", messages=MESSAGES, response_format=TypeAdapter(dict[str, int])
    )
    assert_type(adapted, ParsedChatCompletion[dict[str, int]])
    plain = client.chat.completions.parse(
        model="m", messages=MESSAGES, response_format={"type": "json_object"}
    )
    assert_type(plain, ParsedChatCompletion[Any])
    assert_type(
        client.chat.completions.parse(model="m", messages=MESSAGES), ParsedChatCompletion[Any]
    )
    thought = client.chat.completions.parse(
        model="m", messages=MESSAGES, response_format=Model, think_tags=ThinkTags()
    )
    assert_type(thought, ParsedChatCompletion[Model])


def create_infers_whether_it_streams(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="m", messages=MESSAGES)
    assert_type(whole, ChatCompletion)
    chunks = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
    assert_type(chunks, Stream[ChatCompletionChunk])


def a_stream_knows_its_type(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="m", messages=MESSAGES, response_format=Model
    ) as stream:
        assert_type(stream, ChatCompletionStream[Model])
        for event in stream:
            if event.type == "content.delta":
                assert_type(event, ContentDeltaEvent)
                assert_type(event.delta, str)
            elif event.type == "content.done":
                assert_type(event, ContentDoneEvent[Model])
                assert_type(event.parsed, Model | None)
            elif event.type == "chunk":
                assert_type(event, ChunkEvent)
        assert_type(stream.get_final_completion(), ParsedChatCompletion[Model])


async def the_async_client_infers_the_same(client: AsyncOpenAI) -> None:
    parsed = await client.chat.completions.parse(
        model="m", messages=MESSAGES, response_format=Model
    )
    assert_type(parsed, ParsedChatCompletion[Model])
    whole = await client.chat.completions.create(model="m", messages=MESSAGES)
    assert_type(whole, ChatCompletion)
    chunks = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
    assert_type(chunks, AsyncStream[ChatCompletionChunk])
    async with client.chat.completions.stream(
        model="m", messages=MESSAGES, response_format=Model
    ) as stream:
        assert_type(stream, AsyncChatCompletionStream[Model])
        assert_type(await stream.get_final_completion(), ParsedChatCompletion[Model])


def an_observable_knows_its_type(client: OpenAI) -> None:
    events = client.chat.completions.observe(model="m", messages=MESSAGES, response_format=Model)
    assert_type(events, Observable[ChatCompletionEvent[Model]])
    chunks = client.chat.completions.chunks(model="m", messages=MESSAGES)
    assert_type(chunks, Observable[ChatCompletionChunk])

    piped = chunks.pipe(
        ops.accumulate(), ops.split_by_choice(), rxops.flat_map(ops.partial_parse(Model))
    )
    assert_type(piped, Observable[ContentDeltaEvent | ContentDoneEvent[Model]])
    assert_type(chunks.pipe(ops.chat_events(Model)), Observable[ChatCompletionEvent[Model]])


def pipe_keeps_types_past_the_seventh_operator() -> None:
    def double(number: int) -> int:
        return number * 2

    def shown(number: int) -> str:
        return str(number)

    many = ops.pipe(
        rxops.map(double),
        rxops.map(double),
        rxops.map(double),
        rxops.map(double),
        rxops.map(double),
        rxops.map(double),
        rxops.map(double),
        rxops.map(double),
        rxops.map(shown),
    )
    assert_type(many(rx.of(1)), Observable[str])


def a_retry_adds_its_event(client: OpenAI) -> None:
    chunks = client.chat.completions.chunks(model="m", messages=MESSAGES)
    assert_type(
        chunks.pipe(ops.retry_stream()), Observable[ChatCompletionChunk | AttemptResetEvent]
    )
    assert_type(chunks.pipe(ops.share()), Observable[ChatCompletionChunk])


def only_a_hub_that_drops_emits_what_it_dropped(
    hub: Hub[ChatCompletionChunk], on: rx.abc.SchedulerBase
) -> None:
    assert_type(hub.consumer(), Consumer[ChatCompletionChunk])
    assert_type(hub.consumer(limit=9, overflow="fail"), Consumer[ChatCompletionChunk])
    dropping = hub.consumer(overflow="drop_oldest")
    assert_type(dropping, Consumer[ChatCompletionChunk | EventsDroppedEvent])
    assert_type(hub.observe_on(on), Observable[ChatCompletionChunk])
    assert_type(
        hub.observe_on(on, overflow="drop_oldest"),
        Observable[ChatCompletionChunk | EventsDroppedEvent],
    )
