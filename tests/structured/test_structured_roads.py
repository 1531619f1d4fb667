"""Structured answers give the same values and the same errors on every road."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypedDict

import msgspec
import pytest
from pydantic import BaseModel, Field, create_model, field_validator

from streamkit import AsyncOpenAI, OpenAI, ParseError, SchemaError, pydantic_function_tool
from streamkit.events import ContentDoneEvent, FunctionToolCallArgumentsDoneEvent
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Script, ScriptedServer, chunk, response
from tests.sse_bodies import DONE, part
from tests.ways import KEY, WAYS

pytestmark = pytest.mark.diagonal

ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}

DONE_EVENTS = (ContentDoneEvent, FunctionToolCallArgumentsDoneEvent)

Road = Callable[..., Any]
"""A function that takes the text or calls and parameters, and returns the message or raises."""


def whole(message: dict[str, Any]) -> Script:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice]}
    return [response(200, json.dumps(body).encode())]


def streamed(message: dict[str, Any], cut: int | None = None) -> Script:
    delta = {**message}
    for index, call in enumerate(delta.get("tool_calls", ())):
        call["index"] = index
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    event = {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
    body = b"data: %b\n\n" % json.dumps(event).encode() + part(None, "stop") + DONE
    size = cut or len(body)
    pieces = [chunk(body[at : at + size]) for at in range(0, len(body), size)]
    return [STREAM_HEAD, *pieces, LAST_CHUNK]


def parsed(message: dict[str, Any], **params: Any) -> Any:
    with ScriptedServer(whole(message)) as server, client(server) as openai:
        return openai.chat.completions.parse(**ASKED, **params).choices[0].message


def parsed_async(message: dict[str, Any], **params: Any) -> Any:
    async def main(server: ScriptedServer) -> Any:
        async with AsyncOpenAI(api_key=KEY, base_url=server.url, max_retries=0) as openai:
            return await openai.chat.completions.parse(**ASKED, **params)

    with ScriptedServer(whole(message)) as server:
        return asyncio.run(main(server)).choices[0].message


def client(server: ScriptedServer) -> OpenAI:
    return OpenAI(api_key=KEY, base_url=server.url, max_retries=0)


def by_way(name: str, cut: int | None = None) -> Road:
    def road(message: dict[str, Any], **params: Any) -> Any:
        with ScriptedServer(streamed(message, cut)) as server:
            taken = WAYS[name](server.url, **params)
        if taken.error is not None:
            assert [type(event).__name__ for event in taken.events]  # the error came last
            raise taken.error
        (done,) = [event for event in taken.events if type(event) in DONE_EVENTS]
        return done

    return road


ROADS: dict[str, Road] = {
    "parse": parsed,
    "await parse": parsed_async,
    **{name: by_way(name) for name in WAYS},
    "for, cut": by_way("for", 7),
    "async for, cut": by_way("async for", 7),
}


@pytest.fixture(params=list(ROADS.values()), ids=list(ROADS))
def road(request: pytest.FixtureRequest) -> Road:
    taken: Road = request.param
    return taken


class RefusedError(Exception):
    def errors(self) -> list[int]:
        return [1]


class Picky(BaseModel):
    x: float

    @field_validator("x")
    @classmethod
    def refuse(cls, value: float) -> float:
        if value > 9:
            raise RefusedError("too much")
        return value


class Bytes(BaseModel):
    kind: Literal[b"x"]


class Film(TypedDict):
    title: Annotated[str, Field(min_length=2)]
    data: bytes


class Reel(msgspec.Struct):
    length: Annotated[int, msgspec.Meta(ge=1)]


class Box(TypedDict):
    film: Film
    reel: Reel


BOX = '{"film":{"title":"%s","data":"YWJj"},"reel":{"length":%d}}'


def test_an_answer_is_read_as_its_type_says(road: Road) -> None:
    message = road({"content": BOX % ("M!", 3)}, response_format=Box)
    assert message.parsed == {"film": {"title": "M!", "data": b"YWJj"}, "reel": Reel(3)}


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Box, BOX % ("M", 3)),
        (Box, BOX % ("M!", 0)),
        (Picky, '{"x": NaN}'),
        (Picky, '{"x": 1e999}'),
        (Picky, '{"x": 10}'),
        (list[float], '{"value": [1, -Infinity]}'),
    ],
    ids=["pydantic's", "msgspec's", "NaN", "beyond", "a validator's own error", "Infinity"],
)
def test_an_answer_that_does_not_fit_is_a_parse_error_that_keeps_it(
    road: Road, type_: Any, text: str
) -> None:
    with pytest.raises(ParseError) as caught:
        road({"content": text}, response_format=type_)
    assert caught.value.content == text
    assert caught.value.completion is not None
    assert caught.value.completion.choices[0].message.content == text


def calls(*names: str, arguments: str = '{"x": 1}') -> dict[str, Any]:
    return {
        "content": None,
        "tool_calls": [
            {"id": name, "type": "function", "function": {"name": name, "arguments": arguments}}
            for name in names
        ],
    }


@pytest.mark.parametrize("arguments", ['{"x": NaN}', '{"x": 10}', '{"x": "inf"}'])
def test_so_are_arguments(road: Road, arguments: str) -> None:
    with pytest.raises(ParseError, match="The arguments of Picky are not valid") as caught:
        road(calls("Picky", arguments=arguments), tools=[pydantic_function_tool(Picky)])
    assert caught.value.content == arguments
    assert caught.value.completion is not None


def test_a_call_is_read_as_the_tool_that_it_names(road: Road) -> None:
    models = [create_model(name, x=(int, ...)) for name in ("查天气", "查地图")]
    tools = [pydantic_function_tool(model) for model in models]
    message = road(calls(tools[1]["function"]["name"]), tools=tools)
    arguments = (
        message.parsed_arguments
        if hasattr(message, "parsed_arguments")
        else message.tool_calls[0].function.parsed_arguments
    )
    assert type(arguments) is models[1]


def test_what_cannot_be_asked_is_not_asked() -> None:
    twice = [pydantic_function_tool(Picky), pydantic_function_tool(create_model("Picky"))]
    with ScriptedServer(whole({"content": "{}"})) as server, client(server) as openai:
        completions = openai.chat.completions
        for method in (completions.parse, completions.stream, completions.observe):
            with pytest.raises(SchemaError, match="two tools are called 'Picky'"):
                method(**ASKED, tools=twice)
            with pytest.raises(SchemaError, match="every answer would fail"):
                method(**ASKED, response_format=Bytes)
        assert not server.requests
