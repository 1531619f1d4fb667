"""The clients and the embedded server understand each other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import Anthropic, AsyncAnthropic, pydantic_message_tool
from streamkit.server import EmbeddedServer
from tests.message_streams import ASKED


class Colour(BaseModel):
    name: str
    hex: str


TOOLS: dict[str, Any] = {
    "tools": [pydantic_message_tool(Colour)],
    "tool_choice": {"type": "tool", "name": "Colour"},
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(seed=7) as running:
        yield running


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[Anthropic]:
    with Anthropic(base_url=server.url, api_key="any") as opened:
        yield opened


def test_a_stream_and_a_whole_answer_are_the_same(client: Anthropic) -> None:
    with client.messages.stream(**ASKED, output_format=Colour) as stream:
        streamed = stream.get_final_message()
    parsed = client.messages.parse(**ASKED, output_format=Colour)
    assert isinstance(parsed.parsed_output, Colour)
    assert streamed.content == parsed.content
    assert streamed.parsed_output == parsed.parsed_output


def test_a_tool_is_called_and_its_result_is_taken(client: Anthropic) -> None:
    message = client.messages.parse(**ASKED | TOOLS)
    (called,) = message.content
    assert called.type == "tool_use"
    assert isinstance(called.parsed_input, Colour)
    result: dict[str, Any] = {"type": "tool_result", "tool_use_id": called.id, "content": "done"}
    told: list[Any] = [*ASKED["messages"], message, {"role": "user", "content": [result]}]
    assert client.messages.parse(**ASKED | {"messages": told}).content


def test_tokens_are_counted(client: Anthropic) -> None:
    asked = {name: ASKED[name] for name in ("model", "messages")}
    assert client.messages.count_tokens(**asked).input_tokens > 0


def test_a_batch_is_answered_request_by_request(client: Anthropic) -> None:
    requests = [{"custom_id": name, "params": ASKED} for name in ("one", "two")]
    batch = client.messages.batches.create_and_poll(requests=requests, poll_interval_ms=1)
    results = [*client.messages.batches.results(batch.id)]
    assert {result.custom_id for result in results} == {"one", "two"}
    assert {result.result.type for result in results} == {"succeeded"}
    assert batch.id in [each.id for each in client.messages.batches.list()]


def test_the_client_on_the_loop_reads_the_same(client: Anthropic, server: EmbeddedServer) -> None:
    async def main() -> str:
        async with AsyncAnthropic(base_url=server.url, api_key="any") as opened:
            async with opened.messages.stream(**ASKED) as stream:
                return await stream.get_final_text()

    with client.messages.stream(**ASKED) as stream:
        assert asyncio.run(main()) == stream.get_final_text()
