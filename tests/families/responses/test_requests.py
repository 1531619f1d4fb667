"""The methods of responses send their parameters, and refuse others before they send anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from streamkit import SchemaError, pydantic_function_tool, pydantic_responses_function_tool
from tests.differential.listening import CLIENT, OURS, PEER, PEER_CLIENT
from tests.families.responses.hearing import hear_ours
from tests.families.responses.wire import answer, body, call, message


class Find(BaseModel):
    """Find a thing."""

    name: str


ASKED: dict[str, Any] = {"model": "m", "input": "hello"}
HELLO = body(answer(message('{"name": "Ada"}')))


def sent(**params: Any) -> Any:
    """Return the body that ``stream`` sends."""
    with OURS.saying([HELLO]), CLIENT.responses.stream(**{**ASKED, **params}) as stream:
        stream.close()
        return json.loads(OURS.requests[0].content)


def sent_by_peer(**params: Any) -> Any:
    with PEER.saying([HELLO]), PEER_CLIENT.responses.stream(**{**ASKED, **params}) as stream:
        stream.close()
        return json.loads(PEER.requests[0].content)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"text_format": Find},
        {"text_format": Find, "text": {"verbosity": "low"}},
        {"text": {"format": {"type": "json_object"}}, "temperature": 0.5},
        {"instructions": "Be brief.", "include": ["reasoning.encrypted_content"], "store": False},
        {"tools": [{"type": "web_search"}, {"type": "custom", "name": "shell"}]},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]},
    ],
    ids=["plain", "format", "format and text", "plain format", "options", "tools", "input"],
)
def test_the_body_is_that_of_the_openai_package(params: dict[str, Any]) -> None:
    assert sent(**params) == sent_by_peer(**params)


TOOLS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "as for chat": (pydantic_function_tool, openai.pydantic_function_tool),
    "flat": (
        pydantic_responses_function_tool,
        openai.pydantic_responses_function_tool,
    ),
}


@pytest.mark.parametrize("kind", TOOLS)
def test_function_tools_go_out_flat(kind: str) -> None:
    ours, peer = TOOLS[kind]
    tools = sent(tools=[ours(Find)])["tools"]
    assert tools == sent_by_peer(tools=[peer(Find)])["tools"]
    assert {"type", "name", "parameters", "strict", "description"} == tools[0].keys()


def test_the_tools_of_a_namespace_go_out_flat_and_their_arguments_are_parsed() -> None:
    space: dict[str, Any] = {"type": "namespace", "name": "crm", "description": "", "tools": []}
    tools = [space | {"tools": [pydantic_function_tool(Find)]}]
    assert sent(tools=tools)["tools"][0]["tools"][0]["name"] == "Find"
    stream = body(answer(call("Find", '{"name": "A', 'da"}', namespace="crm")))
    heard = hear_ours([stream], tools=tools)
    assert heard.error is None
    (delta, _) = heard.of("function_call_arguments.delta")
    assert delta.parsed_arguments == {"name": "A"}
    assert heard.response.output[0].parsed_arguments == Find(name="Ada")


def test_a_parsed_answer_goes_back_as_it_came() -> None:
    stream = body(answer(message('{"name": "Ada"}'), call("Find", '{"name": "Bob"}', index=1)))
    heard = hear_ours([stream], text_format=Find, tools=[pydantic_function_tool(Find)])
    text, function = sent(input=heard.response.output)["input"]
    assert text["content"] == [
        {"type": "output_text", "text": '{"name": "Ada"}', "annotations": [], "logprobs": []}
    ]
    assert "parsed_arguments" not in function
    assert function["call_id"] == "call_1"


def test_another_type_can_be_read_than_is_asked_for() -> None:
    assert "text" not in sent(parse_as=Find)
    assert hear_ours([HELLO], parse_as=Find).response.output_parsed == Find(name="Ada")
    assert hear_ours([HELLO], text_format=Find, parse_as=None).response.output_parsed is None


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"text_format": Find, "text": {"format": {"type": "text"}}}, SchemaError),
        ({"text_format": 3}, SchemaError),
        ({"response_id": "resp_1"}, ValueError),
        ({"starting_after": 3}, ValueError),
        ({"model": ..., "input": ...}, ValueError),
        ({"model": ..., "input": ..., "response_id": ""}, ValueError),
    ],
    ids=[
        "two formats",
        "a format that is no type",
        "a new and an existing response",
        "a place in no response",
        "no response",
        "no id",
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(
    params: dict[str, Any], error: type[Exception]
) -> None:
    given = {name: value for name, value in {**ASKED, **params}.items() if value is not ...}
    with pytest.raises(error):
        CLIENT.responses.stream(**given)


def test_the_existing_response_is_asked_for_after_the_cursor() -> None:
    with (
        OURS.saying([HELLO]),
        CLIENT.responses.stream(
            response_id="resp_1", starting_after=3, include=["a"], text_format=Find
        ) as stream,
    ):
        stream.close()
        (request,) = OURS.requests
    assert request.method == "GET"
    assert request.url.path == "/v1/responses/resp_1"
    assert dict(request.url.params) == {
        "stream": "true",
        "starting_after": "3",
        "include[]": "a",
    }
