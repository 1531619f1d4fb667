"""The scenes of the demonstration: seven answers over HTTP, each a cold observable of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import reactivex.operators as rx
from pydantic import BaseModel

import streamkit.operators as ops
from streamkit.cli.replies import PEOPLE, PERSON, RIVERS, SKY, TRIP, side_by_side
from streamkit.events import (
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDoneEvent,
    RefusalDoneEvent,
)
from streamkit.recording import shipped
from streamkit.structured.tools import pydantic_function_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from reactivex import Observable

    from streamkit._core.events import Event
    from streamkit.cli.display import Figures
    from streamkit.client import Anthropic, OpenAI
    from streamkit.types import ChatCompletionChunk

    Headers: TypeAlias = Mapping[str, str]

__all__ = ["SCENES", "Person", "Scene", "Trip", "people"]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One answer of the demonstration, with its title and description."""

    title: str
    about: str
    events: Callable[[Any, Headers, Figures], Observable[Event]]
    """A function that returns the stream; it feeds the figures when there are no chunk events."""
    ends_with: type[Event]
    """The type of event without which the scene has failed."""
    pace: Headers
    """The headers that set the speed on a terminal."""
    speaks: Literal["openai", "anthropic"] = "openai"
    """The client of the scene."""
    choices: int = 1
    format_name: str | None = None
    reply: Mapping[str, Any] | None = None
    """What the server is told to answer; None for a recording, or an answer that it makes up."""
    code: Callable[..., object] | None = None
    """A function whose source is shown before the answer; None for none."""


class Traveller(BaseModel):
    """A person on the trip."""

    name: str
    email: str


class Stop(BaseModel):
    """A place on the trip, and its date."""

    city: str
    day: str
    note: str


class Trip(BaseModel):
    """The type of the structured answer."""

    title: str
    travellers: list[Traveller]
    stops: list[Stop]
    budget: int
    currency: str
    confirmed: bool


class GetWeather(BaseModel):
    """Get the weather for a city."""

    city: str
    unit: str


class GetTime(BaseModel):
    """Get the time in a city."""

    city: str


class Person(BaseModel):
    """The type of each of three choices."""

    name: str
    year: int


def people(
    chunks: Observable[ChatCompletionChunk],
) -> Observable[ContentDeltaEvent | ContentDoneEvent[Person]]:
    """Parse each choice by itself, with a pipeline like those that users write."""
    return chunks.pipe(
        ops.accumulate(),
        ops.split_by_choice(),
        rx.flat_map(ops.partial_parse(Person)),
    )


def _text(client: OpenAI, headers: Headers, _: Figures) -> Observable[Event]:
    return client.chat.completions.observe(
        model="streamkit",
        messages=[{"role": "user", "content": "Why is the sky blue?"}],
        extra_headers=headers,
    )


def _object(client: OpenAI, headers: Headers, _: Figures) -> Observable[Event]:
    return client.chat.completions.observe(
        model="streamkit",
        messages=[{"role": "user", "content": "Plan a trip for us."}],
        response_format=Trip,
        extra_headers=headers,
    )


def _tool_calls(client: OpenAI, headers: Headers, _: Figures) -> Observable[Event]:
    return client.chat.completions.observe(
        **_recorded("tools_parallel"),
        tools=[
            pydantic_function_tool(GetWeather, name="get_weather"),
            pydantic_function_tool(GetTime, name="get_time"),
        ],
        extra_headers=headers,
    )


def _refusal(client: OpenAI, headers: Headers, _: Figures) -> Observable[Event]:
    return client.chat.completions.observe(
        model="streamkit",
        messages=[
            {"role": "user", "content": "[[refuse]] Plan a trip into the neighbour's house."}
        ],
        response_format=Trip,
        extra_headers=headers,
    )


def _choices(client: OpenAI, headers: Headers, figures: Figures) -> Observable[Event]:
    chunks = client.chat.completions.chunks(
        model="streamkit",
        messages=[{"role": "user", "content": "Name three pioneers of computing."}],
        n=3,
        extra_headers=headers,
    )
    return people(chunks.pipe(rx.do_action(figures.add_chunk)))


def _response(client: OpenAI, headers: Headers, _: Figures) -> Observable[Event]:
    return client.responses.observe(
        model="streamkit",
        input="Who wrote the first program?",
        text_format=Person,
        extra_headers=headers,
    )


def _message(client: Anthropic, headers: Headers, _: Figures) -> Observable[Event]:
    return client.messages.observe(
        model="streamkit",
        max_tokens=60,
        messages=[{"role": "user", "content": "Tell me about rivers."}],
        extra_headers=headers,
    )


def _recorded(name: str) -> dict[str, Any]:
    """Return the parameters that replay a recording: its model and its original messages."""
    return {"model": f"recording:{name}", "messages": shipped(name).request["messages"]}


SCENES = (
    Scene(
        title="Text",
        about="a word at a time, as a model says it",
        events=_text,
        ends_with=ContentDoneEvent,
        pace={"x-streamkit-pace": "0.04"},
        reply=SKY,
    ),
    Scene(
        title="A structured answer",
        about="response_format=Trip, a pydantic model that fills in",
        events=_object,
        ends_with=ContentDoneEvent,
        pace={"x-streamkit-pace": "0.015"},
        format_name="Trip",
        reply={"parsed": TRIP},
    ),
    Scene(
        title="Tool calls",
        about="recorded from a model: two calls in one answer, each parsed into its type",
        events=_tool_calls,
        ends_with=FunctionToolCallArgumentsDoneEvent,
        pace={"x-streamkit-speed": "2"},
    ),
    Scene(
        title="A refusal",
        about="a Trip was asked for, and this came instead",
        events=_refusal,
        ends_with=RefusalDoneEvent,
        pace={"x-streamkit-pace": "0.05"},
        format_name="Trip",
    ),
    Scene(
        title="Choices side by side",
        about="n=3, choice 1 first, through a pipeline of one's own",
        events=_choices,
        ends_with=ContentDoneEvent,
        pace={"x-streamkit-pace": "0.03"},
        reply={"chunks": side_by_side(PEOPLE)},
        choices=3,
        format_name="Person",
        code=people,
    ),
    Scene(
        title="Responses",
        about="text_format=Person, and the same events",
        events=_response,
        ends_with=ContentDoneEvent,
        pace={"x-streamkit-pace": "0.03"},
        reply={"parsed": PERSON},
        format_name="Person",
    ),
    Scene(
        title="Messages",
        about="from an Anthropic client, and the same events",
        events=_message,
        ends_with=ContentDoneEvent,
        pace={"x-streamkit-pace": "0.03"},
        reply=RIVERS,
        speaks="anthropic",
    ),
)
