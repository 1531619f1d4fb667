"""The server says what a test has it say, by every protocol, streamed or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import anthropic
import openai
import pydantic
import pytest

import streamkit
from streamkit.server import EmbeddedServer, Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED: Any = [{"role": "user", "content": "Describe Ada."}]
CALLS = [{"name": "weather", "arguments": {"city": "Rome"}}]


class Person(pydantic.BaseModel):
    name: str
    year: int


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


def ask(
    server: EmbeddedServer, protocol: str, content: str = "Describe Ada."
) -> streamkit.Final[Any]:
    """Return the final answer to a question, by a stream of one of the protocols."""
    asked: Any = [{"role": "user", "content": content}]
    if protocol == "messages":
        claude = streamkit.Anthropic(base_url=server.url, api_key="any", max_retries=0)
        with claude.messages.stream(model="any", max_tokens=9, messages=asked) as stream:
            return stream.get_final()
    client = streamkit.OpenAI(base_url=server.base_url, api_key="any", max_retries=0)
    if protocol == "responses":
        with client.responses.stream(model="any", input=asked) as answer:
            return answer.get_final()
    with client.chat.completions.stream(model="any", messages=asked) as chat:
        return chat.get_final()


PROTOCOLS = ["chat", "responses", "messages"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_text_is_said_in_turn(server: EmbeddedServer, protocol: str) -> None:
    server.reply("Hello")
    server.reply("Good day")
    assert [ask(server, protocol).text for _ in range(2)] == ["Hello", "Good day"]
    assert ask(server, protocol).text not in {"", "Hello", "Good day"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_tools_are_called_after_a_text(server: EmbeddedServer, protocol: str) -> None:
    server.reply(
        "Let me look.", tool_calls=[*CALLS, {"name": "time", "arguments": "{}", "id": "c"}]
    )
    final = ask(server, protocol)
    assert final.text == "Let me look."
    assert [(call.name, call.arguments) for call in final.tool_calls] == [
        ("weather", '{"city":"Rome"}'),
        ("time", "{}"),
    ]
    assert final.tool_calls[1].id == "c"
    assert final.reason == "tool_calls"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_object_is_sent_as_json(server: EmbeddedServer, protocol: str) -> None:
    server.reply(parsed=Person(name="Ada", year=1815))
    assert ask(server, protocol).text == '{"name":"Ada","year":1815}'


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_refusal_is_one(server: EmbeddedServer, protocol: str) -> None:
    server.reply(refusal="I cannot do that.")
    final = ask(server, protocol)
    assert final.reason == "content_filter" if protocol == "messages" else final.refusal


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_has_its_status_and_its_message(server: EmbeddedServer, protocol: str) -> None:
    server.reply("Slow down", error=429)
    with pytest.raises(streamkit.RateLimitError, match="Slow down"):
        ask(server, protocol)
    assert ask(server, protocol).text


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_text_comes_in_the_pieces_that_are_given(server: EmbeddedServer, stream: bool) -> None:
    client = openai.OpenAI(base_url=server.base_url, api_key="any")
    claude = anthropic.Anthropic(base_url=server.url, api_key="any")
    server.reply(chunks=["Hel", "l", "o, you"], times=3)
    asked: Any = {"model": "any", "messages": ASKED, "stream": stream}
    chat = cast("Any", client.chat.completions.create(**asked))
    answer = cast("Any", client.responses.create(model="any", input="Hi", stream=stream))
    message = cast("Any", claude.messages.create(max_tokens=9, **asked))
    if not stream:
        texts = chat.choices[0].message.content, answer.output_text, message.content[0].text
        assert texts == ("Hello, you",) * 3
        return
    deltas = [
        [chunk.choices[0].delta.content for chunk in chat],
        [event.delta for event in answer if event.type == "response.output_text.delta"],
        [event.delta.text for event in message if event.type == "content_block_delta"],
    ]
    assert [[piece for piece in pieces if piece] for pieces in deltas] == [
        ["Hel", "l", "o, you"]
    ] * 3


def test_events_are_sent_as_they_are(server: EmbeddedServer) -> None:
    client = openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0)
    choice = {"index": 0, "delta": {"content": "odd"}, "finish_reason": "stop", "vendor": 1}
    server.reply(chunks=[{"id": "c", "choices": [choice]}])
    server.reply(chunks=[b": comment\n\n", b"data: [DONE]\n\n"])
    server.reply(chunks=[{"id": "c", "choices": [choice]}])
    create = client.chat.completions.create
    asked: Any = {"model": "any", "messages": ASKED}
    (chunk,) = create(**asked, stream=True)
    assert chunk.choices[0].delta.content == "odd"
    assert [*create(**asked, stream=True)] == []
    with pytest.raises(openai.BadRequestError, match="only a stream can have"):
        create(**asked)


def test_the_events_of_responses_and_messages_have_names(server: EmbeddedServer) -> None:
    events: list[dict[str, Any] | bytes] = [
        {"type": "ping"},
        {"type": "error", "error": {"type": "overloaded_error"}},
    ]
    server.reply(chunks=events)
    with pytest.raises(streamkit.OverloadedError):
        ask(server, "messages")


def test_a_function_makes_the_reply_of_the_request(server: EmbeddedServer) -> None:
    seen: list[Exchange] = []

    def answer(exchange: Exchange) -> Any:
        seen.append(exchange)
        said = exchange.body["messages"][0]["content"]
        return (
            None if said == "Other" else {"tool_calls": CALLS} if said == "Call" else said.upper()
        )

    server.reply(answer, times=None)
    assert ask(server, "chat", "hi").text == "HI"
    assert ask(server, "chat", "Call").tool_calls
    assert ask(server, "messages", "Other").text
    assert seen == server.exchanges


def test_a_reply_goes_to_the_requests_that_it_is_for(server: EmbeddedServer) -> None:
    server.reply("about Ada", when="Ada", times=2)
    server.reply("by the model", when={"model": "any", "stream": True}, times=None)
    server.reply("never", when=lambda exchange: exchange.path == "/v1/responses")
    asked = ["Ada?", "Bob?", "Is Ada there?", "Ada?"]
    texts = [ask(server, "chat", content).text for content in asked]
    assert texts == ["about Ada", "by the model", "about Ada", "by the model"]


def test_every_choice_says_the_reply(server: EmbeddedServer) -> None:
    server.reply("Hello")
    client = streamkit.OpenAI(base_url=server.base_url, api_key="any")
    completion = client.chat.completions.create(model="any", messages=ASKED, n=2)
    assert [choice.message.content for choice in completion.choices] == ["Hello"] * 2


class NotJSON:
    def __repr__(self) -> str:
        return "NotJSON()"  # without its address, since it is in the name of a test


@dataclass
class Odd:
    at: NotJSON


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({}, ValueError, "needs a text, tool_calls, parsed"),
    ({"reply": 3}, TypeError, "a text or a function, and not int"),
    ({"reply": "a", "parsed": {}}, ValueError, "one of text, parsed and chunks"),
    ({"error": 200}, ValueError, "from 400 to 599, and not 200"),
    ({"chunks": ["a", {}]}, TypeError, "events as dicts or as bytes, and not dict, str"),
    ({"tool_calls": [{"name": "a"}]}, TypeError, "has a name and arguments"),
    ({"parsed": Odd(NotJSON())}, TypeError, "NotJSON"),
    ({"reply": "a", "times": 0}, ValueError, "times must be a number from 1"),
    ({"reply": str, "error": 400}, TypeError, "a function returns the whole reply"),
]


@pytest.mark.parametrize(("said", "error", "message"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_wrong_reply_is_refused_when_it_is_given(
    said: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        EmbeddedServer().reply(**said)


@pytest.mark.parametrize("recordings", [[], {"a": "a.jsonl"}, {"a": {}}, {1: None}, "a"], ids=str)
def test_wrong_recordings_are_refused_when_they_are_given(recordings: Any) -> None:
    with pytest.raises(TypeError, match="recordings= takes recordings by name"):
        EmbeddedServer(recordings=recordings)


def broken(_: Exchange) -> Any:
    raise KeyError("city")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"reply": broken}, id="the reply"),
        pytest.param({"reply": "Hello", "when": broken}, id="the choice of requests"),
    ],
)
def test_a_function_that_raises_says_so_in_the_error_and_in_the_log(
    server: EmbeddedServer, protocol: str, said: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server.reply(**said)
    with pytest.raises(streamkit.InternalServerError, match="raised KeyError: 'city'"):
        ask(server, protocol)
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.name == "streamkit.server"
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)
