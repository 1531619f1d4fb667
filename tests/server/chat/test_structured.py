"""The embedded server's answer fits the format that was asked for, unless it refuses."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Annotated, Literal
from uuid import UUID

import openai
import pytest
from openai.types.chat import (
    ChatCompletionMessageParam,
)
from pydantic import BaseModel, Field

from tests.server.chat.requested import ASK, REFUSE


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
