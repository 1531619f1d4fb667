"""A response is closed completely, even when the task that closes it is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from streamkit import AsyncOpenAI, many_streams_client
from streamkit._http.loop_socket import AsyncSocket
from tests.http_server import ScriptedServer, response
from tests.sse_bodies import DONE, part
from tests.ways import LIBRARIES

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
JSON = b'{"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}'
EVENTS = part("a") + part("b", "stop") + DONE


async def read_all(client: AsyncOpenAI) -> None:
    chunks = await client.chat.completions.create(**ASKED, stream=True)
    await chunks.until_done()


async def close_early(client: AsyncOpenAI) -> None:
    chunks = await client.chat.completions.create(**ASKED, stream=True)
    await anext(chunks)
    await chunks.close()


async def take_whole(client: AsyncOpenAI) -> None:
    await client.chat.completions.create(**ASKED)


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES.keys())
@pytest.mark.parametrize(
    ("use", "status", "content"),
    [
        pytest.param(read_all, 200, EVENTS, id="a stream that ends"),
        pytest.param(close_early, 200, EVENTS, id="a stream that is closed"),
        pytest.param(take_whole, 200, JSON, id="a plain answer"),
        pytest.param(take_whole, 400, JSON, id="an error"),
    ],
)
async def test_whoever_is_cancelled_while_a_response_closes_sees_it_closed(
    use: Callable[[AsyncOpenAI], Awaitable[None]], status: int, content: bytes, library: Any
) -> None:
    closes, goes_on, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Slow(library.AsyncByteStream):  # type: ignore[misc]  # of either library
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield content

        async def aclose(self) -> None:
            closes.set()
            await goes_on.wait()
            closed.set()

    def answer(_: Any) -> Any:
        return library.Response(status, stream=Slow())

    transport = library.MockTransport(answer)
    async with library.AsyncClient(transport=transport) as http:
        client = AsyncOpenAI(api_key="k", base_url="http://test/v1", http_client=http)
        using = asyncio.ensure_future(use(client))
        await closes.wait()
        for _ in range(3):
            using.cancel()
            await asyncio.sleep(0)
        assert not using.done()
        goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await using
        assert closed.is_set()


@pytest.mark.parametrize("is_given", [False, True], ids=["our own client", "one for many streams"])
async def test_whoever_is_cancelled_while_a_client_closes_sees_all_its_connections_closed(
    is_given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[AsyncSocket] = []
    monkeypatch.setattr(AsyncSocket, "connection_made", noting(opened))
    with ScriptedServer([response(200, EVENTS)]) as server:
        http = many_streams_client() if is_given else None
        client = AsyncOpenAI(api_key="k", base_url=server.url, http_client=http)
        stack = AsyncExitStack()
        await stack.enter_async_context(client if http is None else http)
        await asyncio.gather(*(read_all(client) for _ in range(3)))
        closing = asyncio.ensure_future(stack.aclose())
        for _ in range(2):
            await asyncio.sleep(0)
            closing.cancel()
        await asyncio.wait([closing])
    assert len(opened) == 3
    assert all(one.get_extra_info("socket").fileno() < 0 for one in opened)


def noting(opened: list[AsyncSocket]) -> Any:
    made = AsyncSocket.connection_made

    def connection_made(self: AsyncSocket, transport: asyncio.BaseTransport) -> None:
        opened.append(self)
        made(self, transport)

    return connection_made
