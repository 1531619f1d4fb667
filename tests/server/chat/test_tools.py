"""The embedded server calls the tools of a chat."""

from __future__ import annotations

import json
from typing import Any, Literal

import openai
import pytest
from jsonschema import Draft202012Validator
from openai.types.chat import (
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageParam,
    ChatCompletionToolParam,
)
from pydantic import BaseModel

from streamkit.server import EmbeddedServer
from tests.server.chat.requested import ASK, chunks_of, post


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
