"""The types that mypy and pyright infer of responses; both check this file, and nothing runs it."""

from __future__ import annotations

from typing import Any, assert_type

from pydantic import BaseModel
from reactivex import Observable

from streamkit import AsyncOpenAI, AsyncResponseStream, AsyncStream, OpenAI, ResponseStream, Stream
from streamkit.events import CommonEvent, ContentDoneEvent
from streamkit.families.responses.events import (
    ParsedResponseStreamEvent,
    ResponseCompletedEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from streamkit.types.responses import (
    ParsedResponse,
    Response,
    ResponseErrorEvent,
    ResponseStreamEvent,
)


class Model(BaseModel):
    answer: str


def create_returns_a_response_or_a_stream(client: OpenAI) -> None:
    assert_type(client.responses.create(model="m", input="x"), Response)
    stream = client.responses.create(model="m", input="x", stream=True)
    assert_type(stream, Stream[ResponseStreamEvent])
    for event in stream:
        if event.type == "error":
            assert_type(event, ResponseErrorEvent)


def parse_infers_the_type_of_parsed(client: OpenAI) -> None:
    model = client.responses.parse(model="m", input="x", text_format=Model)
    assert_type(model, ParsedResponse[Model])
    assert_type(model.output_parsed, Model | None)
    assert_type(client.responses.parse(model="m", input="x"), ParsedResponse[Any])
    polled = client.responses.create_and_poll(model="m", input="x", text_format=Model)
    assert_type(polled, ParsedResponse[Model])


def a_stream_has_the_type_in_its_events(client: OpenAI) -> None:
    with client.responses.stream(model="m", input="x", text_format=Model) as stream:
        assert_type(stream, ResponseStream[Model])
        for event in stream:
            assert_type(event, ParsedResponseStreamEvent[Model])
            if event.type == "response.output_text.delta":
                assert_type(event, ResponseTextDeltaEvent)
                assert_type(event.snapshot, str)
            if event.type == "response.output_text.done":
                assert_type(event, ResponseTextDoneEvent[Model])
                assert_type(event.parsed, Model | None)
            if event.type == "response.completed":
                assert_type(event, ResponseCompletedEvent[Model])
                assert_type(event.response.output_parsed, Model | None)
        for common in stream.common:
            assert_type(common, CommonEvent[Model])
            if common.type == "content.done":
                assert_type(common, ContentDoneEvent[Model])
        assert_type(stream.get_final_response(), ParsedResponse[Model])
        assert_type(stream.get_final().parsed, Model | None)


def observe_has_common_events(client: OpenAI) -> None:
    events = client.responses.observe(model="m", input="x", text_format=Model)
    assert_type(events, Observable[CommonEvent[Model]])
    chunks = client.responses.chunks(model="m", input="x")
    assert_type(chunks, Observable[ResponseStreamEvent])
    assert_type(client.responses.observe_poll("resp_1"), Observable[Response])


async def the_async_client_has_the_same_types(client: AsyncOpenAI) -> None:
    assert_type(await client.responses.create(model="m", input="x"), Response)
    stream = await client.responses.retrieve("resp_1", stream=True)
    assert_type(stream, AsyncStream[ResponseStreamEvent])
    async with client.responses.stream(response_id="resp_1", text_format=Model) as existing:
        assert_type(existing, AsyncResponseStream[Model])
        assert_type(await existing.get_final_response(), ParsedResponse[Model])
