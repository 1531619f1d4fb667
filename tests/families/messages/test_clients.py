"""The clients of Anthropic's API over real connections: what they send, and every end."""

from __future__ import annotations

import asyncio
import collections
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import streamkit
from streamkit import (
    Anthropic,
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    AsyncAnthropic,
    AuthenticationError,
    OverloadedError,
    ParseError,
    SchemaError,
    StreamClosedError,
    StreamDecodeError,
    StreamkitError,
    StreamTruncatedError,
)
from tests.http_server import Do, ScriptedServer
from tests.message_server import KEY, MESSAGE, answered, base, streamed
from tests.message_streams import ASKED, STOP, ends, opens_text, says, start, text, whole

RECORDINGS = Path(__file__).parents[2] / "recordings" / "anthropic"
HELLO = whole(*text("Hel", "lo"))
OVERLOADED = {
    "type": "error",
    "error": {"type": "overloaded_error", "message": "Overloaded"},
    "request_id": "req_body",
}


class City(BaseModel):
    city: str


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL", "CUSTOM_HEADERS"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)


def blocking(server: ScriptedServer, do: Callable[[Any], Any], **options: Any) -> Any:
    """Return what a function of the blocking client returns."""
    with Anthropic(api_key=KEY, base_url=base(server), max_retries=0, **options) as client:
        return do(client.messages)


def on_a_loop(server: ScriptedServer, do: Callable[[Any], Any], **options: Any) -> Any:
    """Return what a function of the client on the loop returns when it is awaited."""

    async def main() -> Any:
        given: Any = {"api_key": KEY, "base_url": base(server), "max_retries": 0, **options}
        async with AsyncAnthropic(**given) as client:
            return await do(client.messages)

    return asyncio.run(main())


WAYS: list[Any] = [blocking, on_a_loop]


def create(messages: Any) -> Any:
    return messages.create(**ASKED)


def parse(messages: Any) -> Any:
    return messages.parse(**ASKED, output_format=City)


@pytest.mark.parametrize("way", WAYS)
def test_create_returns_the_message_as_it_came(way: Any) -> None:
    with ScriptedServer(answered(MESSAGE)) as server:
        message = way(server, create)
    assert message.to_dict() == MESSAGE
    assert message.request_id == "req_head"
    (request,) = server.requests
    assert request.target == "/v1/messages"
    assert json.loads(request.body) == ASKED
    assert request.headers["anthropic-version"] == "2026-10-21"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "x-api-key" not in request.headers


@pytest.mark.parametrize("way", WAYS)
def test_parse_reads_the_answer_into_the_type(way: Any) -> None:
    with ScriptedServer(answered(MESSAGE)) as server:
        message = way(server, parse)
    assert message.parsed_output == City(city="Rome")
    sent = json.loads(server.requests[0].body)["output_config"]["format"]
    assert sent["type"] == "json_schema"
    assert sent["schema"]["additionalProperties"] is False


def test_create_streams_the_events_of_the_wire() -> None:
    async def taken(messages: Any) -> list[str]:
        return [event.type async for event in await messages.create(**ASKED, stream=True)]

    expected = [event["type"] for event in HELLO]
    with ScriptedServer(streamed(HELLO)) as server:
        events = blocking(server, lambda messages: [*messages.create(**ASKED, stream=True)])
        assert [event.type for event in events] == expected
        assert on_a_loop(server, taken) == expected
    assert json.loads(server.requests[0].body)["stream"] is True


def test_a_stream_has_the_lenses_of_the_package() -> None:
    with ScriptedServer(streamed(HELLO)) as server:
        with Anthropic(api_key=KEY, base_url=base(server)) as client:
            with client.messages.stream(**ASKED) as stream:
                assert stream.current_message_snapshot.content == []
                assert [*stream.text_stream] == ["Hel", "lo"]
                assert stream.get_final_text() == "Hello"
                message = stream.get_final_message()
                assert stream.current_message_snapshot == message
                assert stream.response.status_code == 200
                assert stream.request_id == "req_head"
                assert stream.until_done() is stream
                assert stream.get_final().text == "Hello"


def test_a_stream_on_the_loop_has_them_too() -> None:
    async def taken(messages: Any) -> Any:
        async with messages.stream(**ASKED) as stream:
            pieces = [piece async for piece in stream.text_stream]
            return pieces, await stream.get_final_text(), await stream.get_final()

    with ScriptedServer(streamed(HELLO)) as server:
        pieces, said, final = on_a_loop(server, taken)
    assert (pieces, said, final.text) == (["Hel", "lo"], "Hello", "Hello")


def test_count_tokens_counts() -> None:
    with ScriptedServer(answered({"input_tokens": 38})) as server:
        asked = {name: ASKED[name] for name in ("model", "messages")}
        count = blocking(server, lambda messages: messages.count_tokens(**asked))
    assert count.input_tokens == 38
    assert server.requests[0].target == "/v1/messages/count_tokens"


ENDS: dict[str, tuple[Any, type[Exception], str | None]] = {
    "cut": (streamed([start(), opens_text(), says("Hel")]), StreamTruncatedError, "Hel"),
    "reset": (
        [*streamed([start(), opens_text(), says("Hel")])[:1], Do.RESET],
        StreamTruncatedError,
        "Hel",
    ),
    "an error first": (streamed([OVERLOADED]), OverloadedError, None),
    "an error later": (
        streamed([start(), opens_text(), says("Hel"), OVERLOADED]),
        OverloadedError,
        "Hel",
    ),
    "an error that is no JSON": (
        streamed([start(), b"event: error\ndata: out of luck\n\n"]),
        APIStatusError,
        "",
    ),
    "empty": (streamed(b""), StreamDecodeError, None),
    "HTML": (streamed(b"<html>gateway</html>"), StreamDecodeError, None),
    "JSON": (answered({"answer": 42}), StreamTruncatedError, None),
    "an error with 200": (answered(OVERLOADED), OverloadedError, None),
    "pings alone": (streamed([{"type": "ping"}]), StreamTruncatedError, None),
    "401": (answered({"error": {"type": "authentication_error"}}, 401), AuthenticationError, None),
    "529": (answered(OVERLOADED, 529), OverloadedError, None),
    "no answer": ([Do.HANG_UP], APIConnectionError, None),
}


@pytest.mark.diagonal
@pytest.mark.parametrize("way", ["for", "async for", "common", "observe", "create"])
@pytest.mark.parametrize(("script", "kind", "said"), ENDS.values(), ids=ENDS)
def test_every_end_is_told_once_with_the_message_so_far(
    way: str, script: Any, kind: type[Exception], said: str | None
) -> None:
    with ScriptedServer(script) as server:
        error = _error(server, way)
    assert isinstance(error, kind), error
    partial: Any = vars(error).get("partial")
    if way == "create":
        return
    if said is None:
        assert partial is None
    elif said:
        assert partial.content[0].text == said


def _error(server: ScriptedServer, way: str) -> Any:
    errors: list[Exception] = []

    def take(messages: Any) -> None:
        try:
            match way:
                case "for":
                    with messages.stream(**ASKED) as stream:
                        stream.until_done()
                case "common":
                    with messages.stream(**ASKED) as stream:
                        collections.deque(stream.common)
                case "observe":
                    messages.observe(**ASKED).subscribe(on_error=errors.append)
                case _:
                    messages.create(**ASKED, stream=True).until_done()
        except StreamkitError as error:
            errors.append(error)

    async def take_async(messages: Any) -> None:
        try:
            async with messages.stream(**ASKED) as stream:
                [event async for event in stream]
        except StreamkitError as error:
            errors.append(error)

    if way == "async for":
        on_a_loop(server, take_async)
    else:
        blocking(server, take)
    (error,) = errors
    return error


def test_an_overloaded_server_is_asked_again_before_content_came() -> None:
    first = streamed([start(), opens_text(), OVERLOADED])
    with ScriptedServer(first, streamed(HELLO)) as server:
        with Anthropic(api_key=KEY, base_url=base(server), max_retries=1) as client:
            with client.messages.stream(**ASKED) as stream:
                assert stream.get_final_text() == "Hello"
    assert len(server.requests) == 2


def test_it_is_not_asked_again_after_content_came() -> None:
    first = streamed([start(), opens_text(), says("Hel"), OVERLOADED])
    with ScriptedServer(first, streamed(HELLO)) as server:
        with Anthropic(api_key=KEY, base_url=base(server), max_retries=1) as client:
            with pytest.raises(OverloadedError) as caught:
                with client.messages.stream(**ASKED) as stream:
                    stream.until_done()
    assert len(server.requests) == 1
    assert caught.value.request_id == "req_body"


def test_a_closed_stream_wakes_its_reader() -> None:
    with ScriptedServer([*streamed([start(), *text("Hi")])[:1], Do.HOLD]) as server:
        with Anthropic(api_key=KEY, base_url=base(server)) as client:
            with client.messages.stream(**ASKED) as stream:
                for event in stream:
                    if event.type == "text":
                        stream.close()
                        break
                with pytest.raises(StreamClosedError) as caught:
                    stream.get_final_message()
        assert server.hung_up.wait(10)
    partial: Any = caught.value.partial
    assert partial.content[0].text == "Hi"


@pytest.mark.parametrize("body", [{"id": "x"}, [], b"<html>", {"choices": []}])
def test_an_answer_that_is_no_message_is_quoted(body: Any) -> None:
    with ScriptedServer(answered(body)) as server:
        with pytest.raises(APIResponseValidationError) as caught:
            blocking(server, lambda messages: messages.create(**ASKED))
    assert "no message" in str(caught.value)


def test_an_error_of_another_shape_is_read() -> None:
    with ScriptedServer(answered((RECORDINGS / "error_400.json").read_bytes(), 500)) as server:
        with pytest.raises(streamkit.InternalServerError) as caught:
            blocking(server, lambda messages: messages.create(**ASKED))
    assert "'messages' is required" in str(caught.value)


def test_a_whole_answer_that_does_not_fit_has_the_message() -> None:
    wrong = MESSAGE | {"content": [{"type": "text", "text": "no JSON"}]}
    with ScriptedServer(answered(wrong)) as server:
        with pytest.raises(ParseError) as caught:
            blocking(server, lambda messages: messages.parse(**ASKED, output_format=City))
    partial: Any = caught.value.partial
    assert partial.content[0].text == "no JSON"


REFUSED: dict[str, dict[str, Any]] = {
    "a schema": {"output_format": {"type": "object"}},
    "no type": {"output_format": "str"},
    "two formats": {
        "output_format": City,
        "output_config": {"format": {"type": "json_schema"}},
    },
    "two tools of one name": {"tools": [{"name": "f", "input_schema": {}}] * 2},
}


@pytest.mark.parametrize("params", REFUSED.values(), ids=REFUSED)
def test_parameters_that_cannot_be_meant_are_refused_before_the_request(params: Any) -> None:
    with ScriptedServer(answered(MESSAGE)) as server:
        with pytest.raises(SchemaError):
            blocking(server, lambda messages: messages.parse(**ASKED, **params))
    assert server.requests == []


def test_a_whole_message_in_place_of_a_stream_is_its_answer() -> None:
    with ScriptedServer(answered(MESSAGE)) as server:
        message = blocking(server, _final)
    assert message.to_dict() == MESSAGE


def test_a_finished_message_is_not_asked_for_again() -> None:
    with ScriptedServer(streamed([start(), *text("Hi"), ends(), STOP, OVERLOADED])) as server:
        message = blocking(server, _final)
    assert message.content[0].text == "Hi"


def _final(messages: Any) -> Any:
    with messages.stream(**ASKED) as stream:
        return stream.get_final_message()
