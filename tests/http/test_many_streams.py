"""The client for very many streams: they run at once, its limit holds, and each can be stopped."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit import (
    APITimeoutError,
    AsyncAnthropic,
    AsyncOpenAI,
    StreamTimeoutError,
    StreamTruncatedError,
    Timeout,
    many_streams_client,
)
from streamkit._http._async.bodies import AsyncChunkedBody
from streamkit._http.async_closing import raw
from streamkit.server import EmbeddedServer
from streamkit.server.faults.tls import SELF_SIGNED
from tests.http.test_cancelling import SERVES_TLS
from tests.http_server import Do, Script, ScriptedServer
from tests.leftovers import PATIENCE, nothing_left, run
from tests.proxy_server import ProxyServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

STREAMS = 300
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
WHOLE = stream(part("Hi"), part(" there", "stop"), DONE)
HOLDS = stream(part("Hi"), end=[Do.HOLD])


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@asynccontextmanager
async def opened(url: str, max_streams: int = 2, **options: Any) -> AsyncGenerator[AsyncOpenAI]:
    async with many_streams_client(max_streams=max_streams) as http:
        yield AsyncOpenAI(api_key="k", base_url=url, max_retries=0, http_client=http, **options)


async def text_of(client: AsyncOpenAI) -> str | None:
    async with client.chat.completions.stream(**ASKED) as events:
        completion = await events.get_final_completion()
    return completion.choices[0].message.content


@pytest.mark.parametrize(
    "own",
    [False, pytest.param(True, marks=pytest.mark.thorough)],
    ids=["made for many", "the default one"],
)
def test_hundreds_of_streams_run_at_once(own: bool) -> None:
    gate = threading.Event()
    begun = 0

    async def read(client: AsyncOpenAI) -> str:
        nonlocal begun
        texts: list[str] = []
        async with client.chat.completions.stream(**ASKED) as events:
            async for event in events:
                if event.type == "content.delta":
                    if not texts:
                        begun += 1
                        if begun == STREAMS:
                            gate.set()  # no stream goes on before all have begun
                    texts.append(event.delta)
        return "".join(texts)

    async def main(server: ScriptedServer) -> None:
        if own:
            client = AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0)
            async with client:
                texts = await asyncio.gather(*(read(client) for _ in range(STREAMS)))
        else:
            async with opened(server.url, STREAMS) as client:
                texts = await asyncio.gather(*(read(client) for _ in range(STREAMS)))
        assert texts == ["Hi there"] * STREAMS

    first, second, last = part("Hi"), part(" there", "stop"), DONE
    whole = stream(first, second, last)
    with nothing_left(), ScriptedServer([*whole[:2], gate, *whole[2:]]) as server:
        run(main(server))
        assert server.connections == STREAMS


async def test_a_request_beyond_the_limit_waits_until_a_stream_ends() -> None:
    gate = threading.Event()
    gated = [*WHOLE[:2], gate, *WHOLE[2:]]
    with ScriptedServer(gated) as server:
        async with opened(server.url) as client:
            first = client.chat.completions.stream(**ASKED)
            async with first as one, client.chat.completions.stream(**ASKED) as two:
                third = asyncio.create_task(text_of(client))
                for _ in range(50):
                    await asyncio.sleep(0)
                assert len(server.requests) == 2
                gate.set()
                await asyncio.gather(one.until_done(), two.until_done())
                assert await third == "Hi there"


async def test_a_request_waits_no_longer_for_its_turn_than_the_pool_limit() -> None:
    with ScriptedServer(HOLDS) as server:
        timeout = Timeout(pool=0.01)
        async with opened(server.url, 1, timeout=timeout) as client:
            async with client.chat.completions.stream(**ASKED) as events:
                await anext(events)
                with pytest.raises(APITimeoutError):
                    await text_of(client)


@pytest.mark.parametrize("turns", range(0, 40, 3))
def test_a_stream_that_is_cancelled_at_any_moment_gives_its_place_back(turns: int) -> None:
    async def main(server: ScriptedServer) -> None:
        async with opened(server.url, 1) as client:
            reading = asyncio.create_task(text_of(client))
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            assert await text_of(client) == "Hi there"

    with nothing_left(), ScriptedServer(WHOLE) as server:
        run(main(server))


@pytest.mark.parametrize(
    ("script", "options", "error"),
    [
        ([*HOLDS[:-1], Do.RESET], {}, StreamTruncatedError),
        ([*HOLDS[:-1], Do.HANG_UP], {}, StreamTruncatedError),
        (HOLDS, {"timeout": Timeout(read=0.05)}, StreamTimeoutError),
    ],
    ids=["reset", "cut", "silent"],
)
def test_a_stream_that_breaks_off_ends_with_its_error_and_leaves_the_others(
    script: Script, options: dict[str, Any], error: type[Exception]
) -> None:
    async def main(server: ScriptedServer) -> None:
        async with opened(server.url, **options) as client:
            with pytest.raises(error):
                await text_of(client)
            assert await text_of(client.with_options(timeout=PATIENCE)) == "Hi there"

    with nothing_left(), ScriptedServer(script, WHOLE) as server:
        run(main(server))


async def test_a_stream_that_another_task_closes_ends_and_the_server_notices() -> None:
    with ScriptedServer(HOLDS) as server:
        async with opened(server.url) as client:
            async with client.chat.completions.stream(**ASKED) as events:
                await anext(events)
                await events.close()
                assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)


@pytest.mark.parametrize("by_proxy", [False, True], ids=["straight", "through a proxy"])
def test_encrypted_streams_come_with_certificates_and_proxies_of_the_environment(
    by_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main(server: ScriptedServer) -> None:
        async with opened(server.url, 20) as client:
            texts = await asyncio.gather(*(text_of(client) for _ in range(20)))
        assert texts == ["Hi there"] * 20

    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    with nothing_left(), ScriptedServer(WHOLE, tls=SERVES_TLS) as server, ProxyServer() as proxy:
        if by_proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        run(main(server))
        assert len(proxy.asked) == 20 * by_proxy


async def test_both_apis_share_one_client() -> None:
    with EmbeddedServer() as server:
        async with many_streams_client() as http:
            options: dict[str, Any] = {"api_key": "k", "http_client": http}
            openai = AsyncOpenAI(base_url=server.base_url, **options)
            claude = AsyncAnthropic(base_url=server.url, **options)
            assert await text_of(openai)
            async with claude.messages.stream(**ASKED, max_tokens=9) as events:
                assert (await events.get_final_message()).content
            assert isinstance(http, httpx.AsyncClient)


class _Around(httpx.AsyncByteStream):
    """What a transport or a hook of a program may put around a body."""

    def __init__(self, inner: Any) -> None:
        self._stream = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            yield piece.upper()

    async def aclose(self) -> None:
        await self._stream.aclose()


async def test_a_body_is_read_past_httpx_but_not_past_what_a_program_put_around_it() -> None:
    async def put_around(response: httpx.Response) -> None:
        response.stream = _Around(response.stream)

    with ScriptedServer(WHOLE, WHOLE) as server:
        async with many_streams_client() as http:
            async with http.stream("GET", server.url) as response:
                assert isinstance(raw(response), AsyncChunkedBody)
            http.event_hooks = {"response": [put_around]}
            async with http.stream("GET", server.url) as response:
                pieces = [piece async for piece in raw(response)]
    assert b'"HI"' in b"".join(pieces)


@pytest.mark.parametrize("max_streams", [0, -1])
def test_a_limit_that_lets_nothing_through_is_refused(max_streams: int) -> None:
    with pytest.raises(ValueError, match="max_streams must be 1 or more"):
        many_streams_client(max_streams=max_streams)
