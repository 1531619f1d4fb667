"""The stream of a run ends exactly once, the same way on each road, with all that had arrived."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    OpenAIError,
    StreamDecodeError,
    StreamTruncatedError,
    Timeout,
)
from tests.assistant_streams import DONE, frame, message, requires_action, run
from tests.http_server import Do, Script, ScriptedServer, response
from tests.run_ways import WAYS, TakenRun, Way
from tests.sse_bodies import stream

pytestmark = pytest.mark.diagonal


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def take(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


def taken_from(take: Way, script: Script, **params: Any) -> TakenRun:
    with ScriptedServer(script) as server:
        taken = take(server.url, **params)
    assert taken.ends == [taken.error] or (not taken.events and not taken.ends)
    return taken


HI = [*map(frame, ("r:created", "m:new", "m:0+H", "m:0+i", "m:=Hi"))]
COMPLETED = frame("r:completed")
EVENTS = [
    "thread.run.created",
    "thread.message.created",
    *["thread.message.delta"] * 2,
    "thread.message.completed",
]
CALLS = [
    "message_created",
    *("text_created", "text_delta", "message_delta"),
    *("text_delta", "message_delta"),
    *("text_done", "message_done"),
]

COMPLETE = {
    "done": stream(*HI, COMPLETED, DONE),
    "without done": stream(*HI, COMPLETED),
    "done and no end of the run": stream(*HI, frame("r:in_progress"), DONE),
    "bytes after done": stream(*HI, COMPLETED, DONE, b": bye\n\n"),
    "a run that failed": stream(*HI, frame("r:failed")),
    "a run that was cancelled": stream(*HI, frame("r:cancelled")),
    "a run that expired": stream(*HI, frame("r:expired")),
    "a run that is incomplete": stream(*HI, frame("r:incomplete")),
    "a run that requires action": stream(*HI, frame(requires_action("c"))),
    "completed, which requires action": stream(
        *HI, frame(("thread.run.completed", requires_action("c")[1]))
    ),
    "CRLF and pings": stream(
        *(each.replace(b"\n", b"\r\n") + b": ping\r\n\r\n" for each in (*HI, COMPLETED))
    ),
}


@pytest.mark.parametrize("script", COMPLETE.values(), ids=COMPLETE.keys())
def test_a_stream_that_says_it_is_complete_is(take: Way, script: Script) -> None:
    taken = taken_from(take, script)
    assert taken.error is None
    assert taken.events[:5] == EVENTS
    assert taken.calls in (None, [*CALLS, "end"])


LATER = {
    "nothing later": ((), ("a", "x"), ["text_done", "message_done"]),
    "a piece later": (("m:0+b",), ("ab", "x"), ["text_done", "text_done", "message_done"]),
}


@pytest.mark.parametrize(("later", "texts", "last"), LATER.values(), ids=LATER.keys())
def test_a_text_is_done_before_the_next_is_created(
    take: Way, later: tuple[str, ...], texts: tuple[str, ...], last: list[str]
) -> None:
    said = [*map(frame, ("r:created", "m:new", "m:0+a", "m:1+x", *later))]
    whole = frame(message("m", "completed", *texts))
    taken = taken_from(take, stream(*said, whole, COMPLETED, DONE))
    assert taken.error is None
    assert taken.calls is None or taken.calls[:-1] == [
        *("message_created", "text_created", "text_delta", "message_delta"),
        *("text_done", "text_created", "text_delta", "message_delta"),
        *(["text_delta", "message_delta"] * len(later)),
        *last,
    ]


HALF = [*map(frame, ("r:in_progress", "m:new", "m:0+Ha", "m:0+lf"))]
CUT = {
    "between two events": stream(*HALF),
    "in an event": stream(*HALF, frame("m:0+lost")[:40]),
    "before the empty line": stream(*HALF, COMPLETED[:-1]),
    "by a reset": stream(*HALF, end=[Do.RESET]),
    "in the chunked body": stream(*HALF, end=[b"40\r\ndata", Do.HANG_UP]),
    "after the message and before the run's end": stream(*HALF, frame("m:=Half")),
}


@pytest.mark.parametrize("script", CUT.values(), ids=CUT.keys())
def test_a_stream_that_was_cut_is_an_error_with_what_had_arrived(take: Way, script: Script) -> None:
    taken = taken_from(take, script)
    error = taken.error
    assert isinstance(error, StreamTruncatedError)
    assert error.completion is None
    assert error.run is not None
    assert (error.run.id, error.run.status) == ("run_1", "in_progress")
    assert [each.content[0].text.value for each in error.messages] == ["Half"]  # type: ignore[union-attr]  # it is a text
    assert taken.calls is None or taken.calls[-2:] == ["exception", "end"]


@pytest.mark.parametrize("script", CUT.values(), ids=CUT.keys())
def test_a_cut_stream_can_be_taken_for_a_whole_one(take: Way, script: Script) -> None:
    taken = taken_from(take, script, on_truncated="accept")
    assert taken.error is None
    assert taken.calls is None or ("text_done" in taken.calls and taken.calls[-1] == "end")


NO_STREAM = {
    "nothing": (b"", "the body of the stream is empty"),
    "a web page": (b"<html>Gateway</html>", "<html>Gateway</html>"),
    "broken JSON": (b"event: thread.run.created\ndata: {nope}\n\n", "{nope}"),
    "a list": (b"event: thread.run.created\ndata: [1]\n\n", "[1]"),
}


@pytest.mark.parametrize(("body", "quoted"), NO_STREAM.values(), ids=NO_STREAM.keys())
def test_what_is_no_stream_is_quoted(take: Way, body: bytes, quoted: str) -> None:
    taken = taken_from(take, [response(body=body)])
    assert isinstance(taken.error, StreamDecodeError)
    assert quoted in str(taken.error)
    assert taken.calls in (None, ["exception", "end"])


REPORTED = {
    "an error without a frame": b'{"error": {"code": "c", "message": "too hot"}}\n\n',
    "an error in another's frame": b'{"error": {"code": "c", "message": "too hot"}}\n',
    "an error as a field of its own": b'error: {"code": "c", "message": "too hot"}\n\n',
    "a flat error": b'data: {"code": "c", "detail": "too hot"}\n\n',
    "an error event": b'event: error\ndata: {"code": "c", "message": "too hot"}\n\n',
    "an error object": b'data: {"error": {"code": "c", "message": "too hot"}}\n\n',
}


@pytest.mark.parametrize("event", REPORTED.values(), ids=REPORTED.keys())
def test_an_error_in_the_stream_is_raised_with_its_text(take: Way, event: bytes) -> None:
    taken = taken_from(take, stream(*HALF, event, DONE))
    assert type(taken.error) is APIError
    assert (taken.error.message, taken.error.code) == ("too hot", "c")
    assert taken.error.run is not None
    assert len(taken.error.messages) == 1
    assert taken.calls is None or taken.calls[-2:] == ["exception", "end"]


def test_every_error_of_a_stream_says_how_much_had_come(take: Way) -> None:
    headers = [("Content-Type", "text/event-stream"), ("x-request-id", "req_1")]
    ends: list[tuple[bytes, int, int]] = [
        (b"", 4, 0),
        (b"data: lost", 4, 10),
        (b"event: thread.run.failed\ndata: {nope}\n\n", 5, 39),
        (b'data: {"error": "too hot"}\n\n', 5, 28),
        (b"event: error\ndata: too hot\n\n", 5, 28),
    ]
    for end, events, more in ends:
        taken = taken_from(take, [response(body=b"".join([*HALF, end]), headers=headers)])
        error = taken.error
        assert isinstance(error, OpenAIError)
        assert error.run is not None
        assert len(error.messages) == 1
        assert error.request_id == "req_1"
        assert error.events_received == events
        assert error.bytes_received == sum(map(len, HALF)) + more


def test_a_stream_that_falls_silent_is_a_timeout(take: Way) -> None:
    taken = taken_from(take, stream(*HALF, end=[Do.HOLD]), timeout=Timeout(read=0.25))
    assert isinstance(taken.error, APITimeoutError)
    assert taken.error.run is not None
    assert taken.calls is None or taken.calls[-3:] == ["timeout", "exception", "end"]


def test_a_request_that_is_not_answered_is_a_timeout(take: Way) -> None:
    taken = taken_from(take, [Do.HOLD], timeout=0.05)
    assert isinstance(taken.error, APITimeoutError)
    assert taken.calls in (None, ["timeout", "exception", "end"])


def test_a_refused_request_is_an_error(take: Way) -> None:
    taken = taken_from(take, [response(401, b'{"error": {"message": "go away"}}')])
    assert isinstance(taken.error, AuthenticationError)
    assert taken.calls in (None, ["exception", "end"])


def test_a_host_that_is_not_there_is_a_connection_error(take: Way) -> None:
    with ScriptedServer([]) as server:
        url = server.url
    taken = take(url)
    assert isinstance(taken.error, APIConnectionError)
    assert taken.calls in (None, ["exception", "end"])


def test_every_error_of_a_stream_is_ours(take: Way) -> None:
    for body in [body for body, _ in NO_STREAM.values()] + list(REPORTED.values()):
        assert isinstance(taken_from(take, [response(body=body)]).error, OpenAIError)


def test_unknown_events_come_with_the_others(take: Way) -> None:
    hologram = b'event: thread.hologram\ndata: {"id": "h"}\n\n'
    taken = taken_from(take, stream(hologram, frame(run("completed")), DONE))
    assert taken.error is None
    assert taken.events == ["thread.hologram", "thread.run.completed"]
    assert taken.calls in (None, ["end"])


def test_a_message_may_be_incomplete(take: Way) -> None:
    ended = frame(message("m", "incomplete", "Ha"))
    script = stream(frame("m:0+Ha"), ended, frame("r:incomplete"), DONE)
    taken = taken_from(take, script)
    assert taken.error is None
    assert taken.calls is None or taken.calls[-3:] == ["text_done", "message_done", "end"]
