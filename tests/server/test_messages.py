"""Anthropic's messages of the embedded server; the `anthropic` package is the client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx
import pytest
from pydantic import BaseModel

from streamkit.recording import shipped
from streamkit.server import EmbeddedServer

ASK: dict[str, Any] = {
    "model": "m",
    "max_tokens": 3000,
    "messages": [{"role": "user", "content": "Tell me about rivers"}],
}
HEADERS = {"anthropic-version": "2023-06-01"}


class City(BaseModel):
    name: str
    population: int
    sights: list[str]


CITY: Any = {"name": "city", "input_schema": City.model_json_schema()}
CLOCK: Any = {"name": "clock", "input_schema": {"type": "object"}}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedServer) -> Iterator[Any]:
    # Strict: whatever is answered must have every field that the package's types want.
    with anthropic.Anthropic(
        base_url=server.url, api_key="any", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def saying(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def types(events: Any) -> list[str]:
    """The types of raw events and of their deltas, one for each stretch of the same."""
    found = [
        event.delta.type if event.type == "content_block_delta" else event.type for event in events
    ]
    return [name for place, name in enumerate(found) if found[place - 1 : place] != [name]]


def block(*deltas: str) -> list[str]:
    return ["content_block_start", *deltas, "content_block_stop"]


THINKING: Any = {"type": "enabled", "budget_tokens": 1024}
TEXT, TOOL, THOUGHT = (
    block("text_delta"),
    block("input_json_delta"),
    block("thinking_delta", "signature_delta"),
)
END = ["message_delta", "message_stop"]
CASES: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "text": ({}, TEXT, "end_turn"),
    "thinking": ({"thinking": THINKING}, [*THOUGHT, *TEXT], "end_turn"),
    "thinking of any length": ({"thinking": {"type": "adaptive"}}, [*THOUGHT, *TEXT], "end_turn"),
    "hidden thinking": (
        {"thinking": {**THINKING, "display": "omitted"}},
        [*block("signature_delta"), *TEXT],
        "end_turn",
    ),
    "no thinking": ({"thinking": {"type": "disabled"}}, TEXT, "end_turn"),
    "tools": ({"tools": [CITY, CLOCK]}, [*TEXT, *TOOL, *TOOL], "tool_use"),
    "tools that must be called": (
        {"tools": [CITY, CLOCK], "tool_choice": {"type": "any"}},
        [*TOOL, *TOOL],
        "tool_use",
    ),
    "one of the tools": (
        {
            "tools": [CITY, CLOCK],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
        },
        [*TEXT, *TOOL],
        "tool_use",
    ),
    "a tool by its name": (
        {"tools": [CITY, CLOCK], "tool_choice": {"type": "tool", "name": "clock"}},
        TOOL,
        "tool_use",
    ),
    "no tool": ({"tools": [CITY], "tool_choice": {"type": "none"}}, TEXT, "end_turn"),
    "a stop sequence": ({"stop_sequences": ["zzz", "e"]}, TEXT, "stop_sequence"),
    "too little room": ({"max_tokens": 5}, TEXT, "max_tokens"),
    "no room": ({"max_tokens": 0}, [], "max_tokens"),
    "too little room to call": (
        {"tools": [CITY, CLOCK], "tool_choice": {"type": "any"}, "max_tokens": 5},
        TOOL,
        "max_tokens",
    ),
    "a refusal": (saying("[[refuse]]"), [], "refusal"),
    "a refusal half-way": (saying("[[content_filter]]"), TEXT, "refusal"),
}
SAME = {
    name: params
    for name, (params, *_) in CASES.items()
    if name != "too little room to call"  # whose beginning is in the stream alone
}


@pytest.mark.parametrize(("params", "blocks", "reason"), CASES.values(), ids=CASES)
def test_events_come_in_the_order_of_the_api(
    client: Any, params: dict[str, Any], blocks: list[str], reason: str
) -> None:
    events = list(client.messages.create(**{**ASK, **params}, stream=True))
    assert types(events) == ["message_start", *blocks, *END]
    assert events[-2].delta.stop_reason == reason
    starts = [event.index for event in events if event.type == "content_block_start"]
    assert starts == list(range(len(starts)))


@pytest.mark.parametrize("params", SAME.values(), ids=SAME)
def test_a_stream_says_the_same_as_a_plain_answer(client: Any, params: dict[str, Any]) -> None:
    asked = {**ASK, **params}
    with client.messages.stream(**asked) as stream:
        streamed = stream.get_final_message()
    # The helper leaves out what it does not accumulate.
    plain = client.messages.create(**asked)
    for name in ("id", "model", "stop_reason", "stop_sequence", "stop_details"):
        assert getattr(streamed, name) == getattr(plain, name)
    assert [each.to_dict() for each in streamed.content] == [
        each.to_dict() for each in plain.content
    ]
    assert streamed.usage.output_tokens == plain.usage.output_tokens
    assert streamed.usage.input_tokens == plain.usage.input_tokens


def test_the_input_of_a_cut_call_is_empty_unless_it_is_streamed(client: Any) -> None:
    asked = {**ASK, "tools": [CITY], "tool_choice": {"type": "any"}, "max_tokens": 5}
    (call,) = client.messages.create(**asked).content
    events = list(client.messages.create(**asked, stream=True))
    sent = "".join(
        event.delta.partial_json for event in events if event.type == "content_block_delta"
    )
    assert call.input == {}
    assert sent.startswith('{"name":"')


def test_a_ping_comes_after_the_first_block_has_begun(server: EmbeddedServer) -> None:
    response = httpx.post(
        f"{server.base_url}/messages", json={**ASK, "stream": True}, headers=HEADERS
    )
    names = [line for line in response.text.splitlines() if line.startswith("event: ")]
    assert names[:3] == ["event: message_start", "event: content_block_start", "event: ping"]


def test_the_format_is_kept_to(client: Any) -> None:
    message = client.messages.parse(**ASK, output_format=City)
    assert isinstance(message.parsed_output, City)


def test_the_input_of_a_call_fits_its_schema(client: Any) -> None:
    message = client.messages.create(**ASK, tools=[CITY], tool_choice={"type": "any"})
    City.model_validate(message.content[0].input)


def test_a_conversation_goes_on_after_tools_were_called(client: Any) -> None:
    first = client.messages.create(**ASK, tools=[CITY, CLOCK], thinking=THINKING)
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "noon"}
        for block in first.content
        if block.type == "tool_use"
    ]
    assert len(results) == 2
    messages = [
        *ASK["messages"],
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": results},
    ]
    second = client.messages.create(**{**ASK, "messages": messages}, tools=[CITY, CLOCK])
    assert [block.type for block in second.content] == ["text"]


def test_tokens_are_counted_as_they_are_used(client: Any) -> None:
    more = {"system": "Be brief", "tools": [CITY]}
    counted = client.messages.count_tokens(model="m", messages=ASK["messages"], **more)
    assert counted.input_tokens == client.messages.create(**ASK, **more).usage.input_tokens
    assert counted.input_tokens > client.messages.create(**ASK).usage.input_tokens


def test_thinking_is_counted(client: Any) -> None:
    usage = client.messages.create(**ASK, thinking=THINKING).usage
    assert 0 < usage.output_tokens_details.thinking_tokens < usage.output_tokens


def test_the_same_request_gets_the_same_bytes(server: EmbeddedServer) -> None:
    def answer(server: EmbeddedServer) -> bytes:
        url = f"{server.base_url}/messages"
        return httpx.post(url, json={**ASK, "stream": True}, headers=HEADERS).content

    assert answer(server) == answer(server)
    with EmbeddedServer(seed=1) as other:
        assert answer(other) != answer(server)


def test_a_recording_is_replayed_byte_by_byte(server: EmbeddedServer) -> None:
    body = {**ASK, "model": "recording:text_usage", "stream": True}
    response = httpx.post(f"{server.base_url}/messages", json=body, headers=HEADERS)
    assert response.content == shipped("text_usage").body


def test_the_models_are_listed_in_the_form_that_the_client_knows(client: Any) -> None:
    (first, *_) = client.models.list()
    assert (first.id, first.type) == ("streamkit", "model")
    assert client.models.retrieve("claude").id == "claude"


async def test_the_async_client_streams(server: EmbeddedServer) -> None:
    async with (
        anthropic.AsyncAnthropic(base_url=server.url, api_key="any") as client,
        client.messages.stream(**ASK) as stream,
    ):
        text = "".join([piece async for piece in stream.text_stream])
        assert await stream.get_final_text() == text
