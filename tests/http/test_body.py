from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import httpx2
import pytest

from streamkit import errors
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.async_body import AsyncBody
from streamkit._http.body import SyncBody
from streamkit._http.config import ClientConfig
from streamkit._http.request import Request
from tests.exchange import KEY, AsyncApi, Connect, SyncApi
from tests.http_server import (
    LAST_CHUNK,
    STREAM_HEAD,
    Do,
    Script,
    ScriptedServer,
    chunk,
    head,
)

pytestmark = pytest.mark.diagonal

STREAM = Request(method="POST", path="/chat/completions", json={}, stream=True)
DONE = chunk(b"data: [DONE]\n\n")


# Reading


def test_the_bytes_come_as_they_are_sent(connect: Connect) -> None:
    read = threading.Event()
    script: Script = [STREAM_HEAD, chunk(b"first"), read, chunk(b"second"), LAST_CHUNK]
    with ScriptedServer(script) as server:
        api = connect(server.url)
        body = api.open(STREAM)
        assert api.next(body) == b"first"
        read.set()
        assert api.rest(body) == b"second"
        assert api.rest(body) == b""
        assert body.response.status_code == 200
        assert body.response.headers["content-type"] == "text/event-stream"


def test_a_compressed_stream_is_unpacked(connect: Connect) -> None:
    packed = gzip.compress(b"data: 1\n\ndata: 2\n\n")
    encoding = head(200, [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")])
    with ScriptedServer([encoding, *(chunk(bytes([b])) for b in packed), LAST_CHUNK]) as server:
        api = connect(server.url)
        assert api.rest(api.open(STREAM)) == b"data: 1\n\ndata: 2\n\n"


# The end


@pytest.mark.parametrize(
    "script",
    [
        [STREAM_HEAD, chunk(b"first"), Do.HANG_UP],
        [STREAM_HEAD, chunk(b"first"), b"5\r\nhal", Do.HANG_UP],
        [head(200, [("Content-Length", "100")]), b"first", Do.HANG_UP],
        [STREAM_HEAD, chunk(b"first"), b"no chunk\r\n", Do.HOLD],
    ],
    ids=["no last chunk", "half a chunk", "too few bytes", "no chunk at all"],
)
def test_a_body_that_breaks_off_is_reported_as_such_and_stays_so(
    connect: Connect, script: Script
) -> None:
    with ScriptedServer(script) as server:
        api = connect(server.url)
        body = api.open(STREAM)
        assert api.next(body) == b"first"
        with pytest.raises(errors.StreamTruncatedError, match=server.host) as caught:
            api.rest(body)
        assert "RemoteProtocolError" in str(caught.value)
        assert caught.value.__cause__ is None
        with pytest.raises(errors.StreamTruncatedError):
            api.next(body)
        assert body.response.is_closed
        api.close_body(body)
        with pytest.raises(errors.StreamTruncatedError):
            api.next(body)


def test_a_connection_that_is_reset_breaks_the_body_off(connect: Connect) -> None:
    read = threading.Event()
    with ScriptedServer([STREAM_HEAD, chunk(b"first"), read, Do.RESET]) as server:
        api = connect(server.url)
        body = api.open(STREAM)
        assert api.next(body) == b"first"
        read.set()
        with pytest.raises(errors.StreamTruncatedError) as caught:
            api.next(body)
    assert "ReadError" in str(caught.value)


def test_a_server_that_falls_silent_times_out(connect: Connect) -> None:
    with ScriptedServer([STREAM_HEAD, chunk(b"first"), Do.HOLD]) as server:
        api = connect(server.url, timeout=httpx.Timeout(10, read=0.25))
        body = api.open(STREAM)
        with pytest.raises(errors.APITimeoutError, match="silent") as caught:
            api.rest(body)
        assert server.hung_up.wait(10)
    assert "ReadTimeout" in str(caught.value)


def test_garbled_compression_is_no_stream(connect: Connect) -> None:
    garbled = head(200, [("Content-Encoding", "gzip"), ("Content-Length", "14")])
    with ScriptedServer([garbled, b"no gzip at all"]) as server:
        api = connect(server.url)
        with pytest.raises(errors.StreamDecodeError, match="garbled"):
            api.rest(api.open(STREAM))


# Reusing the connection


@pytest.mark.parametrize("together", [True, False], ids=["with [DONE]", "after [DONE]"])
def test_five_drained_streams_take_one_connection(connect: Connect, together: bool) -> None:
    read = [threading.Event() for _ in range(5)]
    scripts: list[Script] = (
        [[STREAM_HEAD + DONE + LAST_CHUNK]] * 5
        if together
        else [[STREAM_HEAD, DONE, event, chunk(b": bye\n\n"), LAST_CHUNK] for event in read]
    )
    with ScriptedServer(*scripts) as server:
        api = connect(server.url)
        for event in read:
            body = api.open(STREAM)
            assert api.next(body) == b"data: [DONE]\n\n"
            event.set()
            api.drain(body, seconds=10)
            assert api.rest(body) == b""
        assert (len(server.requests), server.connections) == (5, 1)


def test_a_stream_that_is_closed_early_gives_its_connection_up(connect: Connect) -> None:
    with ScriptedServer([STREAM_HEAD, chunk(b"first"), Do.HOLD]) as server:
        api = connect(server.url)
        for _ in range(2):
            api.close_body(api.open(STREAM))
        assert server.connections == 2


def test_draining_gives_up_after_a_while(connect: Connect) -> None:
    with ScriptedServer([STREAM_HEAD, DONE, Do.HOLD]) as server:
        api = connect(server.url)
        body = api.open(STREAM)
        api.next(body)
        api.drain(body, seconds=0.01)
        assert server.hung_up.wait(10)
        assert api.rest(body) == b""


@pytest.mark.parametrize(
    ("pieces", "is_kept"),
    [([b"x" * 21], False), ([b"x"] * 21, False), ([b"x" * 20], True), ([b"x"] * 20, True)],
    ids=["too much at once", "too much in pieces", "little at once", "little in pieces"],
)
def test_draining_reads_so_many_bytes_however_they_come(
    connect: Connect, pieces: list[bytes], is_kept: bool
) -> None:
    script = [STREAM_HEAD, DONE, *map(chunk, pieces), LAST_CHUNK]
    with ScriptedServer(script) as server:
        api = connect(server.url)
        for _ in range(2):
            body = api.open(STREAM)
            assert api.next(body).startswith(b"data: [DONE]")
            api.drain(body, limit=20, seconds=10)
        assert server.connections == (1 if is_kept else 2)


def test_draining_minds_no_failure(connect: Connect) -> None:
    with ScriptedServer([STREAM_HEAD, DONE, Do.HANG_UP]) as server:
        api = connect(server.url)
        body = api.open(STREAM)
        api.next(body)
        api.drain(body, seconds=10)
        assert api.rest(body) == b""


def test_draining_does_not_hide_how_a_body_ended(connect: Connect) -> None:
    with ScriptedServer([STREAM_HEAD, Do.HANG_UP]) as server:
        api = connect(server.url)
        body = api.open(STREAM)
        for _ in range(2):
            with pytest.raises(errors.StreamTruncatedError):
                api.rest(body)
            api.drain(body)


# Closing


def test_a_closed_body_says_so_and_hangs_up(connect: Connect) -> None:
    with ScriptedServer([STREAM_HEAD, chunk(b"first"), Do.HOLD]) as server:
        api = connect(server.url)
        body = api.open(STREAM)
        assert api.next(body) == b"first"
        for _ in range(2):
            api.close_body(body)
            with pytest.raises(errors.StreamClosedError):
                api.next(body)
        assert server.hung_up.wait(10)


def test_closing_a_body_that_was_read_changes_nothing(connect: Connect) -> None:
    with ScriptedServer([STREAM_HEAD, chunk(b"all"), LAST_CHUNK]) as server:
        api = connect(server.url)
        for _ in range(2):
            body = api.open(STREAM)
            assert api.rest(body) == b"all"
            api.close_body(body)
            assert api.rest(body) == b""
        assert server.connections == 1


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_closing_from_another_thread_wakes_the_reader(library: Any) -> None:
    caught: list[BaseException] = []

    def read() -> None:
        try:
            api.rest(body)
        except errors.StreamClosedError as error:
            caught.append(error)

    with ScriptedServer([STREAM_HEAD, Do.HOLD]) as server:
        api = SyncApi(library, server.url, timeout=None)
        body = api.open(STREAM)
        reader = threading.Thread(target=read)
        reader.start()
        _until_blocked(body)
        body.close()
        reader.join(10)
        assert server.hung_up.wait(10)
        assert body.response.is_closed
        api.close()
    assert [error.__cause__ for error in caught] == [None]


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_closing_while_the_reader_is_at_work_closes_the_response(library: Any) -> None:
    def chunks() -> Iterator[bytes]:
        body.close()
        yield b"late"

    body = SyncBody(_mocked(library, chunks()))
    with pytest.raises(errors.StreamClosedError):
        next(body)
    assert body.response.is_closed


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_late_close_leaves_the_connection_s_next_user_alone(library: Any) -> None:
    with ScriptedServer([STREAM_HEAD, chunk(b"all"), LAST_CHUNK]) as server:
        api = SyncApi(library, server.url)
        first = api.open(STREAM)
        assert api.rest(first) == b"all"
        second = api.open(STREAM)
        first._connection.cut()
        assert api.rest(second) == b"all"
        assert server.connections == 1
        api.close()


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_closing_from_another_task_wakes_the_reader(library: Any) -> None:
    async def close_while_reading(body: AsyncBody) -> None:
        reader = asyncio.create_task(body.__anext__())
        await asyncio.sleep(0)
        await body.aclose()
        with pytest.raises(errors.StreamClosedError) as caught:
            await reader
        assert caught.value.__cause__ is None
        assert body.response.is_closed

    with ScriptedServer([STREAM_HEAD, Do.HOLD]) as server:
        api = AsyncApi(library, server.url, timeout=None)
        api.runner.run(close_while_reading(api.open(STREAM)))
        assert server.hung_up.wait(10)
        api.close()


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_cancelling_the_reader_closes_the_body(library: Any) -> None:
    async def cancel_while_reading(body: AsyncBody) -> None:
        reader = asyncio.create_task(body.__anext__())
        await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert body.response.is_closed
        with pytest.raises(errors.StreamClosedError):
            await anext(body)

    with ScriptedServer([STREAM_HEAD, Do.HOLD]) as server:
        api = AsyncApi(library, server.url, timeout=None)
        api.runner.run(cancel_while_reading(api.open(STREAM)))
        assert server.hung_up.wait(10)
        api.close()


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_an_interrupted_reader_closes_the_body(library: Any) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first"
        raise KeyboardInterrupt

    body = SyncBody(_mocked(library, chunks()))
    assert next(body) == b"first"
    with pytest.raises(KeyboardInterrupt):
        next(body)
    assert body.response.is_closed
    with pytest.raises(errors.StreamClosedError):
        next(body)


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_an_error_that_is_not_the_library_s_is_a_broken_body_too(library: Any) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first"
        raise LookupError

    body = SyncBody(_mocked(library, chunks()))
    assert next(body) == b"first"
    for _ in range(2):
        with pytest.raises(errors.StreamTruncatedError, match="LookupError"):
            next(body)


# Without sockets


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_body_without_a_socket_is_read_drained_and_closed(library: Any) -> None:
    body = SyncBody(_mocked(library, iter([b"first", b"second"])))
    assert next(body) == b"first"
    body.drain()
    assert list(body) == []
    assert body.response.is_closed
    assert b"".join(SyncBody(_mocked(library, b"whole"))) == b"whole"


@pytest.mark.parametrize("library", [httpx, httpx2])
async def test_an_async_body_without_a_socket_is_read_drained_and_closed(library: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"first"
        yield b"second"

    request = library.Request("GET", "http://host/")
    body = AsyncBody(library.Response(200, content=chunks(), request=request))
    assert await anext(body) == b"first"
    await body.drain()
    assert [chunk async for chunk in body] == []
    assert body.response.is_closed


def _mocked(library: Any, content: Any) -> Any:
    def answer(_: Any) -> Any:
        return library.Response(200, content=content)

    with library.Client(transport=library.MockTransport(answer)) as client:
        transport = SyncTransport(ClientConfig(api_key=KEY), client)
        return transport.attempt(STREAM, b"", whole=False)


def _until_blocked(body: Any) -> None:
    """Wait until a thread has entered the body's iterator, where it waits for the server."""
    while not body._chunks.gi_running:
        pass
