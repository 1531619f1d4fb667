"""The types of conversations with tools, as the type checkers infer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from pydantic import BaseModel

from streamkit import Tool

if TYPE_CHECKING:
    from reactivex import Observable

    from streamkit import Anthropic, AsyncOpenAI, Final, OpenAI
    from streamkit.events import CommonEvent, ToolResultEvent, TurnDoneEvent, TurnEvent


class Answer(BaseModel):
    text: str


def weather(city: str) -> str:
    return city


def of_a_conversation(client: OpenAI) -> None:
    with client.chat.completions.run_tools(
        model="m",
        messages=[],
        tools=[weather, Tool(weather, needs_approval=True), {"type": "web_search"}],
        response_format=Answer,
        max_turns=3,
        tool_timeout=1.5,
    ) as stream:
        assert_type(stream.get_final(), Final[Answer])
        for event in stream:
            assert_type(event, CommonEvent[Answer] | TurnEvent[Answer])
            if event.type == "tool.result":
                assert_type(event, ToolResultEvent)
            elif event.type == "tool.held":
                event.approve()
            elif event.type == "turn.done":
                assert_type(event, TurnDoneEvent[Answer])
                assert_type(event.final.parsed, Answer | None)


async def of_responses(client: AsyncOpenAI) -> None:
    async with client.responses.run_tools(model="m", input="x", tools=[weather]) as stream:
        assert_type(await stream.get_final(), Final[Any])


def of_messages(client: Anthropic) -> None:
    assert_type(
        client.messages.observe_run_tools(
            model="m", max_tokens=9, messages=[], tools=[weather], output_format=Answer
        ),
        Observable[CommonEvent[Answer] | TurnEvent[Answer]],
    )
