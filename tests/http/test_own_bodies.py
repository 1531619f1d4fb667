"""The bodies that our own clients read from their sockets, past httpcore's layers."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import httpcore
import pytest

from streamkit import AsyncOpenAI, Timeout, errors
from streamkit._http.loop_socket import READ_AHEAD, AsyncSocket
from streamkit._http.request import Request
from tests.exchange import KINDS, Api, ApiType
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Do, Script, ScriptedServer, chunk, head
from tests.leftovers import PATIENCE
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

STREAM = Request(method="POST", path="/x", json={}, stream=True)
EARLY = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nx: y\r\n\r\n"


@pytest.fixture(params=[*KINDS.values()], ids=[*KINDS])
def own(request: pytest.FixtureRequest) -> Generator[Callable[[str], Api]]:
    kind: ApiType = request.param
    made: list[Api] = []

    def make(url: str) -> Api:
        made.append(kind(None, url, max_retries=0))
        return made[-1]

    yield make
    for api in made:
        api.close()


def test_the_end_of_a_body_is_read_without_another_thread(
    own: Callable[[str], Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = threading.Event()
    with ScriptedServer([STREAM_HEAD + chunk(b"a"), late, LAST_CHUNK]) as server:
        api = own(server.url)
        for _ in range(3):
            late.clear()
            body = api.open(STREAM)
            assert api.next(body) == b"a"
            with monkeypatch.context() as patched:
                patched.setattr(threading.Thread, "start", None)
                late.set()
                api.drain(body, seconds=PATIENCE)
        assert server.connections == 1


def test_an_end_of_a_body_that_does_not_come_is_not_waited_for(own: Callable[[str], Api]) -> None:
    with ScriptedServer([STREAM_HEAD + chunk(b"a"), Do.HOLD]) as server:
        api = own(server.url)
        body = api.open(STREAM)
        assert api.next(body) == b"a"
        api.drain(body, seconds=0.01)
        assert server.hung_up.wait(PATIENCE)


def test_the_head_of_a_request_and_its_body_are_one_write(
    own: Callable[[str], Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []

    def send(sock: socket.socket, data: Any) -> int:
        written.append(bytes(data))
        return _send(sock, data)

    _send = socket.socket.send
    monkeypatch.setattr(socket.socket, "send", send)
    asking = Request(method="POST", path="/x", json={"a": "b"}, stream=True)
    with ScriptedServer([STREAM_HEAD + chunk(b"a") + LAST_CHUNK]) as server:
        api = own(server.url)
        for _ in range(2):
            api.rest(api.open(asking))
    requests = [data for data in written if data.startswith(b"POST /") or b"{" in data]
    assert [data.endswith(b'\r\n\r\n{"a":"b"}') for data in requests] == [True, True]


@pytest.mark.parametrize(
    "script",
    [
        [STREAM_HEAD + chunk(b"a") + chunk(b"b") + LAST_CHUNK],
        [EARLY + STREAM_HEAD + chunk(b"ab") + LAST_CHUNK],
        [STREAM_HEAD + chunk(b"ab") + b"0\r\nx: y\r\n\r\n"],
        [head(headers=[("Content-Length", "2")]) + b"ab"],
    ],
    ids=["in chunks", "after heads that inform", "with a trailer", "with a length"],
)
def test_a_body_that_was_read_to_its_end_leaves_its_connection_to_the_next(
    own: Callable[[str], Api], script: Script
) -> None:
    with ScriptedServer(script) as server:
        api = own(server.url)
        for _ in range(3):
            assert api.rest(api.open(STREAM)) == b"ab"
        assert server.connections == 1


def test_bytes_after_a_body_are_not_taken_for_the_next_response(
    own: Callable[[str], Api],
) -> None:
    forged = STREAM_HEAD + chunk(b"forged") + LAST_CHUNK
    true = STREAM_HEAD + chunk(b"true") + LAST_CHUNK
    with ScriptedServer([true + forged], [true]) as server:
        api = own(server.url)
        for _ in range(2):
            assert api.rest(api.open(STREAM)) == b"true"
        assert server.connections == 2


def test_what_came_before_garbage_in_the_same_read_is_not_lost(own: Callable[[str], Api]) -> None:
    with ScriptedServer([STREAM_HEAD + chunk(b"kept") + b"garbage\r\n", Do.HOLD]) as server:
        api = own(server.url)
        body = api.open(STREAM)
        assert api.next(body) == b"kept"
        with pytest.raises(errors.StreamTruncatedError, match="no chunk"):
            api.next(body)
        assert server.hung_up.wait(PATIENCE)


def test_a_body_without_chunks_or_length_ends_with_its_connection(
    own: Callable[[str], Api],
) -> None:
    with ScriptedServer([head(headers=[("X", "y")]) + b"all of it", Do.HANG_UP]) as server:
        api = own(server.url)
        assert api.rest(api.open(STREAM)) == b"all of it"


async def test_a_reader_that_falls_behind_slows_the_server_and_gets_all_bytes() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        loop = asyncio.get_running_loop()
        sock: Any = (await loop.create_connection(AsyncSocket, sock=ours))[1]
        size = 64 * READ_AHEAD
        writer = threading.Thread(target=theirs.sendall, args=(bytes(size),))
        writer.start()
        while not sock._is_paused:  # noqa: ASYNC110 - the loop is paused without any event
            await asyncio.sleep(0)
        held = sock._size
        assert writer.is_alive()
        received = 0
        while received < size:
            received += len(await sock.read(PATIENCE))
        assert held < size // 4
        writer.join(PATIENCE)
        await sock.close()


async def test_one_timer_serves_all_reads_and_ends_the_one_that_waits_too_long() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        loop = asyncio.get_running_loop()
        sock: Any = (await loop.create_connection(AsyncSocket, sock=ours))[1]
        timers = set[int]()
        for _ in range(5):
            theirs.sendall(b"x")
            assert await sock.read(PATIENCE) == b"x"
            timers.add(id(sock._timer))
        assert len(timers - {id(None)}) <= 1
        with pytest.raises(httpcore.ReadTimeout):
            await sock.read(0.0)
        theirs.sendall(b"y")
        assert await sock.read(None) == b"y"
        await sock.close()


async def test_one_timer_serves_all_reads_of_a_stream_with_limits() -> None:
    script = stream(part("a"), part("b"), part("c", "stop"), DONE)
    with ScriptedServer(script) as server:
        async with AsyncOpenAI(
            api_key="k", base_url=server.url, timeout=Timeout(between_content=PATIENCE)
        ) as client:
            asked: Any = {"model": "m", "messages": []}
            async with client.chat.completions.stream(**asked) as opened:
                events: Any = opened
                body = events._body
                timers = [body._timer async for _ in events]
    assert len({*map(id, timers)}) == 2  # none before the first content, and then always the same
    assert body._timer is None
    assert timers[-1].cancelled()
