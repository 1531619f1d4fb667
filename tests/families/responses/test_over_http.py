"""The methods of responses over HTTP, for a client that blocks or awaits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import (
    APIError,
    APIResponseValidationError,
    BadRequestError,
    LengthFinishReasonError,
    ParseError,
    StreamDecodeError,
    StreamTruncatedError,
)
from streamkit.server import EmbeddedServer
from tests.families.responses.resources import (
    KEY,
    KINDS,
    Resources,
    cut,
    no_delay,
    streamed,
    whole,
)
from tests.families.responses.wire import answer, body, created, ended, message
from tests.http_server import Script, ScriptedServer, response


class Answer(BaseModel):
    a: int


ASKED: dict[str, Any] = {"model": "m", "input": "hello"}
HELLO = answer(message("Hel", "lo"))
FITS = answer(message('{"a": ', "1}"))


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as embedded:
        yield embedded


@pytest.fixture
def resources(kind: str, server: EmbeddedServer) -> Resources:
    return KINDS[kind](f"{server.url}/v1")


def test_a_response_is_created(resources: Resources) -> None:
    made = resources.call("create", **ASKED)
    assert made.status == "completed"
    assert made.output_text


def test_a_response_is_parsed(resources: Resources) -> None:
    assert isinstance(resources.call("parse", **ASKED, text_format=Answer).output_parsed, Answer)


def test_a_response_is_streamed(resources: Resources) -> None:
    read = resources.read("stream", **ASKED, text_format=Answer)
    assert read.error is None
    assert read.numbers == [*range(len(read.events))]
    assert isinstance(read.response.output_parsed, Answer)


def test_a_response_is_streamed_as_it_comes(resources: Resources) -> None:
    read = resources.read("create", **ASKED, stream=True)
    assert read.error is None
    assert read.events[-1].type == "response.completed"
    assert not hasattr(read.events[4], "snapshot")


def test_a_response_is_observed_in_common_events(resources: Resources) -> None:
    read = resources.observed("observe", **ASKED, text_format=Answer)
    assert read.error is None
    assert [event.type for event in read.events[-3:]] == ["chunk", "finish", "usage"]
    (done,) = [event for event in read.events if event.type == "content.done"]
    assert isinstance(done.parsed, Answer)


def test_chunks_are_the_events_as_they_came(resources: Resources) -> None:
    read = resources.observed("chunks", **ASKED)
    assert [event.type for event in read.events][:2] == ["response.created", "response.in_progress"]


def test_a_response_is_kept_listed_and_deleted(resources: Resources) -> None:
    made = resources.call("create", **ASKED)
    assert resources.call("retrieve", made.id) == made
    (item,) = resources.listed(made.id)
    assert item.content[0].text == "hello"
    assert resources.call("delete", made.id).id == made.id


def test_a_response_in_the_background_is_polled(resources: Resources) -> None:
    made = resources.call("create_and_poll", **ASKED, text_format=Answer, poll_interval_ms=0)
    assert made.status == "completed"
    assert isinstance(made.output_parsed, Answer)
    again = resources.call("poll", made.id, poll_interval_ms=0)
    assert again.status == "completed"
    states = resources.observed("observe_create_and_poll", **ASKED, poll_interval_ms=0)
    assert states.error is None
    assert states.events[-1].status == "completed"


def test_a_response_in_the_background_is_cancelled(resources: Resources) -> None:
    made = resources.call("create", **ASKED, background=True)
    assert resources.call("cancel", made.id).status in {"cancelled", "completed"}


def test_a_stream_in_the_background_is_read_again_after_the_cursor(resources: Resources) -> None:
    first = resources.read("stream", **ASKED, text_format=Answer, background=True)
    id = first.response.id
    rest = resources.read("stream", response_id=id, starting_after=5, text_format=Answer)
    assert rest.error is None
    assert rest.numbers == [*range(6, len(first.events))]
    assert rest.response == first.response
    raw = resources.read("retrieve", id, stream=True, starting_after=5)
    assert raw.numbers == rest.numbers


def taken(kind: str, script: Script, name: str = "stream", **params: Any) -> Any:
    """Return what one request is answered with, or its error."""
    with ScriptedServer(script) as scripted:
        resources = KINDS[kind](scripted.url)
        if name == "stream":
            return resources.read(name, **ASKED, **params)
        try:
            return resources.call(name, **ASKED, **params)
        except Exception as error:  # noqa: BLE001 - the test judges it
            return error


ENDS: dict[str, tuple[Script, type[Exception]]] = {
    "cut": (cut(body(HELLO[:5])), StreamTruncatedError),
    "ended early": (streamed(body(HELLO[:5])), StreamTruncatedError),
    "[DONE] too early": (streamed(body(HELLO[:5], end="data: [DONE]\n\n")), StreamTruncatedError),
    "an error event": (
        streamed(body([*HELLO[:5], {"type": "error", "message": "no", "code": "x"}])),
        APIError,
    ),
    "failed": (
        streamed(body([*HELLO[:5], ended("failed", error={"code": "x", "message": "no"})])),
        APIError,
    ),
    "empty": (streamed(b""), StreamDecodeError),
    "HTML": ([response(body=b"<html>502</html>")], StreamDecodeError),
    "a JSON error": ([response(body=b'{"error": {"message": "no"}}')], APIError),
    "status 400": ([response(400, b'{"error": {"message": "no"}}')], BadRequestError),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_stream_ends_with_the_error_that_ended_it(kind: str, end: str) -> None:
    script, error = ENDS[end]
    read = taken(kind, script)
    assert isinstance(read.error, error)
    if read.events:
        assert read.text_so_far == "Hello"
    assert KEY not in f"{read.error!r} {read.error} {vars(read.error)}"


def test_a_cut_stream_may_be_accepted(kind: str) -> None:
    read = taken(kind, streamed(body(HELLO[:5])), on_truncated="accept")
    assert read.error is None
    assert read.response.output_text == "Hello"
    assert read.events[-1].type == "response.output_text.done"


def test_the_last_event_ends_a_stream_that_the_server_keeps_open(kind: str) -> None:
    read = taken(kind, streamed(body(HELLO) + b": bye\n\n" + b"data: {}\n\n"))
    assert read.error is None
    assert read.events[-1].type == "response.completed"


WRONG: dict[str, tuple[Any, type[Exception]]] = {
    "no JSON": (b"<html>", APIResponseValidationError),
    "no response": (b'{"detail": 3}', APIResponseValidationError),
    "an error": (b'{"error": {"message": "no", "code": "x"}}', APIError),
    "failed": (ended("failed", error={"code": "x", "message": "no"})["response"], APIError),
    "cut short": (
        ended("incomplete", incomplete_details={"reason": "max_output_tokens"})["response"],
        LengthFinishReasonError,
    ),
    "a text that does not fit": (answer(message("[]"))[-1]["response"], ParseError),
    "nothing to parse": (ended()["response"], ParseError),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_parse_raises_what_is_wrong(kind: str, wrong: str) -> None:
    given, error = WRONG[wrong]
    data = given if isinstance(given, bytes) else json.dumps(given).encode()
    assert isinstance(taken(kind, whole(data), "parse", text_format=Answer), error)


def test_create_returns_a_failed_response_as_it_is(kind: str) -> None:
    failed = ended("failed", error={"code": "x", "message": "no"})["response"]
    made = taken(kind, whole(json.dumps(failed).encode()), "create")
    assert (made.status, made.error.message, made.request_id) == ("failed", "no", "req_1")


def test_a_request_is_repeated_until_content_has_come(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamkit._http.retries.back_off", no_delay)
    early = body([created(), {"type": "error", "code": "server_error", "message": "no"}])
    with ScriptedServer(streamed(early), streamed(body(FITS))) as scripted:
        resources = KINDS[kind](scripted.url, max_retries=1)
        read = resources.read("stream", **ASKED, text_format=Answer)
    assert read.error is None
    assert read.response.output_parsed == Answer(a=1)
    assert len(scripted.requests) == 2
