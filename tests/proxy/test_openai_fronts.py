"""The package ``openai`` as the client of the fronts ``chat`` and ``responses``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

from streamkit.server import EmbeddedServer
from tests.families.common.answers import ANSWERS, as_chat, as_message, as_response
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Do, Script, ScriptedServer, chunk
from tests.proxy.proxied import UPSTREAMS, proxied

if TYPE_CHECKING:
    from collections.abc import Iterator

upstreams = pytest.mark.parametrize("api", UPSTREAMS)
AS = {"chat": as_chat, "responses": as_response, "messages": as_message}
HI: Any = [{"role": "user", "content": "hi"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "greet",
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
            "additionalProperties": False,
        },
    },
}


def whole(api: str, name: str) -> Script:
    return [STREAM_HEAD, *map(chunk, AS[api](ANSWERS[name])), LAST_CHUNK]


def cut(api: str) -> Script:
    return [STREAM_HEAD, *map(chunk, [*AS[api](ANSWERS["text"])][:-3]), Do.HANG_UP]


def client_of(url: str, **options: Any) -> Any:
    """Return the package's client, whose types say less than these tests know."""
    return openai.OpenAI(base_url=f"{url}/v1", api_key="sk-mine", max_retries=0, **options)


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


def at(server: EmbeddedServer, api: str) -> str:
    return server.url if api == "messages" else server.base_url


@pytest.mark.thorough
@upstreams
def test_a_chat_is_streamed_from_any_api(api: str) -> None:
    answer = ANSWERS["reasoning"]
    with ScriptedServer(whole(api, "reasoning")) as server:
        with proxied("chat", server.url, api=api) as proxy, client_of(proxy.url) as client:
            with client.chat.completions.stream(model="any", messages=HI) as stream:
                completion = stream.get_final_completion()
    message = completion.choices[0].message
    assert message.content == answer.content
    assert getattr(message, "reasoning_content", "") == "".join(answer.reasoning)
    assert completion.choices[0].finish_reason == "stop"


@pytest.mark.thorough
@upstreams
def test_a_response_is_streamed_from_any_api(api: str) -> None:
    with ScriptedServer(whole(api, "calls")) as server:
        with proxied("responses", server.url, api=api) as proxy, client_of(proxy.url) as client:
            with client.responses.stream(model="any", input="hi") as stream:
                response = stream.get_final_response()
    calls = {item.call_id: item.arguments for item in response.output if item.type[0] == "f"}
    assert calls == {"call_1": '{"name": "Ada"}', "call_2": '{"name": "Bo"}'}


@pytest.mark.thorough
@upstreams
def test_an_answer_may_be_whole(api: str, embedded: EmbeddedServer) -> None:
    embedded.reply("Good day!", times=2)
    url = at(embedded, api)
    with proxied("chat", url, api=api) as proxy, client_of(proxy.url) as client:
        completion = client.chat.completions.create(model="any", messages=HI)
    assert completion.object == "chat.completion"
    assert completion.choices[0].message.content == "Good day!"
    assert completion.usage is not None
    assert completion.usage.total_tokens > 0
    with proxied("responses", url, api=api) as proxy, client_of(proxy.url) as client:
        response = client.responses.create(model="any", input="hi")
    assert response.output_text == "Good day!"
    assert response.status == "completed"


@pytest.mark.thorough
@upstreams
def test_a_conversation_with_tools_goes_through(api: str, embedded: EmbeddedServer) -> None:
    embedded.reply(tool_calls=[{"name": "greet", "arguments": {"name": "Ada"}}])
    embedded.reply("Hello, Ada!")
    messages: Any = [{"role": "system", "content": "Be kind."}, *HI]
    with proxied("chat", at(embedded, api), api=api) as proxy, client_of(proxy.url) as client:
        asked: Any = {"model": "any", "tools": [WEATHER], "max_completion_tokens": 1000}
        first = client.chat.completions.create(messages=messages, **asked).choices[0]
        assert first.finish_reason == "tool_calls"
        (call,) = first.message.tool_calls
        messages += [
            first.message.to_dict(),
            {"role": "tool", "tool_call_id": call.id, "content": "Greeted."},
        ]
        second = client.chat.completions.create(messages=messages, **asked)
    assert second.choices[0].message.content == "Hello, Ada!"
    body = embedded.exchanges[-1].body
    assert "Be kind." in str(body)
    assert "Greeted." in str(body)


@pytest.mark.thorough
@upstreams
def test_a_conversation_of_responses_goes_through(api: str, embedded: EmbeddedServer) -> None:
    embedded.reply(tool_calls=[{"name": "greet", "arguments": {"name": "Ada"}}])
    embedded.reply("Hello, Ada!")
    given: Any = [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}]
    tool: Any = {"type": "function", "strict": True, **WEATHER["function"]}
    with proxied("responses", at(embedded, api), api=api) as proxy, client_of(proxy.url) as client:
        asked: Any = {"model": "any", "tools": [tool], "instructions": "Be kind."}
        first = client.responses.create(input=given, **asked)
        call = next(item for item in first.output if item.type == "function_call")
        given += [item.to_dict() for item in first.output]
        given.append(
            {"type": "function_call_output", "call_id": call.call_id, "output": "Greeted."}
        )
        second = client.responses.create(input=given, **asked)
    assert second.output_text == "Hello, Ada!"
    assert "Be kind." in str(embedded.exchanges[-1].body)


@pytest.mark.diagonal
@upstreams
@pytest.mark.parametrize("front", ["chat", "responses"])
def test_a_cut_is_raised_by_the_client(front: str, api: str) -> None:
    with ScriptedServer(cut(api)) as server:
        with proxied(front, server.url, api=api) as proxy, client_of(proxy.url) as client:
            stream: Any = (
                client.chat.completions.create(model="m", messages=HI, stream=True)
                if front == "chat"
                else client.responses.create(model="m", input="hi", stream=True)
            )
            with pytest.raises(openai.APIError):
                list(stream)


@pytest.mark.thorough
@upstreams
def test_the_error_of_the_api_has_its_status_and_text(api: str, embedded: EmbeddedServer) -> None:
    with proxied("chat", at(embedded, api), api=api) as proxy, client_of(proxy.url) as client:
        for stream in (True, False):
            embedded.reply("Slow down", error=429)
            with pytest.raises(openai.RateLimitError, match="Slow down"):
                client.chat.completions.create(model="m", messages=HI, stream=stream)


def test_what_the_api_sends_is_passed_on_as_it_is() -> None:
    odd = (
        b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi","vendor":1}}],"x":[2]}\n\n'
    )
    last = b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    sent = [odd, last, b"data: [DONE]\n\n"]
    with ScriptedServer([STREAM_HEAD, *map(chunk, sent), LAST_CHUNK]) as server:
        with proxied("chat", server.url) as proxy, client_of(proxy.url) as client:
            body: Any = {"vendor": {"a": [1]}, "top_k": 3}
            chunks = [
                *client.chat.completions.create(
                    model="any", messages=HI, stream=True, extra_body=body
                )
            ]
        (received,) = server.requests
    assert chunks[0].to_dict() == {
        "id": "c",
        "choices": [{"index": 0, "delta": {"content": "Hi", "vendor": 1}}],
        "x": [2],
    }
    assert b'"vendor":{"a":[1]}' in received.body
    assert b'"stream":true' in received.body


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("options", "given", "sent"),
    [
        ({}, "sk-mine", "Bearer sk-mine"),
        ({"api_key": "sk-own"}, "sk-mine", "Bearer sk-mine"),
        ({"api_key": "sk-own"}, None, "Bearer sk-own"),
        ({"api_key": "sk-own", "shares_key": True}, "sk-mine", "Bearer sk-own"),
        ({}, None, None),
    ],
    ids=["passed on", "passed on before our own", "our own", "ours for all", "none"],
)
def test_the_key_is_the_clients_or_that_of_the_proxy(
    options: Any, given: str | None, sent: str | None
) -> None:
    with ScriptedServer(whole("chat", "text")) as server:
        with proxied("chat", server.url, **options) as proxy, client_of(proxy.url) as client:
            headers: Any = {} if given else {"Authorization": openai.omit}
            client.chat.completions.create(
                model="m", messages=HI, stream=True, extra_headers=headers
            ).close()
        assert server.requests[0].headers.get("authorization") == sent


@pytest.mark.thorough
def test_the_models_are_those_of_the_api(embedded: EmbeddedServer) -> None:
    with proxied("chat", embedded.base_url) as proxy, client_of(proxy.url) as client:
        with client_of(embedded.url) as direct:
            names = [model.id for model in direct.models.list()]
        assert [model.id for model in client.models.list()] == names


def test_a_model_is_named_by_default() -> None:
    with ScriptedServer(whole("chat", "text")) as server:
        with proxied("chat", server.url, model="mine") as proxy, client_of(proxy.url) as client:
            named: Any = openai.omit
            client.chat.completions.create(model=named, messages=HI, stream=True).close()
        assert b'"model":"mine"' in server.requests[0].body


@pytest.mark.thorough
def test_choices_come_from_a_chat_alone(embedded: EmbeddedServer) -> None:
    with proxied("chat", embedded.base_url) as proxy, client_of(proxy.url) as client:
        completion = client.chat.completions.create(model="m", messages=HI, n=2)
        assert len(completion.choices) == 2
    with proxied("chat", embedded.url, api="messages") as proxy, client_of(proxy.url) as client:
        with pytest.raises(openai.BadRequestError, match="n must be 1"):
            client.chat.completions.create(model="m", messages=HI, n=2)
