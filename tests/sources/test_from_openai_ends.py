"""How streams over clients of the openai package end: errors, retries, closing."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import threading
from typing import Any, cast

import httpx
import httpx2
import openai
import pytest

import streamkit
from tests.http_server import Do, Script, ScriptedServer, chunk, head, response
from tests.sources.over import asked, streamed, wrapped

KEY = "sk-do-not-show-me-ever"
MESSAGES: list[Any] = [{"role": "user", "content": "hi"}]
CHAT: dict[str, Any] = {"model": "gpt", "messages": MESSAGES}
OPENAI: dict[str, Any] = {"sync": openai.OpenAI, "async": openai.AsyncOpenAI}
KINDS = [*OPENAI]

CHUNKED = head(200, [("Transfer-Encoding", "chunked"), ("Content-Type", "text/event-stream")])
ROLE = b'data: {"choices": [{"index": 0, "delta": {"role": "assistant"}}]}\n\n'
SAID = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n'
REST = b'data: {"choices": [{"index": 0, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
WHOLE = [CHUNKED + chunk(SAID) + chunk(REST) + chunk(b"")]


def refusal(status: int, message: str, *headers: tuple[str, str]) -> list[bytes]:
    body = json.dumps({"error": {"message": message, "code": "c"}}).encode()
    return [response(status, body, [("retry-after-ms", "1"), *headers])]


def over(kind: str, server: ScriptedServer, **options: Any) -> Any:
    return wrapped(OPENAI[kind](base_url=server.url, api_key=KEY, **options))


def chat(client: Any) -> Any:
    return client.chat.completions.stream(**CHAT)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (404, "NotFoundError"),
        (429, "RateLimitError"),
        (503, "InternalServerError"),
        (418, "APIStatusError"),
    ],
)
def test_a_refusal_is_an_error_of_both_packages(kind: str, status: int, name: str) -> None:
    with ScriptedServer(refusal(status, f"no, {KEY}", ("x-request-id", "req_1"))) as server:
        error: Any = streamed(over(kind, server, max_retries=0), chat).error
    assert isinstance(error, getattr(openai, name))
    assert isinstance(error, getattr(streamkit, name))
    assert (error.status_code, error.code, error.request_id) == (status, "c", "req_1")
    said = [str(error), str(cast("dict[str, Any]", vars(error))), error.response.text]
    assert KEY not in "".join(said)
    assert "authorization" not in error.response.request.headers
    assert error.__cause__ is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_by_a_client_of_httpx_is_no_other(kind: str) -> None:
    http_client = httpx.AsyncClient() if kind == "async" else httpx.Client()
    with ScriptedServer(refusal(429, "no")) as server:
        error = streamed(over(kind, server, max_retries=0, http_client=http_client), chat).error
    assert isinstance(error, openai.RateLimitError)
    assert isinstance(error, streamkit.RateLimitError)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_within_the_stream_are_of_both_packages(kind: str) -> None:
    broken: Script = [CHUNKED + chunk(SAID), Do.HANG_UP]
    failed = [CHUNKED + chunk(SAID) + chunk(b'data: {"error": {"message": "no"}}\n\n')]
    with ScriptedServer(broken, failed) as server:
        cut: Any = streamed(over(kind, server), chat).error
        error = streamed(over(kind, server), chat).error
    assert isinstance(cut, streamkit.StreamTruncatedError)
    assert isinstance(cut, openai.OpenAIError)
    partial: Any = cut.partial
    assert partial.choices[0].message.content == "Hi"
    assert isinstance(error, streamkit.APIError)
    assert isinstance(error, openai.APIError)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_not_there_is_an_error_of_both_packages(kind: str) -> None:
    with ScriptedServer([]) as server:
        client, host = over(kind, server, max_retries=0), server.host
    error = streamed(client, chat).error
    assert isinstance(error, streamkit.APIConnectionError)
    assert isinstance(error, openai.APIConnectionError)
    assert host in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_silent_server_is_a_timeout_of_both_packages(kind: str) -> None:
    with ScriptedServer([Do.HOLD]) as server:
        error = streamed(over(kind, server, max_retries=0, timeout=0.05), chat).error
    assert isinstance(error, streamkit.APITimeoutError)
    assert isinstance(error, openai.APITimeoutError)


def test_such_an_error_is_copied_and_pickled_as_one_of_both() -> None:
    with ScriptedServer(refusal(429, "no")) as server:
        error = streamed(over("sync", server, max_retries=0), chat).error
    for again in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is type(error)
        assert isinstance(again, openai.RateLimitError)
        assert str(again) == str(error)
    assert type(error).__name__ == "RateLimitError"


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_of_the_clients_own_is_quoted(kind: str) -> None:
    async def async_key() -> str:
        raise ZeroDivisionError("no key")

    def key() -> str:
        raise ZeroDivisionError("no key")

    with ScriptedServer([]) as server:
        theirs = OPENAI[kind](base_url=server.url, api_key=async_key if kind == "async" else key)
        error = streamed(wrapped(theirs), chat).error
    assert isinstance(error, openai.OpenAIError)
    assert "no key" in str(error)
    assert server.requests == []


# Retries


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_sent_again_as_often_as_the_client_says(kind: str) -> None:
    with ScriptedServer(refusal(503, "later"), refusal(503, "later"), WHOLE) as server:
        taken = streamed(over(kind, server, max_retries=2), chat)
    assert taken.error is None
    assert len(server.requests) == 3
    with ScriptedServer(refusal(503, "later"), WHOLE) as server:
        taken = streamed(over(kind, server, max_retries=0), chat)
    assert isinstance(taken.error, openai.InternalServerError)
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_that_breaks_before_its_content_begins_anew(kind: str) -> None:
    with ScriptedServer([CHUNKED + chunk(ROLE), Do.HANG_UP], WHOLE) as server:
        taken = streamed(over(kind, server), chat)
    assert taken.error is None
    assert taken.final.text == "Hi"
    assert len(server.requests) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_limits_of_time_for_content_hold(kind: str) -> None:
    limits = streamkit.Timeout(first_content=0.05)
    with ScriptedServer([CHUNKED + chunk(ROLE), Do.HOLD]) as server:
        client = over(kind, server, max_retries=0)
        taken = streamed(client, lambda c: c.chat.completions.stream(**CHAT, timeout=limits))
    assert isinstance(taken.error, streamkit.StreamTimeoutError)
    assert taken.error.limit == "first_content"


# Closing


@pytest.mark.parametrize("kind", KINDS)
def test_the_connection_is_used_again_after_a_stream(kind: str) -> None:
    def two(client: Any) -> Any:
        for _ in range(2):
            with client.chat.completions.stream(**CHAT) as stream:
                stream.until_done()

    async def async_two(client: Any) -> None:
        for _ in range(2):
            async with client.chat.completions.stream(**CHAT) as stream:
                await stream.until_done()

    with ScriptedServer(WHOLE) as server:
        asked(over(kind, server), two if kind == "sync" else async_two)
        assert server.connections == 1


def test_a_waiting_reader_is_woken_from_another_thread() -> None:
    with ScriptedServer([CHUNKED + chunk(SAID), Do.HOLD]) as server, over("sync", server) as client:
        with client.chat.completions.stream(**CHAT) as stream:
            next(stream)
            next(stream)
            closing = threading.Thread(target=stream.close)
            closing.start()
            with pytest.raises(streamkit.StreamClosedError):
                stream.until_done()
            closing.join()
        assert server.hung_up.wait(10)


async def test_a_waiting_task_is_woken_from_another_one() -> None:
    with ScriptedServer([CHUNKED + chunk(SAID), Do.HOLD]) as server:
        async with over("async", server) as client:
            stream = await client.chat.completions.create(**CHAT, stream=True)
            reading = asyncio.create_task(stream.until_done())
            await asyncio.sleep(0)
            await stream.close()
            with pytest.raises(streamkit.StreamClosedError):
                await reading
        assert await asyncio.to_thread(server.hung_up.wait, 10)


@pytest.mark.parametrize("ends", ["cancelled", "closed"])
async def test_a_request_ends_before_it_is_answered(ends: str) -> None:
    http_client = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=1))
    with ScriptedServer([Do.HOLD], WHOLE) as server:
        async with over("async", server, http_client=http_client) as client:
            manager = client.chat.completions.stream(**CHAT)
            opening = asyncio.create_task(manager.__aenter__())
            await asyncio.to_thread(server.asked.wait, 10)
            if ends == "cancelled":
                opening.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await opening
            else:
                await manager.close()
                with pytest.raises(streamkit.StreamClosedError):
                    await opening
            assert await asyncio.to_thread(server.hung_up.wait, 10)
            # Its place in the pool is free again.
            async with client.chat.completions.stream(**CHAT) as stream:
                assert (await stream.get_final()).text == "Hi"


def test_a_disposed_subscription_hangs_up() -> None:
    with ScriptedServer([CHUNKED + chunk(SAID), Do.HOLD]) as server, over("sync", server) as client:
        from reactivex import operators as rx

        seen: list[Any] = []
        client.chat.completions.observe(**CHAT).pipe(rx.take(2)).subscribe(seen.append)
        assert [event.type for event in seen] == ["chunk", "content.delta"]
        assert server.hung_up.wait(10)
