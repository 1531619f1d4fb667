"""The families of streams, as the roads and the table of faults see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from streamkit import (
    Anthropic,
    APIError,
    AsyncAnthropic,
    AsyncOpenAI,
    InternalServerError,
    OpenAI,
    pydantic_function_tool,
)


class City(BaseModel):
    name: str
    population: int
    sights: list[str]


TOOLS: dict[str, Any] = {"tools": [pydantic_function_tool(City)], "tool_choice": "required"}


@dataclass(frozen=True)
class Family:
    """A family: its clients and methods, what it is asked, and where a fault hits its stream."""

    clients: tuple[Callable[..., Any], Callable[..., Any]]
    """The blocking and the async client."""
    base: str
    """The path that the clients' ``base_url`` has."""
    resource: Callable[[Any], Any]
    final: str
    """The method of a stream that returns the whole answer."""
    asking: Callable[[str], dict[str, Any]]
    contents: Mapping[str, dict[str, Any]]
    reported: type[Exception]
    """The error that the server reports in its answer."""
    text: Callable[[Any], str]
    """The content of an answer, whole or partial: its text, or the arguments of its calls."""
    places: Mapping[str, int]
    """The numbers in the names of faults: ``middle``, of the events up to the middle of the
    content; ``second``, of those before its second piece; ``bytes``, up to its middle."""


def _text_of_chat(completion: Any) -> str:
    if not completion.choices:
        return ""
    message = completion.choices[0].message
    calls = "".join(call.function.arguments for call in message.tool_calls or ())
    return (message.content or "") + calls


def _text_of_response(response: Any) -> str:
    calls = (item.arguments for item in response.output if item.type == "function_call")
    text: str = response.output_text
    return text + "".join(calls)


def _text_of_message(message: Any) -> str:
    return "".join(
        _arguments(block) if block.type == "tool_use" else block.text for block in message.content
    )


def _arguments(block: Any) -> str:
    return str(block.input_json or json.dumps(block.input, separators=(",", ":")))


CHAT = Family(
    clients=(OpenAI, AsyncOpenAI),
    base="/v1",
    resource=lambda client: client.chat.completions,
    final="get_final_completion",
    asking=lambda text: {"model": "m", "messages": [{"role": "user", "content": text}]},
    contents={"text": {}, "structured": {"response_format": City}, "tools": TOOLS},
    reported=APIError,
    text=_text_of_chat,
    places={"middle": 4, "second": 2, "bytes": 900},
)
RESPONSES = Family(
    clients=(OpenAI, AsyncOpenAI),
    base="/v1",
    resource=lambda client: client.responses,
    final="get_final_response",
    asking=lambda text: {"model": "m", "input": text},
    contents={"text": {}, "structured": {"text_format": City}, "tools": TOOLS},
    reported=APIError,
    text=_text_of_response,
    places={"middle": 7, "second": 5, "bytes": 5000},
)
MESSAGES = Family(
    clients=(Anthropic, AsyncAnthropic),
    base="",
    resource=lambda client: client.messages,
    final="get_final_message",
    asking=lambda text: {
        "model": "m",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": text}],
    },
    contents={
        "text": {},
        "structured": {"output_format": City},
        "tools": {"tools": [pydantic_function_tool(City)], "tool_choice": {"type": "any"}},
    },
    reported=InternalServerError,
    text=_text_of_message,
    places={"middle": 7, "second": 4, "bytes": 1500},
)
FAMILIES = {"chat": CHAT, "responses": RESPONSES, "messages": MESSAGES}
