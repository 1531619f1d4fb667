"""Time limits hold on real sockets while a server sends nothing useful."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit import APITimeoutError, AsyncOpenAI, OpenAI, StreamTimeoutError, Timeout
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.body import SyncBody
from streamkit._http.config import ClientConfig
from streamkit._http.exchange import SyncExchange
from streamkit._http.request import Request
from tests.exchange import Connect
from tests.http_server import (
    LAST_CHUNK,
    STREAM_HEAD,
    Do,
    Script,
    ScriptedServer,
    chunk,
    head,
    response,
)
from tests.sse_bodies import DONE, USAGE, part, stream
from tests.ways import CLIENTS, KEY, WAYS, Taken, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.diagonal

SHORT = 0.01
"""The time limit, in seconds, of tests whose server stays silent."""
LONG = 600.0

ROLE = part("", role="assistant")
KEEP_ALIVE = b": still here\n\n"
EMPTY = part(None)


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def take(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


def taken_from(take: Way, script: Script, timeout: Timeout, **params: Any) -> Taken:
    with ScriptedServer(script) as server:
        taken = take(server.url, timeout=timeout, **params)
        # A limit may end before the connection was made, and then no hang-up is seen.
        assert not server.connections or server.hung_up.wait(10)
    return taken


SILENT: dict[str, Script] = {
    "no answer": [Do.HOLD],
    "half a head": [b"HTTP/1.1 200 OK\r\nContent-", Do.HOLD],
    "a head": [STREAM_HEAD, Do.HOLD],
    "a role": stream(ROLE, end=[Do.HOLD]),
    "keep-alives, usage and empty chunks": stream(KEEP_ALIVE, USAGE, EMPTY, end=[Do.HOLD]),
    "half of an event": stream(part("Hi")[:-9], end=[Do.HOLD]),
}


@pytest.mark.parametrize("script", SILENT.values(), ids=SILENT.keys())
def test_a_server_that_brings_no_content_is_given_up(take: Way, script: Script) -> None:
    taken = taken_from(take, script, Timeout(first_content=SHORT))
    assert isinstance(taken.error, StreamTimeoutError)
    assert (taken.error.limit, taken.error.seconds) == ("first_content", SHORT)
    assert str(taken.error) == "no content came within 0.01 s (first_content)"


@pytest.mark.parametrize("script", SILENT.values(), ids=SILENT.keys())
def test_the_total_holds_from_the_request_on(take: Way, script: Script) -> None:
    taken = taken_from(take, script, Timeout(first_content=LONG, total=SHORT))
    assert isinstance(taken.error, StreamTimeoutError)
    assert str(taken.error) == "the answer was not complete after 0.01 s (total)"


STALLED: dict[str, Script] = {
    "silence": stream(part("Hi"), end=[Do.HOLD]),
    "keep-alives, usage and empty chunks": stream(
        part("Hi"), KEEP_ALIVE, USAGE, EMPTY, KEEP_ALIVE, end=[Do.HOLD]
    ),
    "half of an event": stream(part("Hi"), part("lost")[:-9], end=[Do.HOLD]),
    "no end after the finish reason": stream(part("Hi", "stop"), end=[Do.HOLD]),
}


@pytest.mark.parametrize("library", CLIENTS.values(), ids=CLIENTS.keys())
@pytest.mark.parametrize("script", STALLED.values(), ids=STALLED.keys())
def test_a_stall_after_content_is_an_error_with_what_had_arrived(
    take: Way, script: Script, library: Any
) -> None:
    taken = taken_from(take, script, Timeout(between_content=SHORT), library=library)
    assert isinstance(taken.error, StreamTimeoutError)
    assert (taken.error.limit, taken.error.seconds) == ("between_content", SHORT)
    assert taken.error.completion is not None
    assert taken.error.completion.choices[0].message.content == "Hi"
    assert taken.types[:2] == ["chunk", "content.delta"]
    assert taken.ends == [taken.error]


def test_content_in_time_is_untouched(take: Way) -> None:
    script = stream(ROLE, part("Hi"), KEEP_ALIVE, part("!", "stop"), USAGE, DONE)
    limits = Timeout(first_content=LONG, between_content=LONG, total=LONG)
    with ScriptedServer(script) as server:
        taken = take(server.url, timeout=limits)
    assert taken.error is None
    assert taken.types == [
        *("chunk", "content.delta", "chunk", "content.delta", "chunk", "content.delta"),
        *("content.done", "chunk"),
    ]


def test_the_limit_between_two_bytes_is_one_of_them(take: Way) -> None:
    # A shorter limit would also end the wait for the head on a busy machine.
    read = 0.25
    taken = taken_from(take, stream(part("Hi"), end=[Do.HOLD]), Timeout(read=read))
    assert isinstance(taken.error, StreamTimeoutError)
    assert (taken.error.limit, taken.error.seconds) == ("read", read)


def test_a_plain_number_of_seconds_is_the_limit_between_two_bytes(take: Way) -> None:
    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        taken = take(server.url, timeout=0.25)
    assert isinstance(taken.error, APITimeoutError)


def test_the_error_knows_the_request(take: Way) -> None:
    head = STREAM_HEAD[:-2] + b"x-request-id: req_1\r\n\r\n"
    taken = taken_from(take, [head, chunk(part("Hi")), Do.HOLD], Timeout(between_content=SHORT))
    assert isinstance(taken.error, StreamTimeoutError)
    assert taken.error.request_id == "req_1"


def ask(client: OpenAI, **params: Any) -> Any:
    return client.chat.completions.create(model="m", messages=[], stream=True, **params)


def test_the_client_has_limits_and_a_call_its_own() -> None:
    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        limits = Timeout(between_content=SHORT)
        with OpenAI(api_key=KEY, base_url=server.url, timeout=limits) as client:
            with pytest.raises(StreamTimeoutError, match="between_content"):
                list(ask(client))
            with pytest.raises(StreamTimeoutError, match="total"):
                list(ask(client, timeout=Timeout(total=SHORT)))
            with pytest.raises(StreamTimeoutError, match="between_content"):
                list(ask(client.with_options(timeout=None), timeout=limits))


class Clock:
    """A clock that only moves when a test moves it."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(server: ScriptedServer, clock: Clock, **limits: float) -> SyncBody:
    transport = SyncTransport(ClientConfig(api_key=KEY, base_url=server.url))
    request = Request(method="POST", path="/", json={}, stream=True, timeout=Timeout(**limits))
    return SyncExchange(transport, request, clock).open()


def test_a_slow_reader_is_no_silent_server() -> None:
    back, clock = threading.Event(), Clock()
    script: Script = [STREAM_HEAD, chunk(b"first"), back, chunk(b"second"), LAST_CHUNK]
    with ScriptedServer(script) as server:
        body = opened(server, clock, first_content=5, between_content=5)
        assert next(body) == b"first"
        clock.now += 60
        back.set()
        assert next(body) == b"second"
        assert list(body) == []


def test_a_slow_reader_uses_up_the_total() -> None:
    clock = Clock()
    with ScriptedServer([STREAM_HEAD, chunk(b"first"), Do.HOLD]) as server:
        body = opened(server, clock, total=5)
        assert next(body) == b"first"
        clock.now += 60
        with pytest.raises(StreamTimeoutError, match="total"):
            next(body)
        with pytest.raises(StreamTimeoutError, match="total"):
            next(body)
        assert server.hung_up.wait(10)


async def test_a_slow_task_is_no_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, back, late = asyncio.get_running_loop(), threading.Event(), 0.0
    on_time = loop.time
    script = stream(part("a"), end=[back, chunk(part("b", "stop")), chunk(DONE), LAST_CHUNK])
    with ScriptedServer(script) as server:
        async with AsyncOpenAI(api_key=KEY, base_url=server.url) as client:
            chunks = await client.chat.completions.create(
                model="m",
                messages=[],
                stream=True,
                timeout=Timeout(read=None, first_content=50, between_content=50),
            )
            assert [choice.delta for choice in (await anext(chunks)).choices or ()]
            late = 60.0
            monkeypatch.setattr(loop, "time", lambda: on_time() + late)
            back.set()
            assert len([chunk async for chunk in chunks]) == 1


def test_a_reader_without_a_socket_looks_at_the_clock_itself() -> None:
    """Each read asks for the time that it may take, as it does with HTTP/2."""
    clock = Clock()
    allowed: list[float] = []

    class Bytes(httpx.SyncByteStream):
        def __init__(self, phases: dict[str, float]) -> None:
            self.phases = phases

        def __iter__(self) -> Iterator[bytes]:
            for seconds in (2, 2, 60):
                allowed.append(self.phases["read"])
                if seconds > self.phases["read"]:
                    clock.now += self.phases["read"]
                    raise httpx.ReadTimeout("nothing came")
                clock.now += seconds
                yield KEEP_ALIVE

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Bytes(request.extensions["timeout"]))

    transport = SyncTransport(
        ClientConfig(api_key=KEY, base_url="http://127.0.0.1"),
        httpx.Client(transport=httpx.MockTransport(answer)),
    )
    limits = Timeout(read=20, first_content=10)
    request = Request(method="POST", path="/", json={}, stream=True, timeout=limits)
    body = SyncExchange(transport, request, clock).open()
    with pytest.raises(StreamTimeoutError, match="first_content"):
        list(body)
    assert allowed == [10, 8, 6]


PLAINLY = Request(method="GET", path="/models")
PLAIN: dict[str, Script] = {
    "no answer": [Do.HOLD],
    "a head": [head(200, [("Content-Length", "100")]), Do.HOLD],
    "half a body": [head(200, [("Content-Length", "100")]), b"{", Do.HOLD],
}


@pytest.mark.parametrize("limit", ["first_content", "total"])
@pytest.mark.parametrize("script", PLAIN.values(), ids=PLAIN.keys())
def test_a_plain_answer_has_time_until_it_is_whole(
    connect: Connect, script: Script, limit: str
) -> None:
    with ScriptedServer(script) as server:
        api = connect(server.url, timeout=Timeout(**{limit: 0.25}), max_retries=0)
        api.make_http_client()  # making the client takes longer than the limit
        with pytest.raises(StreamTimeoutError, match=limit) as caught:
            api.send(PLAINLY)
        # On a busy machine, connecting may take longer too.
        assert not server.connections or server.hung_up.wait(10)
    assert (caught.value.limit, caught.value.seconds) == (limit, 0.25)


def test_a_plain_answer_in_time_is_untouched(connect: Connect) -> None:
    with ScriptedServer([response(200, b"{}")]) as server:
        api = connect(server.url, timeout=Timeout(first_content=LONG, total=LONG))
        assert api.send(PLAINLY).content == b"{}"


def test_a_plain_answer_that_is_late_is_asked_for_again(connect: Connect) -> None:
    with ScriptedServer([Do.HOLD], [response(200, b"{}")]) as server:
        # Long enough for the second answer on a busy machine.
        api = connect(server.url, timeout=Timeout(first_content=1))
        api.make_http_client()
        assert api.send(PLAINLY).content == b"{}"
        assert (len(server.requests), len(api.naps)) == (2, 1)


def test_no_thread_is_left_behind() -> None:
    with ScriptedServer(stream(part("Hi"), end=[Do.HOLD])) as server:
        for _ in range(3):
            with OpenAI(api_key=KEY, base_url=server.url) as client:
                chunks = ask(client, timeout=Timeout(total=LONG))
                next(chunks)
                assert watchdogs()
                chunks.close()
        for _ in range(3):
            next(ask(OpenAI(api_key=KEY, base_url=server.url), timeout=Timeout(total=LONG)))
            gc.collect()
    for thread in watchdogs():
        thread.join(10)
    assert watchdogs() == []


def watchdogs() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "streamkit-watchdog"]


@pytest.mark.parametrize("limit", ["first_content", "between_content", "total"])
def test_a_limit_is_a_length_of_time(limit: str) -> None:
    with pytest.raises(ValueError, match=limit):
        Timeout(**{limit: -0.1})


def test_without_a_limit_of_streams_a_timeout_says_what_httpx_says() -> None:
    assert Timeout(connect=1, read=2, write=3, pool=4).as_dict() == {
        "connect": 1,
        "read": 2,
        "write": 3,
        "pool": 4,
    }
    assert Timeout() == Timeout(connect=5, read=600, write=600, pool=600)
