"""Bodies of WSGI responses that pass a stream on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
import reactivex

from streamkit import AsyncOpenAI, OpenAI, relay
from streamkit.relay import wsgi
from tests.http_server import STREAM_HEAD, Do, ScriptedServer, chunk
from tests.relay.test_asgi import (
    ASKED,
    EVENTS,
    EXPECTED,
    FRAMES,
    HELD,
    WHOLE,
    agen,
    gen,
    hub,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

SOURCES: dict[str, Any] = {
    "a list": lambda: EVENTS,
    "a generator": lambda: gen(EVENTS),
    "an async generator": lambda: agen(EVENTS),
    "an observable": lambda: reactivex.from_iterable(EVENTS),
    "a hub": lambda: hub(EVENTS),
}
CLIENTS: dict[str, Any] = {"sync": OpenAI, "async": AsyncOpenAI}
clients = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_any_source_is_passed_on(source: Any) -> None:
    body = wsgi.body(source(), protocol="ui-message")
    assert b"".join(body) == EXPECTED
    assert body.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert next(body, None) is None


@clients
def test_streams_of_either_client_are_passed_on(client: Any) -> None:
    with ScriptedServer(WHOLE) as server:
        stream = client(base_url=server.url, api_key="k").chat.completions.stream(**ASKED)
        assert b"".join(wsgi.body(stream, protocol="ui-message")) == EXPECTED


@clients
def test_a_body_that_is_closed_ends_the_request(client: Any) -> None:
    with ScriptedServer(HELD) as server:
        stream = client(base_url=server.url, api_key="k").chat.completions.stream(**ASKED)
        body = wsgi.body(stream, protocol="ui-message")
        assert b"start" in next(body)
        body.close()
        assert server.hung_up.wait(10)
        assert next(body, None) is None


def test_a_body_that_nobody_iterates_sends_no_request() -> None:
    with ScriptedServer(WHOLE) as server:
        client = OpenAI(base_url=server.url, api_key="k")
        wsgi.body(client.chat.completions.stream(**ASKED)).close()
        assert not server.requests


def test_silence_is_filled_with_comments() -> None:
    more = threading.Event()

    def slow() -> Iterator[Any]:
        more.wait(10)
        yield from EVENTS

    body = wsgi.body(slow(), protocol="ui-message", keep_alive=0.001)
    assert next(body) == relay.KEEP_ALIVE
    more.set()
    rest = b"".join(body)
    assert rest.replace(relay.KEEP_ALIVE, b"") == EXPECTED


def test_a_cut_upstream_is_said() -> None:
    with ScriptedServer([STREAM_HEAD, *map(chunk, FRAMES[:3]), Do.HANG_UP]) as server:
        client = OpenAI(base_url=server.url, api_key="k", max_retries=0)
        errors: list[Exception] = []
        body = wsgi.body(
            client.chat.completions.stream(**ASKED), protocol="ui-message", on_error=errors.append
        )
        assert b'"errorText"' in b"".join(body)
    assert len(errors) == 1


def test_an_error_in_an_encoder_is_the_server_s_business() -> None:
    class Broken(relay.SSEEncoder):
        def close(self) -> Any:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        b"".join(wsgi.body(EVENTS, Broken()))


def test_an_async_source_is_stopped_when_its_body_is_closed() -> None:
    import asyncio

    stopped = threading.Event()

    async def endless() -> AsyncIterator[Any]:
        try:
            yield EVENTS[0]
            await asyncio.Event().wait()
        finally:
            stopped.set()

    body = wsgi.body(endless(), protocol="ui-message")
    assert b"start" in next(body)
    body.close()
    assert stopped.wait(10)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


def test_a_wsgi_server_passes_a_stream_on() -> None:
    def app(_: Any, start: Any) -> Any:
        body = wsgi.body(gen(EVENTS), protocol="ui-message")
        start("200 OK", [*body.headers.items()])
        return body

    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        response = httpx.get(f"http://127.0.0.1:{server.server_port}/")
        thread.join()
    assert response.content == EXPECTED
    assert response.headers["cache-control"] == "no-cache, no-transform"
