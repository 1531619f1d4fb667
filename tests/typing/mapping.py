"""The types of the results of many requests, as the type checkers infer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from pydantic import BaseModel
from reactivex import Observable

from streamkit import AsyncMapResults, Final, MapResult, MapResults, Usage
from streamkit.types import ParsedChatCompletion
from streamkit.types.messages import ParsedMessage
from streamkit.types.responses import ParsedResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from streamkit import Anthropic, AsyncOpenAI, MapProgress, OpenAI


class Answer(BaseModel):
    text: str


def requests() -> Iterator[dict[str, Any]]:
    yield {"messages": []}


async def async_requests() -> AsyncIterator[Mapping[str, object]]:
    yield {"messages": []}


def report(progress: MapProgress) -> None:
    assert_type(progress.tokens, int)
    assert_type(progress.per_second, float)


def of_chat(client: OpenAI) -> None:
    results = client.chat.completions.map(
        requests(), model="m", response_format=Answer, max_concurrent=20, on_progress=report
    )
    assert_type(results, MapResults[ParsedChatCompletion[Answer], Answer])
    for result in results:
        assert_type(result, MapResult[ParsedChatCompletion[Answer], Answer])
        assert_type(result.parsed, Answer | None)
        assert_type(result.answer.choices[0].message.parsed, Answer | None)
        assert_type(result.final, Final[Answer])
        assert_type(result.usage, Usage | None)
        assert_type(result.error, Exception | None)
    plain = client.chat.completions.map([{"messages": []}], model="m", ordered=True)
    assert_type(plain, MapResults[ParsedChatCompletion[Any], Any])
    assert_type(plain.observable, Observable[MapResult[ParsedChatCompletion[Any], Any]])


async def of_responses(client: AsyncOpenAI) -> None:
    results = client.responses.map(async_requests(), model="m", text_format=Answer)
    assert_type(results, AsyncMapResults[ParsedResponse[Answer], Answer])
    async for result in results:
        assert_type(result.parsed, Answer | None)


def of_messages(client: Anthropic) -> None:
    results = client.messages.map(
        requests(), model="m", max_tokens=9, output_format=Answer, on_error="raise"
    )
    assert_type(results, MapResults[ParsedMessage[Answer], Answer])
