"""Responses of Starlette and FastAPI that pass a stream on."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import fastapi
import httpx
import openai
import pytest
import reactivex
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.routing import Route

from streamkit import AsyncOpenAI, Hub, OpenAI, relay
from tests.families.common.answers import ANSWERS, as_chat
from tests.families.common.protocols import PROTOCOLS
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Do, Script, ScriptedServer, chunk, response
from tests.relay.asgi_calls import Called, serving
from tests.relay.scenes import SCENES, Scene, answered, relayed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
TEXT = ANSWERS["text"]
FRAMES = [*as_chat(TEXT)]
WHOLE: Script = [STREAM_HEAD, *map(chunk, FRAMES), LAST_CHUNK]
HELD: Script = [STREAM_HEAD, *map(chunk, FRAMES[:3]), Do.HOLD]
EVENTS = answered(TEXT)
EXPECTED = relayed(relay.UIMessageEncoder(), Scene(EVENTS))


async def agen(events: list[Any]) -> AsyncIterator[Any]:
    for event in events:
        yield event


def gen(events: list[Any]) -> Iterator[Any]:
    yield from events


def hub(events: list[Any]) -> Hub[Any]:
    filled: Hub[Any] = Hub(replay="all")
    filled.drive(events)
    return filled


SOURCES: dict[str, Any] = {
    "a list": lambda: EVENTS,
    "a generator": lambda: gen(EVENTS),
    "an async generator": lambda: agen(EVENTS),
    "an observable": lambda: reactivex.from_iterable(EVENTS),
    "a hub": lambda: hub(EVENTS),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
async def test_any_source_is_passed_on(source: Any) -> None:
    call = Called(relay.response(source(), protocol="ui-message"))
    await call.task
    assert call.body == EXPECTED
    assert call.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert call.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert call.headers["x-accel-buffering"] == "no"
    assert "content-length" not in call.headers


OPEN: list[Any] = []
"""The clients of a test."""


@pytest.fixture(autouse=True)
async def _clients_are_closed() -> AsyncIterator[None]:
    yield
    while OPEN:
        closing = OPEN.pop().close()
        if closing is not None:
            await closing


def chat(client: type[Any], url: str, method: str) -> Any:
    """Return the stream of a request, or its observable, neither of which was sent."""
    OPEN.append(client(base_url=url, api_key="k"))
    return getattr(OPEN[-1].chat.completions, method)(**ASKED)


CLIENTS = {
    f"{kind}, {method}": partial(chat, client, method=method)
    for kind, client in {"sync": OpenAI, "async": AsyncOpenAI}.items()
    for method in ("stream", "observe")
}
clients = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


@clients
async def test_streams_of_either_client_are_passed_on(client: Any) -> None:
    with ScriptedServer(WHOLE) as server:
        call = Called(relay.response(client(server.url), protocol="ui-message"))
        await asyncio.wait_for(call.task, 10)
    assert call.body == EXPECTED


@clients
async def test_a_client_that_leaves_ends_the_request(client: Any) -> None:
    with ScriptedServer(HELD) as server:
        call = Called(relay.response(client(server.url), protocol="ui-message"))
        await call.until(b"Good ")
        call.leave()
        await asyncio.wait_for(call.task, 10)
        assert await asyncio.to_thread(server.hung_up.wait, 10)
    assert b"[DONE]" not in call.body


async def test_the_events_of_the_protocol_s_own_package_are_read_in_common() -> None:
    for protocol in PROTOCOLS.values():
        with ScriptedServer(protocol.script(TEXT)) as server:
            async with protocol.open_async(server) as client:
                stream = protocol.resource(client).stream(**protocol.asked(None))
                call = Called(relay.response(stream, protocol="chat"))
                await call.task
        assert b'"content":"Good "' in call.body
        assert call.body.endswith(b"[DONE]\n\n")


async def test_a_cut_upstream_is_said() -> None:
    with ScriptedServer([STREAM_HEAD, *map(chunk, FRAMES[:3]), Do.HANG_UP]) as server:
        client = AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0)
        OPEN.append(client)
        errors: list[Exception] = []
        stream = client.chat.completions.stream(**ASKED)
        call = Called(relay.response(stream, protocol="ag-ui", on_error=errors.append))
        await call.task
    assert b'"RUN_ERROR"' in call.body
    assert len(errors) == 1


async def test_a_refused_request_is_said_in_the_stream() -> None:
    with ScriptedServer([response(401, b'{"error": {"message": "no sk-secret"}}')]) as server:
        client = AsyncOpenAI(base_url=server.url, api_key="sk-secret", max_retries=0)
        OPEN.append(client)
        stream = client.chat.completions.stream(**ASKED)
        call = Called(relay.response(stream, protocol="ui-message", on_error=lambda _: None))
        await call.task
    assert b'"errorText"' in call.body
    assert b"sk-secret" not in call.body


async def test_a_cancelled_source_is_said_and_a_cancelled_response_is_not() -> None:
    async def cancelled() -> AsyncIterator[Any]:
        yield EVENTS[0]
        raise asyncio.CancelledError

    call = Called(relay.response(cancelled(), protocol="ui-message"))
    await call.task
    assert b'"abort"' in call.body

    closed: list[bool] = []

    async def endless() -> AsyncIterator[Any]:
        try:
            yield EVENTS[0]
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    call = Called(relay.response(endless(), protocol="ui-message"))
    await call.until(b"start")
    call.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call.task
    assert closed == [True]
    assert b"abort" not in call.body


async def test_silence_is_filled_with_comments() -> None:
    more = asyncio.Event()

    async def slow() -> AsyncIterator[Any]:
        yield EVENTS[0]
        await more.wait()

    call = Called(relay.response(slow(), protocol="sse", keep_alive=0.001))
    await call.until(b": keep-alive\n\n" * 2)
    more.set()
    await call.task
    assert call.body.endswith(b'"status":"complete"}\n\n')


async def test_a_server_that_raises_when_the_client_has_left_is_understood() -> None:
    async def gone(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            raise OSError

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    passed: Any = relay.response(agen(EVENTS), protocol="sse")
    await passed({"type": "http"}, receive, gone)


async def test_what_follows_the_response_is_run() -> None:
    done: list[str] = []
    background = BackgroundTask(done.append, "done")
    await Called(relay.response(EVENTS, background=background)).task
    assert done == ["done"]


def test_a_mistake_is_raised_at_once() -> None:
    with pytest.raises(ValueError, match="protocol must be"):
        relay.response(EVENTS, protocol="soap")  # type: ignore[arg-type]  # what is refused


async def test_a_source_that_is_none_is_an_error_of_the_stream() -> None:
    errors: list[Exception] = []
    call = Called(relay.response(3, on_error=errors.append))
    await call.task
    assert "takes events" in str(errors[0])


async def test_a_thread_that_reads_is_stopped_when_the_client_leaves() -> None:
    left, goes_on = threading.Event(), threading.Event()

    def blocking() -> Iterator[Any]:
        try:
            yield EVENTS[0]
            goes_on.wait(10)
            yield EVENTS[1]
        finally:
            left.set()

    call = Called(relay.response(blocking(), protocol="ui-message"))
    await call.until(b"start")
    call.leave()
    await call.task
    goes_on.set()
    assert await asyncio.to_thread(left.wait, 10)


def app(url: str) -> fastapi.FastAPI:
    """Return the application of the guide: a route that passes on a stream in any protocol."""
    made = fastapi.FastAPI()
    client = AsyncOpenAI(base_url=url, api_key="k")

    @made.post("/v1/chat/completions")
    async def answer(request: fastapi.Request) -> fastapi.Response:
        asked = await request.json()
        events = client.chat.completions.stream(model="m", messages=asked["messages"])
        return relay.response(events, protocol="chat", include_usage=True)

    return made


def test_the_openai_package_reads_an_answer_through_a_real_server() -> None:
    with ScriptedServer(WHOLE) as server, serving(app(server.url)) as url:
        with openai.OpenAI(base_url=f"{url}/v1", api_key="k") as client:
            chunks = [*client.chat.completions.create(**ASKED, stream=True)]
    text = "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)
    assert text == TEXT.content
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens == TEXT.usage.output_tokens


def test_the_model_s_server_sees_a_browser_leave() -> None:
    with ScriptedServer(HELD) as server:
        client = AsyncOpenAI(base_url=server.url, api_key="k")

        async def endpoint(_: Any) -> Any:
            return relay.response(client.chat.completions.stream(**ASKED), protocol="ui-message")

        with serving(Starlette(routes=[Route("/", endpoint)])) as url:
            with httpx.stream("GET", url) as got:
                assert next(got.iter_bytes())
                assert got.headers["content-type"].startswith("text/event-stream")
            assert server.hung_up.wait(10)


def test_scenes_pass_through_a_real_server_as_they_are() -> None:
    scene = SCENES["turns"]

    async def endpoint(_: Any) -> Any:
        return relay.response(scene.events, protocol="ag-ui")

    with serving(Starlette(routes=[Route("/", endpoint)])) as url:
        assert httpx.get(url).content == relayed(relay.AGUIEncoder(), scene)
