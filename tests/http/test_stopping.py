"""Another thread or task can stop a stream in every state, without the server's help."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import AsyncOpenAI, OpenAI, StreamClosedError
from streamkit._http import client as client_module
from streamkit._http import sockets
from streamkit._http.connection import Connection
from tests.http_server import STREAM_HEAD, Do, Script, ScriptedServer
from tests.leftovers import PATIENCE, nothing_left, run
from tests.mute_server import MuteServer, full_listener
from tests.sse_bodies import part, stream

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

LONG = "x" * (1 << 24)
"""More bytes than the sockets' buffers hold."""


@dataclass
class Waiting:
    """A client that is about to wait."""

    url: str
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when the client waits."""
    noticed: threading.Event | None = None
    """Set when the server has seen the end."""
    may_end: threading.Event = field(default_factory=threading.Event)
    """Set when the client was stopped."""
    content: str = "Hi"


State = "Callable[[pytest.MonkeyPatch], AbstractContextManager[Waiting]]"


@contextmanager
def looking_up_a_name(monkeypatch: pytest.MonkeyPatch) -> Generator[Waiting]:
    waiting, real = Waiting("http://name.test/v1"), socket.getaddrinfo

    def slow(host: Any, *args: Any, **options: Any) -> Any:
        if host not in {"name.test", b"name.test"}:
            return real(host, *args, **options)
        if options.get("flags", 0) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "it is a name")
        waiting.reached.set()
        waiting.may_end.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    yield waiting


@contextmanager
def connecting(monkeypatch: pytest.MonkeyPatch) -> Generator[Waiting]:
    with full_listener() as host:
        waiting = Waiting(f"http://{host}/v1")
        real, real_on_loop = sockets.is_ready, asyncio.SelectorEventLoop.sock_connect

        def is_ready(*args: Any, **options: Any) -> bool:
            waiting.reached.set()
            return real(*args, **options)

        async def sock_connect(*args: Any) -> None:
            waiting.reached.set()
            await real_on_loop(*args)

        monkeypatch.setattr("streamkit._http.network.is_ready", is_ready)
        monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
        yield waiting


@contextmanager
def _mute(scheme: str, content: str) -> Generator[Waiting]:
    server = MuteServer()
    try:
        yield Waiting(
            f"{scheme}://{server.host}/v1", server.heard, server.hung_up, server.look, content
        )
    finally:
        server.close()


def agreeing_on_keys(_: pytest.MonkeyPatch) -> AbstractContextManager[Waiting]:
    return _mute("https", "Hi")


def writing_the_request(_: pytest.MonkeyPatch) -> AbstractContextManager[Waiting]:
    return _mute("http", LONG)


@contextmanager
def _scripted(script: Script) -> Generator[Waiting]:
    with ScriptedServer(script) as server:
        yield Waiting(server.url, server.asked, server.hung_up)


def waiting_for_headers(_: pytest.MonkeyPatch) -> AbstractContextManager[Waiting]:
    return _scripted([Do.HOLD])


def waiting_for_half_of_the_headers(_: pytest.MonkeyPatch) -> AbstractContextManager[Waiting]:
    return _scripted([STREAM_HEAD[:20], Do.HOLD])


def reading_the_body(_: pytest.MonkeyPatch) -> AbstractContextManager[Waiting]:
    return _scripted(stream(part(None), end=[Do.HOLD]))


STATES = [
    looking_up_a_name,
    connecting,
    agreeing_on_keys,
    writing_the_request,
    waiting_for_headers,
    waiting_for_half_of_the_headers,
    reading_the_body,
]


def asked(content: str) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}]}


def read(manager: Any) -> None:
    with pytest.raises(StreamClosedError), manager as events:
        events.until_done()


async def aread(manager: Any) -> None:
    with pytest.raises(StreamClosedError):
        async with manager as events:
            await events.until_done()


def saw_the_end(waiting: Waiting) -> bool:
    waiting.may_end.set()
    return waiting.noticed is None or waiting.noticed.wait(PATIENCE)


@pytest.mark.parametrize("state", STATES)
def test_another_thread_stops_a_stream(state: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with nothing_left(), state(monkeypatch) as waiting:
        with OpenAI(api_key="k", base_url=waiting.url, max_retries=0, timeout=None) as client:
            manager = client.chat.completions.stream(**asked(waiting.content))
            reader = threading.Thread(target=read, args=(manager,))
            reader.start()
            assert waiting.reached.wait(PATIENCE)
            manager.close()
            reader.join(PATIENCE)
            assert not reader.is_alive()
            assert saw_the_end(waiting)


@pytest.mark.parametrize("state", STATES)
def test_closing_the_client_stops_a_stream(state: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with nothing_left(), state(monkeypatch) as waiting:
        client = OpenAI(api_key="k", base_url=waiting.url, max_retries=0, timeout=None)
        manager = client.chat.completions.stream(**asked(waiting.content))
        reader = threading.Thread(target=read, args=(manager,))
        reader.start()
        assert waiting.reached.wait(PATIENCE)
        client.close()
        reader.join(PATIENCE)
        assert not reader.is_alive()
        assert saw_the_end(waiting)


@pytest.mark.parametrize("state", STATES)
def test_another_task_stops_a_stream(state: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(waiting: Waiting) -> None:
        url = waiting.url
        async with AsyncOpenAI(api_key="k", base_url=url, max_retries=0, timeout=None) as client:
            manager = client.chat.completions.stream(**asked(waiting.content))
            reader = asyncio.create_task(aread(manager))
            assert await asyncio.to_thread(waiting.reached.wait, PATIENCE)
            await manager.close()
            assert not (await asyncio.wait([reader], timeout=PATIENCE))[1]
            reader.result()
            assert await asyncio.to_thread(saw_the_end, waiting)

    with nothing_left(), state(monkeypatch) as waiting:
        run(main(waiting))


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("state", STATES)
def test_a_task_that_is_cancelled_stops_its_stream(
    state: Any, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main(waiting: Waiting) -> None:
        url = waiting.url
        async with AsyncOpenAI(api_key="k", base_url=url, max_retries=0, timeout=None) as client:
            reader = asyncio.create_task(
                aread(client.chat.completions.stream(**asked(waiting.content)))
            )
            assert await asyncio.to_thread(waiting.reached.wait, PATIENCE)
            for _ in range(times):
                reader.cancel()
                await asyncio.sleep(0)
            assert not (await asyncio.wait([reader], timeout=PATIENCE))[1]
            assert reader.cancelled()
            assert await asyncio.to_thread(saw_the_end, waiting)

    with nothing_left(), state(monkeypatch) as waiting:
        run(main(waiting))


# A place in the pool


def test_a_thread_that_waits_for_a_place_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_CONNECTIONS", 1)
    waits = threading.Event()
    hold = Connection.hold

    def noted(self: Any, one: Any) -> None:
        if type(one).__name__ == "_Turn":
            waits.set()
        hold(self, one)

    monkeypatch.setattr(Connection, "hold", noted)
    with nothing_left(), ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0, timeout=None) as client:
            completions = client.chat.completions
            with completions.stream(**asked("first")) as first:
                next(first)
                manager = completions.stream(**asked("second"))
                reader = threading.Thread(target=read, args=(manager,))
                reader.start()
                assert waits.wait(PATIENCE)
                manager.close()
                reader.join(PATIENCE)
                assert not reader.is_alive()
            with completions.stream(**asked("third")) as third:
                next(third)
        assert len(server.requests) == 2


@pytest.mark.parametrize("turns", range(12))
def test_a_task_that_waits_for_a_place_is_stopped(
    turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MAX_CONNECTIONS", 1)

    async def main(server: ScriptedServer) -> None:
        url = server.url
        async with AsyncOpenAI(api_key="k", base_url=url, max_retries=0, timeout=None) as client:
            completions = client.chat.completions
            async with completions.stream(**asked("first")) as first:
                await anext(first)
                waiting = asyncio.create_task(aread(completions.stream(**asked("second"))))
                for _ in range(turns):
                    await asyncio.sleep(0)
                waiting.cancel()
                await asyncio.wait([waiting])
                assert waiting.cancelled()
            async with completions.stream(**asked("third")) as third:
                await anext(third)
        assert len(server.requests) == 2

    with nothing_left(), ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        run(main(server))


# Cancellation at every moment


def test_whenever_a_task_is_cancelled_nothing_is_left_of_it() -> None:
    async def main(server: ScriptedServer) -> None:
        async with AsyncOpenAI(api_key="k", base_url=server.url, timeout=None) as client:
            for turns in range(80):
                asking = asyncio.create_task(
                    client.chat.completions.create(**asked("Hi"), stream=True)
                )
                for _ in range(turns):
                    await asyncio.sleep(0)
                asking.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asking

    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        run(main(server))
