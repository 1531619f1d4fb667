"""Responses of other HTTP libraries as sources."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import httpx2
import openai
import pytest
import requests

from streamkit import StreamClosedError, StreamTruncatedError, aread, read
from tests.http_server import Do, ScriptedServer, chunk, head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

FIRST = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n'
REST = b'data: {"choices": [{"index": 0, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
CHUNKED = head(200, [("Transfer-Encoding", "chunked"), ("Content-Type", "text/event-stream")])
UNTIL_CLOSED = head(200, [("Content-Type", "text/event-stream")])
MESSAGES: list[Any] = [{"role": "user", "content": "hi"}]


OPENED: list[Any] = []
"""The clients of other libraries, which live as long as a test."""


@pytest.fixture(autouse=True)
async def _closed() -> AsyncIterator[None]:
    yield
    while OPENED:
        client = OPENED.pop()
        closing = client.aclose() if hasattr(client, "aclose") else client.close()
        if closing is not None:
            await closing


def opened(client: Any) -> Any:
    OPENED.append(client)
    return client


def by_httpx(url: str) -> Any:
    client = opened(httpx.Client())
    return client.send(client.build_request("GET", url), stream=True)


def by_httpx2(url: str) -> Any:
    client = opened(httpx2.Client())
    return client.send(client.build_request("GET", url), stream=True)


def by_requests(url: str) -> Any:
    return requests.get(url, stream=True, timeout=60)


def by_openai(url: str) -> Any:
    client = opened(openai.OpenAI(base_url=url, api_key="k"))
    return client.chat.completions.create(model="m", messages=MESSAGES, stream=True)


SYNC: dict[str, Callable[[str], Any]] = {
    "httpx": by_httpx,
    "httpx2": by_httpx2,
    "requests": by_requests,
    "the body of requests": lambda url: by_requests(url).raw,
    "openai": by_openai,
}


@pytest.fixture
def goes_on() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("by", SYNC)
@pytest.mark.parametrize("framing", ["chunked", "until closed"])
def test_an_event_is_there_when_its_bytes_are(
    by: str, framing: str, goes_on: threading.Event
) -> None:
    is_chunked = framing == "chunked"
    script: list[Any] = (
        [CHUNKED + chunk(FIRST), goes_on, chunk(REST) + chunk(b"")]
        if is_chunked
        else [UNTIL_CLOSED + FIRST, goes_on, REST, Do.HANG_UP]
    )
    with ScriptedServer(script) as server:
        with read(SYNC[by](server.url)) as stream:
            assert next(stream).type == "chunk"
            goes_on.set()
            assert stream.get_final().text == "Hi"


@pytest.mark.parametrize("by", SYNC)
def test_a_connection_that_breaks_is_a_cut_answer(by: str) -> None:
    with ScriptedServer([CHUNKED + chunk(FIRST), Do.HANG_UP]) as server:
        with read(SYNC[by](server.url)) as stream:
            with pytest.raises(StreamTruncatedError) as caught:
                stream.until_done()
    assert caught.value.completion is not None
    assert caught.value.completion.choices[0].message.content == "Hi"


@pytest.mark.parametrize("by", SYNC)
def test_closing_the_stream_hangs_up(by: str) -> None:
    with ScriptedServer([CHUNKED + chunk(FIRST), Do.HOLD]) as server:
        response = SYNC[by](server.url)
        stream = read(response)
        next(stream)
        stream.close()
        assert server.hung_up.wait(30)


@pytest.mark.parametrize("by", ["httpx", "httpx2"])
def test_a_reader_of_httpx_is_woken_from_another_thread(by: str) -> None:
    with ScriptedServer([CHUNKED + chunk(FIRST), Do.HOLD]) as server:
        stream = read(SYNC[by](server.url))
        next(stream)
        next(stream)
        closing = threading.Thread(target=stream.close)
        closing.start()
        with pytest.raises(StreamClosedError):
            stream.until_done()
        closing.join()


async def by_async_httpx(url: str) -> Any:
    client = opened(httpx.AsyncClient())
    return await client.send(client.build_request("GET", url), stream=True)


async def by_aiohttp(url: str) -> Any:
    session = opened(aiohttp.ClientSession())
    return opened(await session.get(url))


async def by_aiohttp_body(url: str) -> Any:
    return (await by_aiohttp(url)).content


async def by_async_openai(url: str) -> Any:
    client = opened(openai.AsyncOpenAI(base_url=url, api_key="k"))
    return await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)


async def by_asyncio(url: str) -> Any:
    host, port = url.removeprefix("http://").removesuffix("/v1").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    OPENED.append(writer)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    return reader


ASYNC: dict[str, Callable[[str], Any]] = {
    "httpx": by_async_httpx,
    "aiohttp": by_aiohttp,
    "the body of aiohttp": by_aiohttp_body,
    "openai": by_async_openai,
    "asyncio": by_asyncio,
}


@pytest.mark.parametrize("by", ASYNC)
async def test_an_async_event_is_there_when_its_bytes_are(
    by: str, goes_on: threading.Event
) -> None:
    with ScriptedServer([UNTIL_CLOSED + FIRST, goes_on, REST, Do.HANG_UP]) as server:
        async with aread(await ASYNC[by](server.url)) as stream:
            assert (await anext(stream)).type == "chunk"
            goes_on.set()
            assert (await stream.get_final()).text == "Hi"


@pytest.mark.parametrize("by", ["httpx", "aiohttp", "openai"])
async def test_an_async_connection_that_breaks_is_a_cut_answer(by: str) -> None:
    with ScriptedServer([CHUNKED + chunk(FIRST), Do.HANG_UP]) as server:
        async with aread(await ASYNC[by](server.url)) as stream:
            with pytest.raises(StreamTruncatedError) as caught:
                await stream.until_done()
    assert caught.value.completion is not None


@pytest.mark.parametrize("by", ["httpx", "aiohttp", "the body of aiohttp", "openai"])
async def test_an_async_reader_is_woken_by_closing(by: str) -> None:
    with ScriptedServer([CHUNKED + chunk(FIRST), Do.HOLD]) as server:
        stream = aread(await ASYNC[by](server.url))
        await anext(stream)
        await anext(stream)
        reading = asyncio.create_task(stream.until_done())
        await asyncio.sleep(0)
        await stream.close()
        with pytest.raises(StreamClosedError):
            await reading


def test_a_streaming_response_of_openai_is_read() -> None:
    with ScriptedServer([UNTIL_CLOSED + FIRST + REST, Do.HANG_UP]) as server:
        client = opened(openai.OpenAI(base_url=server.url, api_key="k"))
        with client.chat.completions.with_streaming_response.create(
            model="m", messages=MESSAGES, stream=True
        ) as response:
            assert read(response).get_final().text == "Hi"


async def test_a_streaming_response_of_async_openai_is_read() -> None:
    with ScriptedServer([UNTIL_CLOSED + FIRST + REST, Do.HANG_UP]) as server:
        client = opened(openai.AsyncOpenAI(base_url=server.url, api_key="k"))
        async with client.chat.completions.with_streaming_response.create(
            model="m", messages=MESSAGES, stream=True
        ) as response:
            assert (await aread(response).get_final()).text == "Hi"
