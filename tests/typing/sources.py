"""What mypy and pyright infer from a source; both check this file, and nothing runs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_type

import openai.types.chat
from pydantic import BaseModel
from reactivex import Observable

from streamkit import Final, aread, read
from streamkit import operators as ops
from streamkit.events import CommonEvent
from streamkit.sources import AsyncSourceStream, SourceStream


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
