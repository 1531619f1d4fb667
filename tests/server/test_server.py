"""Chat completions of the embedded server; the `openai` package is the client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Address
from itertools import pairwise
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import openai
import pytest
from jsonschema import Draft202012Validator
from openai.types.chat import (
    ChatCompletionChunk,
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageParam,
    ChatCompletionToolParam,
)
from pydantic import BaseModel, Field

from streamkit.server import EmbeddedServer

ASK: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "Tell me about the rivers of France"}
]
REFUSE: list[ChatCompletionMessageParam] = [{"role": "user", "content": "[[refuse]] to help"}]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client(server: EmbeddedServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="any") as client:
        yield client


def post(server: EmbeddedServer, headers: Any = None, **body: Any) -> bytes:
    """Request a completion, and return the body of the response."""
    url = server.base_url + "/chat/completions"
    response = httpx.post(url, json={"model": "m", "messages": ASK, **body}, headers=headers)
    assert response.status_code == 200, response.text
    return response.content


def chunks_of(body: bytes) -> list[dict[str, Any]]:
    """Return the chunks of an event stream, which must be exactly as the API writes one."""
    *events, end = body.decode().removesuffix("\n\n").split("\n\n")
    assert end == "data: [DONE]"
    assert all(event.startswith("data: {") and "\n" not in event for event in events)
    return [json.loads(event.removeprefix("data: ")) for event in events]


def joined(chunks: list[dict[str, Any]], channel: str, index: int = 0) -> str:
    """Return the joined pieces of one choice in a channel."""
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    return "".join(c["delta"].get(channel) or "" for c in choices if c["index"] == index)


# Text


def test_a_completion_has_the_shape_of_the_apis(server: EmbeddedServer) -> None:
    completion = json.loads(post(server))
    [choice] = completion.pop("choices")
    message = choice.pop("message")
    assert choice == {"index": 0, "logprobs": None, "finish_reason": "stop"}
    assert message.pop("content")
    assert message == {"role": "assistant", "refusal": None, "annotations": []}
    assert completion.pop("id").startswith("chatcmpl-")
    assert completion.pop("system_fingerprint").startswith("fp_")
    assert isinstance(completion.pop("created"), int)
    usage = completion.pop("usage")
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert completion == {"object": "chat.completion", "model": "m", "service_tier": "default"}


def test_chunks_have_the_shape_of_the_apis(server: EmbeddedServer) -> None:
    chunks = chunks_of(post(server, stream=True))
    first, *middle, last = [chunk["choices"][0] for chunk in chunks]
    assert first == {
        "index": 0,
        "delta": {"role": "assistant", "content": "", "refusal": None},
        "logprobs": None,
        "finish_reason": None,
    }
    assert all(
        choice == {**first, "delta": {"content": choice["delta"]["content"]}} for choice in middle
    )
    assert last == {**first, "delta": {}, "finish_reason": "stop"}
    heads = [{key: chunk[key] for key in chunk if key != "choices"} for chunk in chunks]
    assert all(head == heads[0] for head in heads)
    keys = {"id", "object", "created", "model", "service_tier", "system_fingerprint"}
    assert heads[0].keys() == keys
    assert heads[0]["object"] == "chat.completion.chunk"


def test_an_answer_speaks_of_the_prompt(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK)
    assert "“rivers”" in (completion.choices[0].message.content or "")


def test_a_streamed_answer_is_the_one_not_streamed(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="m", messages=ASK)
    with client.chat.completions.stream(model="m", messages=ASK) as stream:
        streamed = stream.get_final_completion()
    assert streamed.choices[0].message.content == whole.choices[0].message.content
    assert (streamed.id, streamed.created) == (whole.id, whole.created)


async def test_the_async_client_is_served_as_well(async_client: openai.AsyncOpenAI) -> None:
    whole = await async_client.chat.completions.create(model="m", messages=ASK)
    stream = await async_client.chat.completions.create(model="m", messages=ASK, stream=True)
    deltas = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(deltas) == whole.choices[0].message.content
    models = [model.id async for model in async_client.models.list()]
    assert "recording:text_usage" in models


def test_content_in_parts_is_read_like_text(client: openai.OpenAI) -> None:
    parts: list[ChatCompletionMessageParam] = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Tell me about the rivers of France"},
                {"type": "image_url", "image_url": {"url": "https://example.com/map.png"}},
            ],
        }
    ]
    completion = client.chat.completions.create(model="m", messages=parts)
    assert "“rivers”" in (completion.choices[0].message.content or "")


def test_a_conversation_needs_no_user(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "system", "content": "Be brief"}]
    completion = client.chat.completions.create(model="m", messages=messages)
    assert completion.choices[0].message.content


def test_a_response_message_is_taken_back_as_it_came(server: EmbeddedServer) -> None:
    message = json.loads(post(server))["choices"][0]["message"]
    again = json.loads(post(server, messages=[*ASK, message, *ASK]))
    assert again["choices"][0]["message"]["content"]


# Structured answers


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Circle(BaseModel):
    kind: Literal["circle"]
    radius: Annotated[float, Field(gt=0, le=10)]


class Square(BaseModel):
    kind: Literal["square"]
    side: Annotated[int, Field(ge=1, multiple_of=5)]


class Tree(BaseModel):
    label: str
    children: list[Tree]


class Everything(BaseModel):
    colour: Colour
    shapes: Annotated[list[Circle | Square], Field(min_length=2, max_length=4)]
    note: str | None
    tree: Tree
    parent: Everything | None
    when: datetime
    day: date
    at: time
    lasting: timedelta
    key: UUID
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{3}(-[a-z]+)?$")]
    share: Annotated[float, Field(multiple_of=0.1, ge=0, le=1)]
    answer: Literal["yes", "no"] | int


class Address(BaseModel):
    ip: IPv4Address


@pytest.mark.parametrize("seed", range(10))
def test_an_answer_parses_as_the_model_asked_for(client: openai.OpenAI, seed: int) -> None:
    completion = client.chat.completions.parse(
        model="m", messages=ASK, response_format=Everything, seed=seed
    )
    assert isinstance(completion.choices[0].message.parsed, Everything)


async def test_a_streamed_answer_parses_as_the_model_asked_for(
    client: openai.OpenAI, async_client: openai.AsyncOpenAI
) -> None:
    with client.chat.completions.stream(
        model="m", messages=ASK, response_format=Everything
    ) as stream:
        parsed = stream.get_final_completion().choices[0].message.parsed
    assert isinstance(parsed, Everything)
    async with async_client.chat.completions.stream(
        model="m", messages=ASK, response_format=Everything
    ) as async_stream:
        completion = await async_stream.get_final_completion()
    assert completion.choices[0].message.parsed == parsed


def test_json_mode_answers_with_an_object(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "The rivers of France, as JSON"}],
        response_format={"type": "json_object"},
    )
    assert isinstance(json.loads(completion.choices[0].message.content or ""), dict)


def test_a_refusal_is_no_content(client: openai.OpenAI) -> None:
    completion = client.chat.completions.parse(model="m", messages=REFUSE, response_format=Address)
    message = completion.choices[0].message
    assert message.refusal
    assert message.content is None
    assert message.parsed is None
    with client.chat.completions.stream(
        model="m", messages=REFUSE, response_format=Address
    ) as stream:
        kinds = {event.type for event in stream}
        streamed = stream.get_final_completion().choices[0].message
    assert {"refusal.delta", "refusal.done"} <= kinds
    assert not any(kind.startswith("content") for kind in kinds)
    assert (streamed.refusal, streamed.content) == (message.refusal, None)


def test_the_content_filter_ends_an_answer_half_way(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": "[[content_filter]] Tell me more"}
    ]
    completion = client.chat.completions.create(model="m", messages=messages)
    assert completion.choices[0].finish_reason == "content_filter"
    assert completion.choices[0].message.content
    with pytest.raises(openai.ContentFilterFinishReasonError):
        client.chat.completions.parse(model="m", messages=messages, response_format=Address)


# Tools


class Weather(BaseModel):
    """The weather of a city."""

    city: str
    unit: Literal["celsius", "fahrenheit"]


class Clock(BaseModel):
    """The time in a city."""

    city: str


TOOLS = [openai.pydantic_function_tool(Weather), openai.pydantic_function_tool(Clock)]
LOOSE: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "loose",
        "parameters": {
            "properties": {
                "words": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                "pair": {"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
                "size": {"oneOf": [{"type": "integer"}, {"const": "any"}], "default": "any"},
            },
            "additionalProperties": {"type": "number"},
            "required": ["words", "pair"],
        },
    },
}


def calls_of(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the deltas of tool calls."""
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return [call for delta in deltas for call in delta.get("tool_calls", [])]


def test_every_tool_is_called_with_arguments_that_parse(client: openai.OpenAI) -> None:
    completion = client.chat.completions.parse(model="m", messages=ASK, tools=TOOLS)
    [choice] = completion.choices
    assert choice.finish_reason == "tool_calls"
    weather, clock = choice.message.tool_calls or []
    assert isinstance(weather.function.parsed_arguments, Weather)
    assert isinstance(clock.function.parsed_arguments, Clock)
    assert weather.id != clock.id
    assert choice.message.content is None


def test_streamed_tools_parse_as_well(client: openai.OpenAI) -> None:
    whole = client.chat.completions.parse(model="m", messages=ASK, tools=TOOLS)
    with client.chat.completions.stream(model="m", messages=ASK, tools=TOOLS) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        completion = stream.get_final_completion()
    assert [event.name for event in done] == ["Weather", "Clock"]
    both = [each.choices[0].message.tool_calls or [] for each in (completion, whole)]
    streamed, single = [[(call.id, call.function) for call in calls] for calls in both]
    assert streamed == single


def test_a_tool_call_opens_with_its_name_and_goes_on_with_arguments(
    server: EmbeddedServer,
) -> None:
    calls = calls_of(chunks_of(post(server, tools=TOOLS, stream=True)))
    openings = [call for call in calls if "id" in call]
    assert [(call["index"], call["type"], call["function"]) for call in openings] == [
        (0, "function", {"name": "Weather", "arguments": ""}),
        (1, "function", {"name": "Clock", "arguments": ""}),
    ]
    rest = [call for call in calls if "id" not in call]
    assert all(call.keys() == {"index", "function"} for call in rest)
    assert all(call["function"].keys() == {"arguments"} for call in rest)
    assert [call["index"] for call in calls] == sorted(call["index"] for call in calls)


def test_a_single_call_opens_in_the_first_chunk(server: EmbeddedServer) -> None:
    chunks = chunks_of(post(server, tools=TOOLS[:1], stream=True))
    delta = chunks[0]["choices"][0]["delta"]
    assert (delta["role"], delta["content"]) == ("assistant", None)
    assert delta["tool_calls"][0]["function"] == {"name": "Weather", "arguments": ""}


def test_without_parallel_calls_one_tool_is_called(client: openai.OpenAI) -> None:
    called: set[str] = set()
    for seed in range(20):
        completion = client.chat.completions.parse(
            model="m", messages=ASK, tools=TOOLS, parallel_tool_calls=False, seed=seed
        )
        [call] = completion.choices[0].message.tool_calls or []
        called.add(call.function.name)
    assert called == {"Weather", "Clock"}


def test_the_tool_that_was_chosen_is_called(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="m",
        messages=ASK,
        tools=TOOLS,
        tool_choice={"type": "function", "function": {"name": "Clock"}},
    )
    [call] = completion.choices[0].message.tool_calls or []
    assert isinstance(call, ChatCompletionMessageFunctionToolCall)
    assert call.function.name == "Clock"
    assert completion.choices[0].finish_reason == "stop"


def test_only_allowed_tools_are_called(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="m",
        messages=ASK,
        tools=TOOLS,
        tool_choice={
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "required",
                "tools": [{"type": "function", "function": {"name": "Clock"}}],
            },
        },
    )
    [call] = completion.choices[0].message.tool_calls or []
    assert isinstance(call, ChatCompletionMessageFunctionToolCall)
    assert call.function.name == "Clock"


@pytest.mark.parametrize("choice", ["auto", "required", "none"])
def test_tools_are_called_until_they_have_answered(
    client: openai.OpenAI, choice: Literal["auto", "required", "none"]
) -> None:
    answered: list[ChatCompletionMessageParam] = [
        *ASK,
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "Clock", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "noon"},
    ]
    calls = [
        client.chat.completions.create(
            model="m", messages=messages, tools=TOOLS, tool_choice=choice
        )
        .choices[0]
        .message.tool_calls
        is not None
        for messages in (ASK, answered)
    ]
    assert (
        calls == {"auto": [True, False], "required": [True, True], "none": [False, False]}[choice]
    )


def test_arguments_fit_a_schema_that_is_not_strict(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK, tools=[LOOSE])
    [call] = completion.choices[0].message.tool_calls or []
    assert isinstance(call, ChatCompletionMessageFunctionToolCall)
    arguments = json.loads(call.function.arguments)
    validator: Any = Draft202012Validator(LOOSE["function"].get("parameters", {}))
    validator.validate(arguments)
    assert {"words", "pair", "size"} <= arguments.keys()


def test_a_tool_without_parameters_is_called_with_none(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="m", messages=ASK, tools=[{"type": "function", "function": {"name": "ping"}}]
    )
    [call] = completion.choices[0].message.tool_calls or []
    assert isinstance(call, ChatCompletionMessageFunctionToolCall)
    assert call.function.arguments == "{}"


def test_a_custom_tool_is_called_with_text(server: EmbeddedServer) -> None:
    tools = [{"type": "custom", "custom": {"name": "sh", "description": "Runs commands"}}]
    [call] = json.loads(post(server, tools=tools))["choices"][0]["message"]["tool_calls"]
    assert call["type"] == "custom"
    chosen = {"type": "custom", "custom": {"name": "sh"}}
    body = json.loads(post(server, tools=[*tools, *TOOLS], tool_choice=chosen))
    assert [each["type"] for each in body["choices"][0]["message"]["tool_calls"]] == ["custom"]
    opening, *rest = calls_of(chunks_of(post(server, tools=tools, stream=True)))
    assert opening == {
        "index": 0,
        "id": call["id"],
        "type": "custom",
        "custom": {"name": "sh", "input": ""},
    }
    assert "".join(delta["custom"]["input"] for delta in rest) == call["custom"]["input"] != ""


# Several choices


def test_choices_interleave_and_any_may_come_first(server: EmbeddedServer) -> None:
    firsts: set[int] = set()
    for seed in range(20):
        chunks = chunks_of(post(server, stream=True, n=3, seed=seed))
        order = [chunk["choices"][0]["index"] for chunk in chunks]
        firsts.add(order[0])
        assert sum(a != b for a, b in pairwise(order)) > 10
    assert firsts == {0, 1, 2}


def test_each_choice_is_an_answer_of_its_own(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="m", messages=ASK, n=3)
    contents = [choice.message.content for choice in whole.choices]
    assert [choice.index for choice in whole.choices] == [0, 1, 2]
    assert len(set(contents)) == 3
    streamed = ["", "", ""]
    finished: list[int] = []
    chunk: ChatCompletionChunk
    for chunk in client.chat.completions.create(model="m", messages=ASK, n=3, stream=True):
        [choice] = chunk.choices
        streamed[choice.index] += choice.delta.content or ""
        if choice.finish_reason:
            finished.append(choice.index)
    assert streamed == contents
    assert sorted(finished) == [0, 1, 2]


# Log probabilities, usage, limits


def test_every_token_has_its_log_probability(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="m", messages=ASK, logprobs=True, top_logprobs=3
    )
    logprobs = completion.choices[0].logprobs
    assert logprobs is not None
    entries = logprobs.content or []
    assert "".join(entry.token for entry in entries) == completion.choices[0].message.content
    for entry in entries:
        assert bytes(entry.bytes or []) == entry.token.encode()
        tops = entry.top_logprobs
        assert (tops[0].token, tops[0].logprob) == (entry.token, entry.logprob)
        assert len({top.token for top in tops}) == 3
        assert 0 > tops[0].logprob >= tops[1].logprob >= tops[2].logprob
    with client.chat.completions.stream(
        model="m", messages=ASK, logprobs=True, top_logprobs=3
    ) as stream:
        assert stream.get_final_completion().choices[0].logprobs == logprobs


def test_a_refusal_has_log_probabilities_too(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="m", messages=REFUSE, logprobs=True)
    logprobs = completion.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content is None
    assert completion.choices[0].message.refusal == "".join(
        entry.token for entry in logprobs.refusal or []
    )


def test_the_last_chunk_has_the_usage_if_asked_for(server: EmbeddedServer) -> None:
    body = post(server, stream=True, stream_options={"include_usage": True}, n=2)
    *chunks, last = chunks_of(body)
    assert all(chunk["usage"] is None for chunk in chunks)
    assert last["choices"] == []
    assert last["usage"] == json.loads(post(server, n=2))["usage"]
    assert not any("usage" in chunk for chunk in chunks_of(post(server, stream=True)))


def test_chunks_are_padded_if_asked_for(server: EmbeddedServer) -> None:
    body = post(server, stream=True, stream_options={"include_obfuscation": True})
    assert all(chunk["obfuscation"] for chunk in chunks_of(body))


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_a_limit_ends_an_answer(server: EmbeddedServer, limit: str) -> None:
    full = json.loads(post(server))["choices"][0]["message"]["content"]
    short = json.loads(post(server, **{limit: 3}))
    # The parameter is part of the request, so another answer is cut, at the same length.
    assert short["usage"]["completion_tokens"] == 3
    assert short["choices"][0]["finish_reason"] == "length"
    assert len(short["choices"][0]["message"]["content"]) == 12 < len(full)
    chunks = chunks_of(post(server, stream=True, **{limit: 3}))
    assert joined(chunks, "content") == short["choices"][0]["message"]["content"]


def test_a_limit_that_is_not_reached_changes_no_reason(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK, max_tokens=10_000)
    assert completion.choices[0].finish_reason == "stop"


def test_a_limit_cuts_tool_calls_one_after_the_other(server: EmbeddedServer) -> None:
    body = json.loads(post(server, tools=TOOLS, max_tokens=2))
    [call] = body["choices"][0]["message"]["tool_calls"]
    assert (call["function"]["name"], len(call["function"]["arguments"])) == ("Weather", 8)
    assert body["choices"][0]["finish_reason"] == "length"


def test_a_cut_answer_is_no_parsed_one(client: openai.OpenAI) -> None:
    with pytest.raises(openai.LengthFinishReasonError):
        client.chat.completions.parse(
            model="m", messages=ASK, response_format=Everything, max_tokens=5
        )


@pytest.mark.parametrize("stop", ["”", ["no such text", "”"]])
def test_a_stop_sequence_ends_an_answer(client: openai.OpenAI, stop: str | list[str]) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK, stop=stop)
    content = completion.choices[0].message.content or ""
    assert "“" in content
    assert "”" not in content
    assert completion.choices[0].finish_reason == "stop"


# Seeds and settings


RICH: dict[str, Any] = {
    "n": 3,
    "stream": True,
    "stream_options": {"include_usage": True},
    "logprobs": True,
    "top_logprobs": 2,
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "tree", "schema": Tree.model_json_schema()},
    },
}


def test_the_same_request_gets_the_same_bytes(server: EmbeddedServer) -> None:
    body = post(server, **RICH)
    assert post(server, **RICH) == body
    with EmbeddedServer() as other:
        assert post(other, **RICH) == body


def test_answers_are_the_same_everywhere(server: EmbeddedServer) -> None:
    # This holds in every process and on every Python; a release that changes it must announce it.
    assert sha256(post(server, **RICH)).hexdigest() == DIGEST


DIGEST = "6c06d521fd4af3defd6e8b71dcc6643ba13561d0361ed3ed8f16615ae7c84ea6"


def test_another_seed_gives_another_answer(server: EmbeddedServer) -> None:
    with EmbeddedServer(seed=1) as other:
        assert post(other) != post(server)
    assert post(server, seed=1) != post(server)


def test_the_order_of_fields_makes_no_difference(server: EmbeddedServer) -> None:
    url = server.base_url + "/chat/completions"
    bodies = [{"model": "m", "messages": ASK}, {"messages": ASK, "model": "m"}]
    first, second = [httpx.post(url, json=body).content for body in bodies]
    assert first == second


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_size_of_tokens_is_settable(server: EmbeddedServer, size: int) -> None:
    chunks = chunks_of(post(server, {"x-streamkit-token-size": str(size)}, stream=True))
    deltas = [chunk["choices"][0]["delta"].get("content") for chunk in chunks]
    sizes = [len(delta) for delta in deltas if delta]
    assert set(sizes[:-1]) <= {size}
    assert sizes[-1] <= size
    with EmbeddedServer(token_size=size) as other:
        assert chunks_of(post(other, stream=True)) == chunks


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-streamkit-token-size", "0"),
        ("x-streamkit-token-size", "four"),
        ("x-streamkit-pace", "-1"),
        ("x-streamkit-speed", "fast"),
    ],
)
def test_a_setting_out_of_range_is_refused(server: EmbeddedServer, header: str, value: str) -> None:
    url = server.base_url + "/chat/completions"
    response = httpx.post(url, json={"model": "m", "messages": ASK}, headers={header: value})
    assert response.status_code == 400
    assert header.removeprefix("x-streamkit-").replace("-", "_") in response.text


# Models


def test_models_are_listed_with_the_recordings(client: openai.OpenAI) -> None:
    models = [model.id for model in client.models.list()]
    assert models[0] == "streamkit"
    assert "recording:tools_parallel" in models
    assert client.models.retrieve("recording:tools_parallel").owned_by == "streamkit"


def test_any_model_is_served_unless_some_are_named(client: openai.OpenAI) -> None:
    assert client.models.retrieve("org/any-name").id == "org/any-name"
    with EmbeddedServer(models=["one", "two"], recordings={}) as server:
        listed = httpx.get(server.base_url + "/models").json()
        assert [model["id"] for model in listed["data"]] == ["one", "two"]
        assert post(server, model="two")
        response = httpx.get(server.base_url + "/models/three")
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "model_not_found"
