"""The async client works over aiohttp, an HTTP client for very many streams at once."""

from __future__ import annotations

from contextlib import asynccontextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from httpx_aiohttp import HttpxAiohttpClient

from streamkit import APIConnectionError, AsyncOpenAI, StreamTruncatedError
from tests.http_server import Do, ScriptedServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
ANSWER = (part("Hi"), part(finish_reason="stop"), DONE)


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[AsyncOpenAI, None]:
    async with HttpxAiohttpClient() as http:
        yield AsyncOpenAI(api_key="k", base_url=url, http_client=http, max_retries=0)


async def test_a_stream_is_read_and_its_connection_used_again() -> None:
    with ScriptedServer(stream(*ANSWER)) as server:
        async with opened(server.url) as client:
            for _ in range(2):
                async with client.chat.completions.stream(**ASKED) as events:
                    completion = await events.get_final_completion()
                assert completion.choices[0].message.content == "Hi"
        assert (len(server.requests), server.connections) == (2, 1)


@pytest.mark.parametrize("end", [Do.HANG_UP, Do.RESET])
async def test_a_cut_stream_is_an_error_that_has_what_came(end: Do) -> None:
    heard = Event()  # aiohttp drops data that arrives together with the end
    with ScriptedServer(stream(part("Hi"), end=[heard, end])) as server:
        async with opened(server.url) as client:
            async with client.chat.completions.stream(**ASKED) as events:
                await anext(events)
                heard.set()
                with pytest.raises(StreamTruncatedError) as caught:
                    await events.until_done()
    assert caught.value.completion is not None
    assert caught.value.completion.choices[0].message.content == "Hi"


async def test_leaving_a_stream_closes_its_connection() -> None:
    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        async with opened(server.url) as client, client.chat.completions.stream(**ASKED) as events:
            await anext(events)
        assert server.hung_up.wait(10)


async def test_a_server_that_is_not_there_is_a_connection_error() -> None:
    with ScriptedServer() as server:
        url = server.url
    async with opened(url) as client:
        with pytest.raises(APIConnectionError):
            await client.chat.completions.create(**ASKED)
