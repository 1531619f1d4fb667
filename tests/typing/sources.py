"""The types that mypy and pyright infer from a source; both check this, and nothing runs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_type

import anthropic
import openai
import openai.types.chat
from pydantic import BaseModel
from reactivex import Observable

from streamkit import Final, aread, from_anthropic, from_openai, read
from streamkit import operators as ops
from streamkit.events import CommonEvent
from streamkit.sources import AsyncSourceStream, SourceStream
from streamkit.types import ChatCompletion, ParsedChatCompletion


class Model(BaseModel):
    answer: str


def a_format_is_the_type_of_parsed(source: Iterable[bytes]) -> None:
    plain = read(source)
    assert_type(plain, SourceStream[Any])
    typed = read(source, format=Model)
    assert_type(typed, SourceStream[Model])
    assert_type(typed.get_final().parsed, Model | None)
    listed = read(source, "chat", format=list[int])
    assert_type(listed, SourceStream[list[int]])
    for event in typed:
        if event.type == "content.done":
            assert_type(event.parsed, Model | None)


async def an_async_source_is_read(source: object) -> None:
    stream = aread(source, format=Model)
    assert_type(stream, AsyncSourceStream[Model])
    assert_type(await stream.get_final(), Final[Model])
    async for event in stream:
        assert_type(event, CommonEvent[Model])


def chunks_of_others_are_taken(
    dicts: Observable[dict[str, Any]],
    chunks: Observable[openai.types.chat.ChatCompletionChunk],
) -> None:
    dicts.pipe(ops.chat_events())
    chunks.pipe(ops.accumulate())


def a_client_that_blocks_is_wrapped(client: openai.OpenAI, azure: openai.AzureOpenAI) -> None:
    over = from_openai(client)
    completion = over.chat.completions.parse(model="m", messages=[], response_format=Model)
    assert_type(completion, ParsedChatCompletion[Model])
    response = from_openai(azure).responses.parse(model="m", input="hi", text_format=Model)
    assert_type(response.output_parsed, Model | None)
    assert_type(over.embeddings, Any)


async def an_async_client_is_wrapped(client: openai.AsyncOpenAI) -> None:
    completion = await from_openai(client).chat.completions.create(model="m", messages=[])
    assert_type(completion, ChatCompletion)


def a_client_of_anthropic_is_wrapped(client: anthropic.Anthropic) -> None:
    message = from_anthropic(client).messages.parse(
        model="m", max_tokens=9, messages=[], output_format=Model
    )
    assert_type(message.parsed_output, Model | None)
