"""A request can be cancelled before its answer: in a handshake and between two attempts."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import httpx_aiohttp
import pytest
from reactivex.scheduler import NewThreadScheduler

from streamkit import AsyncOpenAI, OpenAI, OpenAIError, StreamClosedError
from tests.http_server import ScriptedServer, response
from tests.leftovers import PATIENCE, nothing_left, run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
BUSY = response(503, headers=[("Retry-After", "100")])


class Mute:
    """A server that accepts a connection and sends nothing, not even a TLS handshake."""

    def __init__(self, listener: socket.socket) -> None:
        host, port = listener.getsockname()
        self.url = f"https://{host}:{port}"
        self.greeted = threading.Event()
        """Set when the client has begun its handshake."""
        self.hung_up = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(listener,))
        self._thread.start()

    def _listen(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while connection.recv(1 << 16):
                self.greeted.set()
        self.hung_up.set()

    def join(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@contextmanager
def mute() -> Generator[Mute]:
    with nothing_left(), socket.create_server(("127.0.0.1", 0)) as listener:
        server = Mute(listener)
        yield server
        assert server.hung_up.wait(PATIENCE)
        server.join()


@contextmanager
def asking(client: OpenAI, ask: Callable[[OpenAI], object]) -> Generator[None]:
    """Send a request on another thread, in which an error must report the cancellation."""
    ends: list[BaseException] = []

    def work() -> None:
        try:
            ask(client)
        except OpenAIError as error:
            ends.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert [type(end) for end in ends] == [StreamClosedError]


def _retrieve(client: OpenAI) -> object:
    return client.files.retrieve("x")


def _stream(client: OpenAI) -> object:
    return client.chat.completions.create(**ASKED, stream=True)


BLOCKING = pytest.mark.parametrize("ask", [_retrieve, _stream])


@BLOCKING
def test_closing_a_client_ends_its_handshakes(ask: Callable[[OpenAI], object]) -> None:
    with mute() as server:
        client = OpenAI(api_key="k", base_url=server.url, timeout=None)
        with asking(client, ask):
            assert server.greeted.wait(PATIENCE)
            client.close()


@pytest.mark.parametrize("library", [None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
def test_disposing_ends_a_handshake(library: Any) -> None:
    with mute() as server:
        http = library and library.Client()
        client = OpenAI(api_key="k", base_url=server.url, timeout=None, http_client=http)
        chunks = client.chat.completions.chunks(**ASKED)
        subscription = chunks.subscribe(scheduler=NewThreadScheduler())
        assert server.greeted.wait(PATIENCE)
        subscription.dispose()
        assert server.hung_up.wait(PATIENCE)
        client.close()
        if http:
            http.close()


GIVEN: dict[str, Callable[[], Any]] = {
    "own": lambda: None,
    "httpx": httpx.AsyncClient,
    "httpx2": httpx2.AsyncClient,
    "aiohttp": httpx_aiohttp.HttpxAiohttpClient,
}


async def _retrieve_async(client: AsyncOpenAI) -> object:
    return await client.files.retrieve("x")


async def _stream_async(client: AsyncOpenAI) -> object:
    return await client.chat.completions.create(**ASKED, stream=True)


AWAITING = pytest.mark.parametrize("ask", [_retrieve_async, _stream_async])


@AWAITING
def test_closing_an_async_client_ends_its_handshakes(
    ask: Callable[[AsyncOpenAI], Any],
) -> None:
    async def main(server: Mute) -> None:
        client = AsyncOpenAI(api_key="k", base_url=server.url, timeout=None)
        asked = asyncio.ensure_future(ask(client))
        assert await asyncio.to_thread(server.greeted.wait, PATIENCE)
        await client.close()
        with pytest.raises(StreamClosedError):
            await asked

    with mute() as server:
        run(main(server))


@pytest.mark.parametrize("make", GIVEN.values(), ids=GIVEN)
def test_disposing_on_a_loop_ends_a_handshake(make: Callable[[], Any]) -> None:
    async def main(server: Mute) -> None:
        http = make()
        client = AsyncOpenAI(api_key="k", base_url=server.url, timeout=None, http_client=http)
        subscription = client.chat.completions.chunks(**ASKED).subscribe()
        assert await asyncio.to_thread(server.greeted.wait, PATIENCE)
        subscription.dispose()
        assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)
        await client.close()
        if http:
            await http.aclose()

    with mute() as server:
        run(main(server))


# Between two attempts


@pytest.mark.parametrize("library", [None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
@BLOCKING
def test_closing_a_client_ends_its_waits(ask: Callable[[OpenAI], object], library: Any) -> None:
    with nothing_left(), ScriptedServer([BUSY]) as server:
        http = library and library.Client()
        client: Any = OpenAI(api_key="k", base_url=server.url, http_client=http)
        connections, waiting = client._transport._connections, threading.Event()
        waits = connections.waits

        def noted(wait: Any) -> None:
            waits(wait)
            waiting.set()

        connections.waits = noted
        with asking(client, ask):
            assert waiting.wait(PATIENCE)
            client.close()
        assert len(server.requests) == 1
        if http:
            http.close()


@AWAITING
def test_closing_an_async_client_ends_its_waits(ask: Callable[[AsyncOpenAI], Any]) -> None:
    async def main(server: ScriptedServer) -> None:
        client: Any = AsyncOpenAI(api_key="k", base_url=server.url)
        connections, waiting = client._transport._connections, asyncio.Event()
        waits = connections.waits

        def noted(wait: Any) -> None:
            waits(wait)
            waiting.set()

        connections.waits = noted
        asked = asyncio.ensure_future(ask(client))
        await waiting.wait()
        await client.close()
        with pytest.raises(StreamClosedError):
            await asked
        assert len(server.requests) == 1

    with nothing_left(), ScriptedServer([BUSY]) as server:
        run(main(server))


def test_what_is_asked_after_closing_says_so() -> None:
    with ScriptedServer([response(200, b"{}")]) as server:
        client = OpenAI(api_key="k", base_url=server.url)
        client.close()
        with pytest.raises(OpenAIError, match="has been closed"):
            client.files.retrieve("x")
        assert server.requests == []
