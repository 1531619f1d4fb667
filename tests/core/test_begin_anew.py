"""An answer that ends before its first content is requested again, and the user sees no gap."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from streamkit import (
    APIConnectionError,
    APIError,
    AsyncOpenAI,
    AuthenticationError,
    OpenAI,
    StreamClosedError,
    StreamDecodeError,
    StreamTimeoutError,
    StreamTruncatedError,
    Timeout,
)
from streamkit._core.hold import HELD_EVENTS
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Do, Script, ScriptedServer, response
from tests.sse_bodies import DONE, USAGE, part, stream
from tests.ways import KEY, WAYS, Taken, Way

pytestmark = pytest.mark.diagonal

ROLE = part("", role="assistant")
WHOLE = stream(ROLE, part("Hi"), part(finish_reason="stop"), DONE)
TYPES = ["chunk", "content.delta", "chunk", "content.delta", "chunk", "content.done"]
SERVER_ERROR = b'data: {"error": {"message": "sorry", "type": "server_error", "code": null}}\n\n'
INVALID = b'data: {"error": {"message": "no", "type": "invalid_request_error", "code": 400}}\n\n'


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def take(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


@pytest.fixture(autouse=True)
def _nobody_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(_: object) -> float:
        return 0.0

    monkeypatch.setattr("streamkit._http.retries.back_off", at_once)


def taken_from(take: Way, *scripts: Script, **params: Any) -> tuple[Taken, int]:
    """Return the taken stream and the number of requests."""
    with ScriptedServer(*scripts) as server:
        taken = take(server.url, **{"max_retries": 2} | params)
        return taken, len(server.requests)


BROKEN: dict[str, Script] = {
    "no answer": [Do.HANG_UP],
    "a head": [STREAM_HEAD, Do.HANG_UP],
    "an empty body": [STREAM_HEAD, LAST_CHUNK],
    "nothing but keep-alives": stream(b": waiting\n\n", b": waiting\n\n"),
    "a role and the end": stream(ROLE),
    "a role and no more": stream(ROLE, end=[Do.HANG_UP]),
    "a role and a reset": stream(ROLE, end=[Do.RESET]),
    "half of the first content": stream(ROLE, part("Hi")[:-9]),
    "usage of the prompt": stream(USAGE),
    "[DONE] alone": stream(DONE),
    "keep-alives and [DONE]": stream(b": waiting\n\n", DONE),
    "an error of the server": stream(ROLE, SERVER_ERROR),
    "a status": [response(503)],
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_ends_before_its_content_is_asked_for_again(
    take: Way, script: Script
) -> None:
    taken, requests = taken_from(take, script, script, WHOLE)
    assert taken.error is None
    assert taken.types == TYPES
    assert taken.ends == [None]
    assert requests == 3
    if taken.completion is not None:
        assert taken.completion.choices[0].message.content == "Hi"


def test_after_the_last_retry_the_error_is_raised_with_what_came(take: Way) -> None:
    taken, requests = taken_from(take, stream(ROLE))
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.types == ["chunk", "content.delta"]
    assert taken.ends == [taken.error]
    assert requests == 3


def test_refusals_and_broken_answers_share_one_number_of_retries(take: Way) -> None:
    taken, requests = taken_from(
        take, [response(500)], stream(ROLE), [response(500)], WHOLE, max_retries=2
    )
    assert isinstance(taken.error, APIError)
    assert requests == 3


def test_an_error_of_a_later_attempt_is_raised(take: Way) -> None:
    taken, requests = taken_from(take, stream(ROLE), [response(401)])
    assert isinstance(taken.error, AuthenticationError)
    assert requests == 2
    assert taken.types == ["chunk", "content.delta"]


def test_without_retries_nothing_is_held_back(take: Way) -> None:
    taken, requests = taken_from(take, stream(ROLE), WHOLE, max_retries=0)
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.types == ["chunk", "content.delta"]
    assert requests == 1


BEGUN = {
    "text": part("H"),
    "a tool call": (
        b'data: {"choices": [{"delta": {"tool_calls": [{"id": "c", "function": {"name": "f"}}]}}]}'
        b"\n\n"
    ),
    "reasoning": b'data: {"choices": [{"delta": {"reasoning_content": "hm"}}]}\n\n',
    "a finish reason of another choice": part(finish_reason="stop", index=1),
}


@pytest.mark.parametrize("content", BEGUN.values(), ids=BEGUN.keys())
def test_after_the_first_content_nothing_is_asked_for_again(take: Way, content: bytes) -> None:
    taken, requests = taken_from(take, stream(ROLE, content, end=[Do.RESET]), WHOLE, n=2)
    assert isinstance(taken.error, StreamTruncatedError)
    assert requests == 1


FINAL: dict[str, tuple[Script, type[Exception]]] = {
    "an error of the caller's": (stream(ROLE, INVALID), APIError),
    "a web page": ([response(body=b"<html>Gateway</html>")], StreamDecodeError),
    "broken JSON": (stream(b"data: {nope}\n\n"), StreamDecodeError),
    "a refused request": ([response(401)], AuthenticationError),
}


@pytest.mark.parametrize(("script", "kind"), FINAL.values(), ids=FINAL.keys())
def test_an_error_that_another_attempt_cannot_mend_is_raised_at_once(
    take: Way, script: Script, kind: type[Exception]
) -> None:
    taken, requests = taken_from(take, script, WHOLE)
    assert type(taken.error) is kind
    assert requests == 1


def test_a_cut_that_is_accepted_is_no_reason(take: Way) -> None:
    taken, requests = taken_from(take, stream(ROLE), WHOLE, on_truncated="accept")
    assert (taken.error, requests) == (None, 1)
    assert taken.types == ["chunk", "content.delta"]


def test_events_without_content_are_emitted_in_the_end_when_there_are_too_many(take: Way) -> None:
    taken, requests = taken_from(take, stream(*[USAGE] * (HELD_EVENTS + 1)), WHOLE)
    assert isinstance(taken.error, StreamTruncatedError)
    assert (len(taken.events), requests) == (HELD_EVENTS + 1, 1)


def test_an_answer_may_have_no_content(take: Way) -> None:
    taken, requests = taken_from(take, stream(ROLE, DONE))
    assert (taken.error, requests) == (None, 1)
    assert taken.types == ["chunk", "content.delta"]


# Time limits


@pytest.mark.parametrize("script", [[Do.HOLD], stream(ROLE, end=[Do.HOLD])], ids=["none", "role"])
def test_content_that_does_not_come_in_time_is_asked_for_again(take: Way, script: Script) -> None:
    taken, requests = taken_from(take, script, timeout=Timeout(first_content=0.01), max_retries=1)
    assert isinstance(taken.error, StreamTimeoutError)
    assert taken.error.limit == "first_content"
    assert requests <= 2


def test_content_that_comes_the_second_time_is_not_late(take: Way) -> None:
    limits = Timeout(first_content=0.05, between_content=600, total=600)
    silent = stream(ROLE, end=[Do.HOLD])
    taken, requests = taken_from(take, silent, WHOLE, timeout=limits, max_retries=100)
    assert taken.error is None
    assert taken.types == TYPES
    assert requests >= 2


@pytest.mark.parametrize("limit", ["total", "read"])
def test_other_limits_are_no_reason(take: Way, limit: str) -> None:
    timeout = Timeout(**{limit: 0.05})
    taken, requests = taken_from(take, stream(ROLE, end=[Do.HOLD]), timeout=timeout)
    assert isinstance(taken.error, APIConnectionError)
    assert requests <= 1 or limit == "read"  # the read limit also holds for the response's head


def test_an_attempt_that_would_begin_after_the_total_is_not_waited_for(
    take: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(_: object) -> float:
        return 700.0

    waits: list[float] = []

    def wait(_: object, seconds: float) -> None:
        waits.append(seconds)

    async def await_(_: object, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("streamkit._http.retries.back_off", too_long)
    monkeypatch.setattr("streamkit._http._sync.transport.SyncTransport.wait", wait)
    monkeypatch.setattr("streamkit._http._async.transport.AsyncTransport.wait", await_)
    taken, requests = taken_from(take, stream(ROLE), WHOLE, timeout=Timeout(total=600))
    assert waits == []
    assert isinstance(taken.error, StreamTruncatedError)
    assert requests == 1


# Events that are emitted at once


@dataclass
class Held(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that counts the pieces that were read."""

    pieces: Sequence[bytes]
    read: int = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.read += 1
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def answers(*bodies: Held) -> httpx.MockTransport:
    """Return a transport that answers the n-th request with the n-th body."""
    left = list(bodies)

    def answer(_: httpx.Request) -> httpx.Response:
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=left.pop(0))

    return httpx.MockTransport(answer)


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_in_the_last_attempt_nothing_is_held_back(retries: int) -> None:
    last = Held([ROLE, part("Hi"), DONE])
    http = httpx.Client(transport=answers(*(Held([ROLE]) for _ in range(retries)), last))
    client = OpenAI(api_key=KEY, base_url="http://127.0.0.1", http_client=http, max_retries=retries)
    with client.chat.completions.stream(model="m", messages=[]) as stream:
        assert next(stream).type == "chunk"
        assert last.read == 1


@pytest.mark.parametrize("retries", [0, 1, 2])
async def test_in_the_last_attempt_nothing_is_held_back_from_a_task(retries: int) -> None:
    last = Held([ROLE, part("Hi"), DONE])
    http = httpx.AsyncClient(transport=answers(*(Held([ROLE]) for _ in range(retries)), last))
    async with AsyncOpenAI(
        api_key=KEY, base_url="http://127.0.0.1", http_client=http, max_retries=retries
    ) as client:
        async with client.chat.completions.stream(model="m", messages=[]) as stream:
            assert (await anext(stream)).type == "chunk"
            assert last.read == 1


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_in_the_last_attempt_nothing_is_held_back_from_an_observer(retries: int) -> None:
    last = Held([ROLE, part("Hi"), DONE])
    http = httpx.Client(transport=answers(*(Held([ROLE]) for _ in range(retries)), last))
    client = OpenAI(api_key=KEY, base_url="http://127.0.0.1", http_client=http, max_retries=retries)
    read: list[int] = []
    client.chat.completions.observe(model="m", messages=[]).subscribe(
        lambda _: read.append(last.read)
    )
    assert read[:2] == [1, 1]


# Observers, and closing


def test_chunks_are_asked_for_again_as_well() -> None:
    with (
        ScriptedServer(stream(ROLE), WHOLE) as server,
        OpenAI(api_key=KEY, base_url=server.url) as client,
    ):
        created = client.chat.completions.create(model="m", messages=[], stream=True)
        first = created.response
        assert [chunk.to_dict()["choices"][0]["delta"] for chunk in created] == [
            {"content": ""},
            {"content": "Hi"},
            {},
        ]
        assert created.response is not first
        assert len(server.requests) == 2
    with (
        ScriptedServer(stream(ROLE), WHOLE) as server,
        OpenAI(api_key=KEY, base_url=server.url) as client,
    ):
        emitted: list[Any] = []
        client.chat.completions.chunks(model="m", messages=[]).subscribe(emitted.append)
        assert len(emitted) == 3
        assert len(server.requests) == 2


def test_the_run_of_an_assistant_is_not_started_twice() -> None:
    created = b'event: thread.run.created\ndata: {"id": "run_1", "object": "thread.run"}\n\n'
    with (
        ScriptedServer(stream(created), stream(created)) as server,
        OpenAI(api_key=KEY, base_url=server.url) as client,
    ):
        with pytest.raises(StreamTruncatedError):
            with client.beta.threads.runs.stream(thread_id="t", assistant_id="a") as run:
                run.until_done()
        assert len(server.requests) == 1


def test_a_retry_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "streamkit")
    taken, _ = taken_from(WAYS["for"], stream(ROLE), WHOLE)
    assert taken.error is None
    (record,) = [record for record in caplog.records if record.levelno == logging.INFO]
    assert record.getMessage() == (
        "POST /chat/completions: the answer broke off (StreamTruncatedError);"
        " attempt 2 follows in 0.000 s"
    )


def test_whoever_closes_a_stream_that_waits_to_begin_anew_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = threading.Event()

    def wait_long(_: object) -> float:
        waits.set()
        return 600.0

    monkeypatch.setattr("streamkit._http.retries.back_off", wait_long)
    with (
        ScriptedServer(stream(ROLE), WHOLE) as server,
        OpenAI(api_key=KEY, base_url=server.url) as client,
    ):
        with client.chat.completions.stream(model="m", messages=[]) as events:

            def close() -> None:
                waits.wait(10)
                events.close()

            closer = threading.Thread(target=close)
            closer.start()
            with pytest.raises(StreamClosedError):
                next(events)
            closer.join()
        assert len(server.requests) == 1


def test_so_does_another_task(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(url: str) -> None:
        waits = asyncio.Event()

        def wait_long(_: object) -> float:
            waits.set()
            return 600.0

        monkeypatch.setattr("streamkit._http.retries.back_off", wait_long)
        async with AsyncOpenAI(api_key=KEY, base_url=url) as client:
            async with client.chat.completions.stream(model="m", messages=[]) as events:
                reader = asyncio.ensure_future(anext(events))
                await waits.wait()
                await asyncio.sleep(0)
                await events.close()
                with pytest.raises(StreamClosedError):
                    await reader

    with ScriptedServer(stream(ROLE), WHOLE) as server:
        asyncio.run(main(server.url))
        assert len(server.requests) == 1
