"""An answer can be sent back as it is: as streamkit's or openai's object, or as plain data."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import openai
import pytest
from pydantic import BaseModel

import streamkit
from streamkit import AsyncOpenAI, OpenAI
from streamkit.families.chat.conversation import unparsed
from streamkit.server import EmbeddedServer
from streamkit.types import ChatCompletionMessage, ParsedChatCompletionMessage, construct

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.diagonal

QUESTION = {"role": "user", "content": "hello"}


class Point(BaseModel):
    x: int


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


def asked(package: ModuleType, *, tools: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"model": "m", "messages": [QUESTION]}
    if tools:
        return said | {"tools": [package.pydantic_function_tool(Point, name="draw")]}
    return said | {"response_format": Point}


def client_of(package: ModuleType, server: EmbeddedServer) -> Any:
    return package.OpenAI(base_url=server.base_url, api_key="k")


def parsed(package: ModuleType, server: EmbeddedServer, *, tools: bool) -> Any:
    """Return the message of a plain answer."""
    with client_of(package, server) as client:
        answer = client.chat.completions.parse(**asked(package, tools=tools))
    return answer.choices[0].message


def streamed(package: ModuleType, server: EmbeddedServer, *, tools: bool) -> Any:
    """Return the message of a streamed answer."""
    with (
        client_of(package, server) as client,
        client.chat.completions.stream(**asked(package, tools=tools)) as stream,
    ):
        return stream.get_final_completion().choices[0].message


def so_far(package: ModuleType, server: EmbeddedServer, *, tools: bool) -> Any:
    """Return the message of the last snapshot, in which partial views stand for parsed values."""
    with (
        client_of(package, server) as client,
        client.chat.completions.stream(**asked(package, tools=tools)) as stream,
    ):
        return [event for event in stream if event.type == "chunk"][-1].snapshot.choices[0].message


def with_own_calls(message: Any) -> dict[str, Any]:
    """Return a dict of the program with the answer's tool calls in it."""
    said = {"role": "assistant", "content": message.content}
    return said | ({"tool_calls": message.tool_calls} if message.tool_calls else {})


def with_own_functions(message: Any) -> dict[str, Any]:
    calls = [
        {"id": each.id, "type": "function", "function": each.function}
        for each in message.tool_calls or ()
    ]
    return with_own_calls(message) | ({"tool_calls": calls} if calls else {})


FORMS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda message: message,
    "to_dict": lambda message: message.to_dict(),
    "model_dump": lambda message: message.model_dump(mode="json"),
    "through JSON": lambda message: json.loads(message.to_json()),
    "own dict": with_own_calls,
    "own dict of functions": with_own_functions,
}


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # from the openai package
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("tools", [True, False], ids=["tools", "format"])
@pytest.mark.parametrize("take", [parsed, streamed, so_far])
@pytest.mark.parametrize("package", [streamkit, openai], ids=["ours", "openai's"])
def test_a_message_of_any_form_is_accepted_without_what_the_api_does_not_know(
    package: ModuleType,
    take: Callable[..., Any],
    tools: bool,
    form: Callable[[Any], Any],
    server: EmbeddedServer,
) -> None:
    if package is openai and take is so_far:
        take = streamed
    message = take(package, server, tools=tools)
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": "done"}
        for call in message.tool_calls or ()
    ]
    with client_of(streamkit, server) as client:
        client.chat.completions.create(model="m", messages=[QUESTION, form(message), *results])
    _, sent, *_ = server.exchanges[-1].body["messages"]
    assert "parsed" not in sent
    assert sent.get("content") == message.content
    for call, made in zip(sent.get("tool_calls") or (), message.tool_calls or (), strict=True):
        function = {"name": made.function.name, "arguments": made.function.arguments}
        assert call == {"id": made.id, "type": "function", "function": function}


@pytest.mark.parametrize("call", ["create", "parse", "stream", "observe"])
def test_every_call_sends_messages_alike(call: str, server: EmbeddedServer) -> None:
    messages = [QUESTION, parsed(streamkit, server, tools=False), QUESTION]
    with client_of(streamkit, server) as client:
        made = getattr(client.chat.completions, call)(model="m", messages=iter(messages))
        if call == "stream":
            with made as stream:
                stream.until_done()
        if call == "observe":
            made.run()

    async def main() -> None:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k") as client:
            await client.chat.completions.create(model="m", messages=iter(messages))

    asyncio.run(main())
    first, second = [exchange.body["messages"] for exchange in server.exchanges[-2:]]
    assert first == second
    assert "parsed" not in first[1]


def test_the_messages_of_the_caller_stay_as_they_are(server: EmbeddedServer) -> None:
    for message in (
        parsed(streamkit, server, tools=True),
        parsed(streamkit, server, tools=False).to_dict(),
    ):
        before = copy.deepcopy(message)
        unparsed([message])
        assert message == before


def test_what_the_server_sent_beside_goes_back_too() -> None:
    said = {"content": "Hi", "reasoning_content": "Hm.", "reasoning_details": [{"text": "Hm."}]}
    types: list[type[ChatCompletionMessage]] = [
        ChatCompletionMessage,
        cast("type[ChatCompletionMessage]", ParsedChatCompletionMessage),
    ]
    for type_ in types:
        sent: Any = unparsed([construct(type_, said)])
        assert sent[0].to_dict() == {"role": "assistant"} | said


def test_a_dump_says_nothing_of_reasoning_that_never_came() -> None:
    sent: Any = unparsed([ChatCompletionMessage(content="Hi").model_dump()])
    assert not sent[0].keys() & {"reasoning", "reasoning_content"}


@pytest.mark.parametrize("messages", [None, "hello", {"role": "user"}, 5, [], ["hello", None, 5]])
def test_what_are_no_messages_is_left_to_the_api(messages: object) -> None:
    assert unparsed(messages) == messages


def test_the_extra_body_is_sent_as_it_is(server: EmbeddedServer) -> None:
    message = {"role": "assistant", "content": "Hi", "parsed": 1}
    with (
        OpenAI(base_url=server.base_url, api_key="k") as client,
        pytest.raises(streamkit.BadRequestError, match="parsed"),
    ):
        client.chat.completions.create(
            model="m", messages=[], extra_body={"messages": [QUESTION, message]}
        )
