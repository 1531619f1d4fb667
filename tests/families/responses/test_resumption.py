"""A stream in the background that breaks off is resumed after its last event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit import APIError, StreamTruncatedError
from tests.families.responses.resources import KINDS, cut, no_delay, streamed
from tests.families.responses.wire import Event, answer, body, message
from tests.http_server import Script, ScriptedServer, response

ASKED: dict[str, Any] = {"model": "m", "input": "hello", "background": True}
EVENTS = answer(message("a", "b", "c", "d"))
FRAMES = [frame + b"\n\n" for frame in body(EVENTS).split(b"\n\n")[:-1]]
LAST = len(FRAMES) - 1


def part(start: int, end: int = len(FRAMES)) -> bytes:
    """Return the frames of the events from one number to before another."""
    return b"".join(FRAMES[start:end])


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass between two attempts."""
    monkeypatch.setattr("streamkit._http.retries.back_off", no_delay)


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def read(
    kind: str, *scripts: Script, name: str = "stream", retries: int = 1, **params: Any
) -> tuple[Any, list[str]]:
    """Read a stream, and return it with the targets of the requests."""
    given = {**ASKED, **params} if "response_id" not in params else params
    with ScriptedServer(*scripts) as server:
        resources = KINDS[kind](server.url, max_retries=retries)
        taken = (
            resources.read(name, **given) if name == "stream" else resources.observed(name, **given)
        )
    return taken, [f"{one.method} {one.target}" for one in server.requests]


FIRST = "POST /v1/responses"


def again(number: int) -> str:
    return f"GET /v1/responses/resp_1?stream=true&starting_after={number}"


ROADS: dict[str, list[Script]] = {
    "the rest": [cut(part(0, 5)), streamed(part(5))],
    "all from the first": [cut(part(0, 5)), streamed(part(0))],
    "without the first": [cut(part(0, 5)), streamed(part(1))],
    "a clean end too early": [streamed(part(0, 5)), streamed(part(5))],
}


@pytest.mark.parametrize("road", ROADS)
def test_each_event_comes_once(kind: str, road: str) -> None:
    taken, requests = read(kind, *ROADS[road])
    assert taken.error is None
    assert taken.numbers == [*range(len(FRAMES))]
    assert [event.snapshot for event in taken.events if hasattr(event, "snapshot")] == [
        "a",
        "ab",
        "abc",
        "abcd",
    ]
    assert taken.response.output_text == "abcd"
    assert requests == [FIRST, again(4)]


def test_common_events_are_resumed_as_well(kind: str) -> None:
    taken, requests = read(kind, cut(part(0, 5)), streamed(part(0)), name="observe")
    assert taken.error is None
    deltas = [event.delta for event in taken.events if event.type == "content.delta"]
    assert deltas == ["a", "b", "c", "d"]
    assert requests == [FIRST, again(4)]


def test_a_stream_that_breaks_off_before_content_is_resumed_and_not_begun_anew(kind: str) -> None:
    taken, requests = read(kind, cut(part(0, 1)), streamed(part(1)))
    assert taken.numbers == [*range(len(FRAMES))]
    assert requests == [FIRST, again(0)]


def test_a_stream_is_resumed_as_long_as_new_events_come(kind: str) -> None:
    scripts = [cut(part(0, 2)), cut(part(2, 4)), cut(part(4, 6)), streamed(part(6))]
    taken, requests = read(kind, *scripts)
    assert taken.error is None
    assert taken.numbers == [*range(len(FRAMES))]
    assert requests == [FIRST, again(1), again(3), again(5)]


def test_a_stream_that_brings_nothing_new_is_given_up(kind: str) -> None:
    taken, requests = read(kind, cut(part(0, 5)), cut(b": still here\n\n"))
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.text_so_far == "ab"
    assert requests[:2] == [FIRST, again(4)]
    assert len(requests) < 5


def test_without_retries_nothing_is_resumed(kind: str) -> None:
    taken, requests = read(kind, cut(part(0, 5)), streamed(part(5)), retries=0)
    assert isinstance(taken.error, StreamTruncatedError)
    assert requests == [FIRST]


def test_a_response_that_cannot_be_resumed_ends_with_the_first_error(kind: str) -> None:
    gone = [response(404, b'{"error": {"message": "gone"}}')]
    taken, _ = read(kind, cut(part(0, 5)), gone)
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.text_so_far == "ab"


def test_an_error_that_the_server_reports_is_no_reason_to_resume(kind: str) -> None:
    error: Event = {"type": "error", "message": "no", "sequence_number": 5}
    stream = part(0, 5) + f"data: {json.dumps(error)}\n\n".encode()
    taken, requests = read(kind, streamed(stream))
    assert type(taken.error) is APIError
    assert requests == [FIRST]


def test_a_stream_without_numbers_cannot_be_resumed(kind: str) -> None:
    taken, requests = read(kind, cut(body(EVENTS[:5], numbered=False)), streamed(part(5)))
    assert isinstance(taken.error, StreamTruncatedError)
    assert requests == [FIRST]


def test_a_stream_that_is_not_in_the_background_is_not_resumed(kind: str) -> None:
    taken, requests = read(kind, cut(part(0, 5)), streamed(part(5)), background=False)
    assert isinstance(taken.error, StreamTruncatedError)
    assert requests == [FIRST]


@pytest.mark.parametrize("first", [0, 5], ids=["all from the first", "the rest"])
def test_only_events_after_the_cursor_are_emitted(kind: str, first: int) -> None:
    taken, requests = read(kind, streamed(part(first)), response_id="resp_1", starting_after=4)
    assert taken.error is None
    assert taken.numbers == [*range(5, len(FRAMES))]
    assert taken.response.output_text == "abcd"
    assert requests == [again(4)]


def test_a_stream_of_an_existing_response_is_resumed_too(kind: str) -> None:
    taken, requests = read(
        kind, cut(part(5, 7)), streamed(part(7)), response_id="resp_1", starting_after=4
    )
    assert taken.numbers == [*range(5, len(FRAMES))]
    assert taken.response.output_text == "abcd"
    assert requests == [again(4), again(6)]
