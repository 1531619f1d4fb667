"""Programs that annotate their parameters; mypy and pyright check this file, which never runs."""

from __future__ import annotations

from typing import assert_type

from streamkit import NotGiven, Omit, OpenAI, omit
from streamkit.types import ChatCompletion, MessageParam, Model, ToolParam
from streamkit.types.chat import (
    ChatCompletionContentPartParam,
    ChatCompletionMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
)
from streamkit.types.responses import FunctionToolParam, Response, ResponseInputParam
from streamkit.types.responses import ToolParam as ResponseToolParam
from streamkit.types.responses.tool_param import ImageGeneration, Mcp
from streamkit.types.shared_params import ResponseFormatJSONSchema


def a_conversation_is_sent(client: OpenAI, temperature: float | Omit = omit) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Rain?"},
    ]
    messages.append({"role": "assistant", "content": "No."})
    messages.append(ChatCompletionUserMessageParam(role="user", content="Snow?"))
    tools: list[ChatCompletionToolParam] = [
        {"type": "function", "function": {"name": "rain", "parameters": {"type": "object"}}}
    ]
    choice: ChatCompletionToolChoiceOptionParam = {"type": "function", "function": {"name": "rain"}}
    completion = client.chat.completions.create(
        model="m", messages=messages, tools=tools, tool_choice=choice, temperature=temperature
    )
    assert_type(completion, ChatCompletion)
    client.chat.completions.stream(model="m", messages=messages, tools=tools)
    client.chat.completions.observe(model="m", messages=messages, tools=tools)


def parts_and_formats_are_sent(client: OpenAI) -> None:
    parts: list[ChatCompletionContentPartParam] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
    ]
    system: ChatCompletionSystemMessageParam = {"role": "system", "content": "Be brief."}
    format_: ResponseFormatJSONSchema = {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {"type": "object"}},
    }
    client.chat.completions.create(
        model="m",
        messages=[system, {"role": "user", "content": parts}],
        response_format=format_,
    )


def a_turn_of_messages_is_written() -> list[MessageParam]:
    tool: ToolParam = {"name": "rain", "input_schema": {"type": "object"}}
    return [
        {"role": "user", "content": f"Call {tool['name']}."},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "t", "name": "rain", "input": {}}],
        },
    ]


def models_are_listed(client: OpenAI) -> None:
    for model in client.models.list():
        assert_type(model, Model)
    assert_type(client.models.retrieve("m"), Model)


def a_parameter_is_left_out(user: str | NotGiven = omit) -> str | NotGiven:
    return user


def an_input_is_sent(client: OpenAI) -> None:
    items: ResponseInputParam = [
        {"role": "user", "content": [{"type": "input_text", "text": "Rain?"}]},
        {"type": "function_call", "call_id": "c", "name": "rain", "arguments": "{}"},
    ]
    items.append({"type": "function_call_output", "call_id": "c", "output": "No."})
    tool: FunctionToolParam = {
        "type": "function",
        "name": "rain",
        "parameters": {"type": "object"},
        "strict": False,
    }
    assert_type(client.responses.create(model="m", input=items, tools=[tool]), Response)


def hosted_tools_are_sent(client: OpenAI) -> None:
    tools: list[ResponseToolParam] = [
        {"type": "web_search", "filters": {"allowed_domains": ["example.org"]}},
        {"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "4g"}},
    ]
    server: Mcp = {"type": "mcp", "server_label": "s", "require_approval": {"never": {}}}
    image: ImageGeneration = {"type": "image_generation", "partial_images": 2}
    wrong: Mcp = {"type": "mcp", "label": "s"}  # type: ignore[typeddict-item, typeddict-unknown-key] # pyright: ignore[reportAssignmentType] - the mistake is the test
    sent = client.responses.create(model="m", input="Hi", tools=[*tools, server, image, wrong])
    assert_type(sent, Response)
