"""HTTP/2 streams share a connection, which none of them can cut.

A stream that is left ends for its reader alone: httpcore does not reset it (its issue 943), so the
server sees nothing before the connection is closed.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from h2.exceptions import ProtocolError
from reactivex.scheduler import NewThreadScheduler

from streamkit import (
    AsyncOpenAI,
    OpenAI,
    StreamClosedError,
    StreamTimeoutError,
    StreamTruncatedError,
    Timeout,
)
from tests.leftovers import PATIENCE
from tests.sse_bodies import DONE, part

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
HEAD = [(":status", "200"), ("content-type", "text/event-stream")]
HI, BYE = part("Hi"), part(" there", finish_reason="stop")


class Server:
    """A server that sends a first chunk at once, and the rest or a reset when ``go_on`` is set."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.resets = False
        self.holds_headers_back = False
        """Whether the headers and the first chunk wait for ``go_on`` as well."""
        self.asked = threading.Event()
        self.connections = 0
        self.hung_up = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def close(self) -> None:
        self.go_on.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._start(self._serve, connection)

    def _start(self, do: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=do, args=args)
        self._threads.append(thread)
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        state = H2Connection(H2Configuration(client_side=False))
        state.initiate_connection()
        # A client that hangs up with unread bytes resets the connection.
        with connection, suppress(OSError):
            while data := connection.recv(1 << 16):
                with self._lock:
                    for event in state.receive_data(data):
                        if isinstance(event, RequestReceived):
                            self.asked.set()
                            if not self.holds_headers_back:
                                self._begin(state, event.stream_id)
                            self._start(self._end, connection, state, event.stream_id)
                    connection.sendall(state.data_to_send())
        self.hung_up.set()

    @staticmethod
    def _begin(state: H2Connection, stream: int) -> None:
        state.send_headers(stream, HEAD)
        state.send_data(stream, HI)

    def _end(self, connection: socket.socket, state: H2Connection, stream: int) -> None:
        self.go_on.wait(PATIENCE)
        with self._lock, suppress(OSError, ProtocolError):
            if self.holds_headers_back:
                self._begin(state, stream)
            if self.resets:
                state.reset_stream(stream)
            else:
                state.send_data(stream, BYE + DONE, end_stream=True)
            connection.sendall(state.data_to_send())


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@contextmanager
def client_of(url: str) -> Generator[OpenAI]:
    with httpx.Client(http1=False, http2=True) as http:
        yield OpenAI(api_key="k", base_url=url, max_retries=0, http_client=http)


def content(stream: Any) -> object:
    return stream.get_final_completion().choices[0].message.content


def test_a_stream_is_read(server: Server) -> None:
    server.go_on.set()
    with client_of(server.url) as client, client.chat.completions.stream(**ASKED) as stream:
        assert content(stream) == "Hi there"


async def test_many_streams_on_a_loop_share_a_connection(server: Server) -> None:
    async with httpx.AsyncClient(http1=False, http2=True) as http:
        client = AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0, http_client=http)

        async def read() -> object:
            async with client.chat.completions.stream(**ASKED) as stream:
                await anext(stream)
                server.go_on.set()
                return (await stream.get_final_completion()).choices[0].message.content

        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(read()) for _ in range(8)]
    assert {reader.result() for reader in readers} == {"Hi there"}
    assert server.connections == 1


def test_leaving_a_stream_leaves_the_others_alone(server: Server) -> None:
    with client_of(server.url) as client, client.chat.completions.stream(**ASKED) as other:
        next(other)
        with client.chat.completions.stream(**ASKED) as stream:
            next(stream)
        server.go_on.set()
        assert content(other) == "Hi there"


def test_the_stream_that_opened_the_connection_does_not_take_it_along(server: Server) -> None:
    server.holds_headers_back = True
    with client_of(server.url) as client:
        first = client.chat.completions.observe(**ASKED).subscribe(scheduler=NewThreadScheduler())
        assert server.asked.wait(PATIENCE)
        first.dispose()
        server.go_on.set()
        with client.chat.completions.stream(**ASKED) as other:
            assert content(other) == "Hi there"
    assert server.connections == 1


def test_closing_the_client_reaches_the_server(server: Server) -> None:
    with client_of(server.url) as client:
        with client.chat.completions.stream(**ASKED) as stream:
            next(stream)
    assert server.hung_up.wait(PATIENCE)


async def test_cancelling_a_task_leaves_the_others_alone(server: Server) -> None:
    async with httpx.AsyncClient(http1=False, http2=True) as http:
        client = AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0, http_client=http)
        async with client.chat.completions.stream(**ASKED) as other:
            await anext(other)
            begun = asyncio.Event()

            async def read() -> None:
                async with client.chat.completions.stream(**ASKED) as stream:
                    async for _ in stream:
                        begun.set()

            reader = asyncio.create_task(read())
            await begun.wait()
            reader.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reader
            server.go_on.set()
            completion = await other.get_final_completion()
            assert completion.choices[0].message.content == "Hi there"


def test_a_reader_that_waits_learns_of_the_close_with_the_next_chunk(server: Server) -> None:
    caught: list[Exception] = []
    reading = threading.Event()

    def read(stream: Any) -> None:
        try:
            for _ in stream:
                reading.set()
        except StreamClosedError as error:
            caught.append(error)

    with client_of(server.url) as client, client.chat.completions.stream(**ASKED) as stream:
        reader = threading.Thread(target=read, args=(stream,))
        reader.start()
        assert reading.wait(PATIENCE)
        stream.close()
        server.go_on.set()
        reader.join(PATIENCE)
    assert len(caught) == 1


def test_a_stream_that_is_reset_is_an_error_with_what_came(server: Server) -> None:
    server.resets = True
    with client_of(server.url) as client, client.chat.completions.stream(**ASKED) as stream:
        next(stream)
        server.go_on.set()
        with pytest.raises(StreamTruncatedError) as caught:
            stream.until_done()
    assert caught.value.completion is not None
    assert caught.value.completion.choices[0].message.content == "Hi"


def test_a_stream_that_falls_silent_is_given_up(server: Server) -> None:
    limits = Timeout(between_content=0.1)
    with client_of(server.url) as client:
        with pytest.raises(StreamTimeoutError, match="between_content") as caught:
            client.chat.completions.create(**ASKED, stream=True, timeout=limits).until_done()
    assert caught.value.limit == "between_content"
