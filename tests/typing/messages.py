"""The types that callers of the Messages API see, which mypy and pyright check."""

from __future__ import annotations

from typing import Any, assert_type

from pydantic import BaseModel
from reactivex import Observable

from streamkit import Anthropic, AsyncAnthropic, AsyncMessageStream, MessageStream, Stream
from streamkit.events import CommonEvent
from streamkit.types.messages import (
    Message,
    MessageBatch,
    MessageBatchIndividualResponse,
    MessageTokensCount,
    ParsedMessage,
    RawMessageStreamEvent,
)


class City(BaseModel):
    name: str


def blocking(client: Anthropic) -> None:
    messages = client.messages
    assert_type(messages.create(model="m", max_tokens=1, messages=[]), Message)
    assert_type(
        messages.create(model="m", max_tokens=1, messages=[], stream=True),
        Stream[RawMessageStreamEvent],
    )
    assert_type(
        messages.parse(model="m", max_tokens=1, messages=[], output_format=City),
        ParsedMessage[City],
    )
    assert_type(
        messages.parse(model="m", max_tokens=1, messages=[], output_format=City).parsed_output,
        City | None,
    )
    assert_type(
        messages.parse(model="m", max_tokens=1, messages=[], output_format=list[int]),
        ParsedMessage[list[int]],
    )
    assert_type(messages.parse(model="m", max_tokens=1, messages=[]), ParsedMessage[Any])
    assert_type(messages.count_tokens(model="m", messages=[]), MessageTokensCount)
    assert_type(
        messages.observe(model="m", max_tokens=1, messages=[], output_format=City),
        Observable[CommonEvent[City]],
    )
    assert_type(
        messages.chunks(model="m", max_tokens=1, messages=[]), Observable[RawMessageStreamEvent]
    )
    with messages.stream(model="m", max_tokens=1, messages=[], output_format=City) as stream:
        assert_type(stream, MessageStream[City])
        assert_type(stream.get_final_message(), ParsedMessage[City])
        assert_type(stream.get_final_text(), str)
        assert_type(stream.get_final().parsed, City | None)
        for event in stream:
            if event.type == "text":
                assert_type(event.snapshot, str)
            elif event.type == "content_block_stop" and event.content_block.type == "text":
                assert_type(event.content_block.parsed_output, City | None)
            elif event.type == "message_stop":
                assert_type(event.message, ParsedMessage[City])
    batch = messages.batches.create(requests=[])
    assert_type(batch, MessageBatch)
    assert_type(messages.batches.results(batch.id), Stream[MessageBatchIndividualResponse])


async def on_a_loop(client: AsyncAnthropic) -> None:
    messages = client.messages
    assert_type(await messages.create(model="m", max_tokens=1, messages=[]), Message)
    assert_type(
        await messages.parse(model="m", max_tokens=1, messages=[], output_format=City),
        ParsedMessage[City],
    )
    async with messages.stream(model="m", max_tokens=1, messages=[], output_format=City) as stream:
        assert_type(stream, AsyncMessageStream[City])
        assert_type(await stream.get_final_message(), ParsedMessage[City])
        async for piece in stream.text_stream:
            assert_type(piece, str)
