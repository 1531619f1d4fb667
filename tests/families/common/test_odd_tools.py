"""Odd tools, odd results and odd ids end no conversation, and hang none."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from streamkit import Anthropic, AsyncOpenAI, OpenAI, SchemaError, Tool
from tests.families.common.test_run_tools_ends import (
    ANSWER,
    CALLED,
    conversation,
    fragment,
    search,
    sent,
)
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


class UnprintableExit(BaseException):
    __repr__ = UnprintableError.__str__


def unprintable(q: str) -> str:
    raise UnprintableError(q)


def unprintable_exit(q: str) -> str:
    raise UnprintableExit(q)


def half_a_character(q: str) -> str:
    return f"file \udc80{q}"


def an_error_with_half_a_character(q: str) -> str:
    raise OSError(f"file {q} \ud83d")


def two_halves(q: str) -> str:
    return f"\ud83d\ude00{q}"


OUTPUTS = [
    (unprintable, "Error: UnprintableError: (its text cannot be read: ValueError)"),
    (unprintable_exit, "Error: RuntimeError: the tool raised UnprintableExit"),
    (half_a_character, "file \ufffda"),
    (an_error_with_half_a_character, "Error: OSError: file a \ufffd"),
    (two_halves, "\N{GRINNING FACE}a"),
]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("tool", "output"), OUTPUTS, ids=lambda each: getattr(each, "__name__", "")
)
def test_the_model_gets_a_text_from_whatever_a_tool_does(
    tool: Any, output: str, is_async: bool
) -> None:
    handler = Tool(tool, name="search")
    with ScriptedServer(CALLED, ANSWER) as server:
        if is_async:
            asyncio.run(answered(server, handler))
        else:
            with conversation(server, handler) as source:
                source.until_done()
        assert sent(server)[1]["messages"][-1]["content"] == output


async def answered(server: ScriptedServer, tool: Tool) -> None:
    async with (
        AsyncOpenAI(api_key="k", base_url=server.url) as client,
        client.chat.completions.run_tools(model="m", messages=[], tools=[tool]) as source,
    ):
        await source.until_done()


@pytest.mark.parametrize("ids", [("", ""), ("x", "x"), ("x", "y")], ids=["none", "one", "two"])
@pytest.mark.parametrize("by_event", [False, True], ids=["event.approve", "stream.approve"])
def test_each_held_call_is_decided_whatever_the_ids_are(
    ids: tuple[str, str], by_event: bool
) -> None:
    calls = [
        fragment(f'{{"q": "{index}"}}', index, name="search").replace(
            f'"id": "c{index}"'.encode(), f'"id": "{each}"'.encode()
        )
        for index, each in enumerate(ids)
    ]
    called = stream(*calls, part(finish_reason="tool_calls"), DONE)
    held: list[Any] = []
    with ScriptedServer(called, ANSWER) as server:
        with conversation(server, Tool(search, needs_approval=True)) as source:
            for event in source:
                if event.type == "tool.held":
                    held.append(event)
                if len(held) == 2:
                    (held[1].refuse if by_event else lambda: source.refuse(held[1]))()
                    (held[0].approve if by_event else lambda: source.approve(held[0]))()
                    held.clear()
        results = [message["content"] for message in sent(server)[1]["messages"][-2:]]
    assert results == ["0", "Error: The call was refused."]


@pytest.mark.parametrize("make", [OpenAI, Anthropic])
def test_a_conversation_without_messages_is_refused_before_a_request(make: Any) -> None:
    client = make(api_key="k")
    resource = client.messages if make is Anthropic else client.chat.completions
    with client, pytest.raises(TypeError, match="run_tools needs messages"):
        resource.run_tools(model="m", max_tokens=1, tools=[])
    with client, pytest.raises(TypeError, match="messages must be a list of messages, not str"):
        resource.run_tools(model="m", max_tokens=1, tools=[], messages="hi")


@pytest.mark.parametrize("tools", [None, "search", len, 5])
def test_tools_that_are_no_list_are_refused_before_a_request(tools: Any) -> None:
    with OpenAI(api_key="k") as client, pytest.raises(TypeError, match="tools must be functions"):
        client.chat.completions.run_tools(model="m", messages=[], tools=tools)


def test_a_function_that_hides_its_parameters_is_refused_by_name() -> None:
    with pytest.raises(SchemaError, match="max does not show its parameters"):
        Tool(max)
    assert json.dumps(Tool(max, arguments=dict[str, int]).definition())
