"""A stream ends exactly once, the same way for every reader, with all that had arrived."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel
from reactivex.scheduler import NewThreadScheduler

from streamkit import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    AuthenticationError,
    BadRequestError,
    ContentFilterFinishReasonError,
    InternalServerError,
    LengthFinishReasonError,
    OpenAI,
    OpenAIError,
    ParseError,
    RateLimitError,
    StreamClosedError,
    StreamDecodeError,
    StreamTimeoutError,
    StreamTruncatedError,
    Timeout,
)
from tests.http_server import Do, Script, ScriptedServer, head, response
from tests.sse_bodies import DONE, USAGE, part, stream
from tests.ways import CLIENTS, KEY, WAYS, Taken, Way

pytestmark = pytest.mark.diagonal

C = TypeVar("C")


class Answer(BaseModel):
    a: int


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def take(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


def taken_from(take: Way, script: Script, **params: Any) -> Taken:
    with ScriptedServer(script) as server:
        taken = take(server.url, **params)
    assert taken.ends == [taken.error] or (not taken.events and not taken.ends)
    return taken


ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


def client_of(kind: Callable[..., C], server: ScriptedServer) -> C:
    return kind(api_key=KEY, base_url=server.url, max_retries=0)


COMPLETE = {
    "[DONE] after a finish reason": stream(part("Hi"), part(finish_reason="stop"), DONE),
    "a finish reason without [DONE]": stream(part("Hi"), part(finish_reason="stop")),
    "[DONE] without a finish reason": stream(part("Hi"), DONE),
    "the finish reason on the last content": stream(part("Hi", "stop"), DONE),
    "usage after the finish reason": stream(part("Hi", "stop"), USAGE, DONE),
    "bytes after [DONE]": stream(part("Hi", "stop"), DONE, b": bye\n\n"),
    "the connection closed after [DONE]": [
        head(headers=[("Content-Type", "text/event-stream")]) + part("Hi", "stop") + DONE,
        Do.HANG_UP,
    ],
}


@pytest.mark.parametrize("script", COMPLETE.values(), ids=COMPLETE.keys())
def test_a_stream_that_says_it_is_complete_is(take: Way, script: Script) -> None:
    taken = taken_from(take, script)
    assert taken.error is None
    done = taken.events[-1] if taken.types[-1] == "content.done" else taken.events[-2]
    assert done.to_dict() == {
        "type": "content.done",
        "choice_index": 0,
        "content": "Hi",
        "parsed": None,
    }
    if taken.completion is not None:
        assert taken.completion.choices[0].message.content == "Hi"


CUT = {
    "between two events": stream(part("Ha"), part("lf")),
    "in an event": stream(part("Ha"), part("lf"), part("lost")[:20]),
    "before the empty line": stream(part("Ha"), part("lf"), part("lost", "stop")[:-1]),
    "in a character": stream(part("Ha"), part("lf"), b"data: \xf0\x9f"),
    "by a reset": stream(part("Ha"), part("lf"), end=[Do.RESET]),
    "in the chunked body": stream(part("Ha"), part("lf"), end=[b"40\r\ndata", Do.HANG_UP]),
    "before every choice had finished": stream(part("Ha"), part("lf"), part("x", "stop", index=1)),
}


@pytest.mark.parametrize("script", CUT.values(), ids=CUT.keys())
def test_a_stream_that_was_cut_is_an_error_with_what_had_arrived(take: Way, script: Script) -> None:
    taken = taken_from(take, script)
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.error.completion is not None
    assert taken.error.completion.choices[0].message.content == "Half"
    assert [event.delta for event in taken.events if event.type == "content.delta"][:2] == [  # type: ignore[attr-defined]  # narrowed by its type
        "Ha",
        "lf",
    ]


def test_a_choice_that_never_began_is_missing_too(take: Way) -> None:
    taken = taken_from(take, stream(part("Hi", "stop")), n=2)
    assert isinstance(taken.error, StreamTruncatedError)
    assert "1 of 2 choices" in str(taken.error)


@pytest.mark.parametrize("script", CUT.values(), ids=CUT.keys())
def test_a_cut_stream_can_be_taken_for_a_whole_one(take: Way, script: Script) -> None:
    taken = taken_from(take, script, on_truncated="accept")
    assert taken.error is None
    (done,) = (
        event.to_dict()
        for event in taken.events
        if event.to_dict()["type"] == "content.done" and event.to_dict()["choice_index"] == 0
    )
    # A last frame that only lacks its empty line has arrived as well.
    whole = "Halflost" if script == CUT["before the empty line"] else "Half"
    assert done["content"] == whole
    assert taken.ends in ([], [None])


def test_a_silence_is_no_cut_that_can_be_accepted(take: Way) -> None:
    script = stream(part("Half"), end=[Do.HOLD])
    taken = taken_from(take, script, on_truncated="accept", timeout=Timeout(read=0.2))
    assert isinstance(taken.error, StreamTimeoutError)


NO_STREAM = {
    "nothing": (b"", "the body of the stream is empty"),
    "a web page": (b"<html>Gateway</html>", "<html>Gateway</html>"),
    "comments": (b": processing\n\n: processing\n\n", ": processing"),
    "broken JSON": (b"data: {nope}\n\n", "{nope}"),
    "a list": (b"data: [1]\n\n", "[1]"),
    "choices that are no list": (b'data: {"choices": 1}\n\n', '{"choices": 1}'),
    "bad UTF-8": (b'data: {"id": "\xff"}\n\n', "\ufffd"),
}


@pytest.mark.parametrize(("body", "quoted"), NO_STREAM.values(), ids=NO_STREAM.keys())
def test_what_is_no_stream_is_quoted(take: Way, body: bytes, quoted: str) -> None:
    taken = taken_from(take, [response(body=body)])
    assert isinstance(taken.error, StreamDecodeError)
    assert quoted in str(taken.error)


REPORTED = {
    "an error object": (b'data: {"error": {"message": "too hot", "code": 7}}\n\n', "too hot"),
    "an error string": (b'data: {"error": "too hot"}\n\n', "too hot"),
    "an error event with a message": (b'event: error\ndata: {"message": "too hot"}\n\n', "too hot"),
    "an error event with an error": (
        b'event: error\ndata: {"error": {"message": "too hot"}}\n\n',
        "too hot",
    ),
    "an error event with text": (b"event: error\ndata: too hot\n\n", "too hot"),
    "an error event with a list": (b"event: error\ndata: [1, 2]\n\n", "[1, 2]"),
}


@pytest.mark.parametrize(("event", "message"), REPORTED.values(), ids=REPORTED.keys())
def test_an_error_in_the_stream_is_raised_with_its_text(
    take: Way, event: bytes, message: str
) -> None:
    taken = taken_from(take, stream(part("Half"), event, DONE))
    assert type(taken.error) is APIError
    assert message in str(taken.error)
    assert taken.error.completion is not None
    assert taken.error.completion.choices[0].message.content == "Half"


def test_every_error_of_a_stream_says_how_much_had_come(take: Way) -> None:
    headers = [("Content-Type", "text/event-stream"), ("x-request-id", "req_1")]
    pieces = [part("Ha"), part("lf")]
    ends: list[tuple[bytes, int, int]] = [
        (b"", 2, 0),
        (b"data: lost", 2, 10),
        (b"data: {nope}\n\n", 3, 14),
        (b'data: {"error": "too hot"}\n\n', 3, 28),
        (b"event: error\ndata: too hot\n\n", 3, 28),
    ]
    for end, events, more in ends:
        taken = taken_from(take, [response(body=b"".join([*pieces, end]), headers=headers)])
        error = taken.error
        assert isinstance(error, OpenAIError)
        assert error.completion is not None
        assert error.completion.choices[0].message.content == "Half"
        assert error.request_id == "req_1"
        assert error.events_received == events
        assert error.bytes_received == sum(map(len, pieces)) + more


def test_errors_about_the_content_say_it_too(take: Way) -> None:
    body = part('{"a": "x"}', "stop") + USAGE + DONE
    taken = taken_from(
        take, [response(body=body, headers=[("x-request-id", "req_1")])], response_format=Answer
    )
    assert isinstance(taken.error, ParseError)
    assert (taken.error.events_received, taken.error.request_id) == (3, "req_1")
    assert taken.error.bytes_received == len(body)


def test_a_stream_that_falls_silent_is_a_timeout_with_what_had_arrived(take: Way) -> None:
    script = stream(part("Ha"), part("lf"), end=[Do.HOLD])
    taken = taken_from(take, script, timeout=Timeout(read=0.25))
    error = taken.error
    assert isinstance(error, APITimeoutError)
    assert error.completion is not None
    assert error.completion.choices[0].message.content == "Half"
    assert error.events_received == 2
    assert error.bytes_received == len(part("Ha") + part("lf"))


def test_a_request_that_is_not_answered_is_a_timeout(take: Way) -> None:
    taken = taken_from(take, [Do.HOLD], timeout=0.05)
    assert isinstance(taken.error, APITimeoutError)
    assert (taken.error.completion, taken.error.events_received) == (None, None)


HALF = stream(part("Ha"), part("lf"), end=[Do.HOLD])


def test_leaving_a_stream_reaches_each_of_its_observers_once() -> None:
    ends: list[Exception | None] = []
    with ScriptedServer(HALF) as server, client_of(OpenAI, server) as client:
        with client.chat.completions.stream(**ASKED) as events:
            events.subscribe(on_error=ends.append, on_completed=lambda: ends.append(None))
            assert next(events).type == "chunk"
        events.close()
        with pytest.raises(StreamClosedError):
            next(events)
    (error,) = ends
    assert isinstance(error, StreamClosedError)
    assert error.completion is not None
    assert error.completion.choices[0].message.content == "Ha"
    assert (error.events_received, error.bytes_received) == (1, len(part("Ha")))


async def test_cancelling_the_task_of_a_stream_reaches_its_observers() -> None:
    ends: list[Exception | None] = []
    arrived = asyncio.Event()

    async def read(client: AsyncOpenAI) -> None:
        async with client.chat.completions.stream(**ASKED) as events:
            events.subscribe(on_error=ends.append, on_completed=lambda: ends.append(None))
            async for event in events:
                if event.type == "content.delta" and event.delta == "lf":
                    arrived.set()

    with ScriptedServer(HALF) as server:
        async with client_of(AsyncOpenAI, server) as client:
            task = asyncio.create_task(read(client))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    (error,) = ends
    assert isinstance(error, StreamClosedError)
    assert error.completion is not None
    assert error.completion.choices[0].message.content == "Half"


def test_a_disposed_subscription_gets_nothing_more() -> None:
    ends: list[str] = []
    taken = threading.Event()
    with ScriptedServer(HALF) as server, client_of(OpenAI, server) as client:
        subscription = client.chat.completions.observe(**ASKED).subscribe(
            lambda _event: taken.set(),
            lambda _error: ends.append("error"),
            lambda: ends.append("completed"),
            scheduler=NewThreadScheduler(),
        )
        assert taken.wait(10)
        subscription.dispose()
        assert server.hung_up.wait(10)
    assert ends == []


STATUSES: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    429: RateLimitError,
    500: InternalServerError,
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_refused_request_is_an_error_with_its_body_and_no_key(take: Way, status: int) -> None:
    body = json.dumps({"error": {"message": "go away", "code": "c"}}).encode()
    taken = taken_from(take, [response(status, body, [("x-request-id", "req_1")])])
    assert isinstance(taken.error, APIStatusError)
    assert type(taken.error) is STATUSES[status]
    assert (taken.error.code, taken.error.request_id) == ("c", "req_1")
    assert "go away" in str(taken.error)
    assert KEY not in repr(taken.error) + str(taken.error)
    assert taken.events == []


def test_a_host_that_is_not_there_is_a_connection_error(take: Way) -> None:
    with ScriptedServer([]) as server:
        url = server.url
    taken = take(url)
    assert isinstance(taken.error, APIConnectionError)
    assert "ConnectError" in str(taken.error)
    assert (taken.error.__cause__, taken.error.__context__) == (None, None)


def test_an_answer_that_ran_out_of_tokens_is_raised_last_with_its_usage(take: Way) -> None:
    script = stream(part('{"a": '), part(finish_reason="length"), USAGE, DONE)
    taken = taken_from(take, script, response_format=Answer)
    assert isinstance(taken.error, LengthFinishReasonError)
    assert taken.error.completion is not None
    assert taken.error.completion.usage is not None
    assert taken.error.completion.usage.total_tokens == 7
    assert taken.error.completion.choices[0].message.content == '{"a": '
    assert taken.types == ["chunk", "content.delta", "chunk", "content.done", "chunk"]


def test_an_answer_that_was_filtered_is_raised_last(take: Way) -> None:
    script = stream(part('{"a": '), part(finish_reason="content_filter"), DONE)
    taken = taken_from(take, script, response_format=Answer)
    assert isinstance(taken.error, ContentFilterFinishReasonError)


def test_an_answer_that_was_not_to_be_parsed_may_run_out_of_tokens(take: Way) -> None:
    taken = taken_from(take, stream(part("Hi", "length"), DONE))
    assert taken.error is None


def test_an_answer_that_does_not_fit_is_raised_last_with_the_reason(take: Way) -> None:
    script = stream(part('{"a": "x"}', "stop"), USAGE, DONE)
    taken = taken_from(take, script, response_format=Answer)
    assert isinstance(taken.error, ParseError)
    assert isinstance(taken.error.__cause__, ValueError)
    assert taken.error.content == '{"a": "x"}'
    assert taken.error.completion is not None
    assert taken.error.completion.usage is not None
    assert taken.types == ["chunk", "content.delta", "content.done", "chunk"]


@pytest.mark.parametrize("library", CLIENTS.values(), ids=CLIENTS.keys())
def test_any_client_with_the_interface_of_httpx_serves(take: Way, library: Any) -> None:
    script = stream(part("Hi", "stop"), DONE)
    with ScriptedServer(script) as server:
        taken = take(server.url, library)
    assert taken.error is None
    assert taken.types == ["chunk", "content.delta", "content.done"]


def test_every_error_of_a_stream_is_ours(take: Way) -> None:
    bodies = [body for body, _ in NO_STREAM.values()] + [event for event, _ in REPORTED.values()]
    for body in bodies:
        assert isinstance(taken_from(take, [response(body=body)]).error, OpenAIError)
