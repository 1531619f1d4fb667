"""The defects of ``parse()`` in the openai package 3.54.0 that streamkit does not have.

As in defects.py, each has a number; S stands for schemas and plain answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Annotated, Any, Generic, Literal, TypeVar

import openai
import pytest
from pydantic import BaseModel, Field, RootModel, ValidationError
from typing_extensions import TypedDict

import streamkit
from tests.differential.listening import CLIENT, OURS, PEER, PEER_CLIENT

T = TypeVar("T")

PACKAGES: dict[ModuleType, tuple[Any, Any]] = {
    openai: (PEER, PEER_CLIENT),
    streamkit: (OURS, CLIENT),
}


class Point(BaseModel):
    x: int


@dataclass
class PointDataclass:
    x: int


class PointDict(TypedDict):
    x: int


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Owner(BaseModel):
    pet: Cat | Dog = Field(discriminator="kind")


class WithDefault(BaseModel):
    x: int = 3


class WithExamples(BaseModel):
    x: int = Field(examples=[1, 2])


class FreeKeys(BaseModel):
    counts: dict[str, int]


class Described(BaseModel):
    """Recursive, where the recursive reference has a description."""

    name: str
    inner: list[Annotated[Described, Field(description="what is inside")]]


class Box(BaseModel, Generic[T]):
    value: T


class Numbers(RootModel[list[int]]):
    pass


def parse(package: ModuleType, message: Mapping[str, Any] | None, **params: Any) -> Any:
    """Return the message that ``parse()`` of the package returns for the API's message."""
    finish_reason = params.pop("finish_reason", "stop")
    choice = {"index": 0, "finish_reason": finish_reason, "message": message}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795305600,
        "model": "test-model",
        "choices": [choice] if message else None,
    }
    replay, client = PACKAGES[package]
    with replay.saying([json.dumps(body).encode()], "application/json"):
        completion = client.chat.completions.parse(model="test-model", messages=[], **params)
    return completion.choices[0].message


def said(content: str) -> dict[str, Any]:
    return {"role": "assistant", "content": content}


def sent(package: ModuleType, format: Any, content: str = '{"x": 1}') -> dict[str, Any]:
    """Return the JSON schema that the package sends for a response format, with its name."""
    parse(package, said(content), response_format=format)
    (request,) = PACKAGES[package][0].requests
    schema: dict[str, Any] = json.loads(request.content)["response_format"]["json_schema"]
    return schema


def test_both_send_the_same_schema_where_nothing_is_wrong_with_it() -> None:
    assert sent(openai, Point) == sent(streamkit, Point)


def test_s01_defaults_are_not_sent() -> None:
    assert sent(openai, WithDefault)["schema"]["properties"]["x"]["default"] == 3
    assert "default" not in sent(streamkit, WithDefault)["schema"]["properties"]["x"]


def test_s02_unions_by_a_discriminator_are_plain_unions() -> None:
    content = '{"pet": {"kind": "cat"}}'
    assert "oneOf" in sent(openai, Owner, content)["schema"]["properties"]["pet"]
    pet = sent(streamkit, Owner, content)["schema"]["properties"]["pet"]
    assert [one["$ref"] for one in pet["anyOf"]] == ["#/$defs/Cat", "#/$defs/Dog"]
    assert not {"oneOf", "discriminator"} & pet.keys()


def test_s03_free_keys_are_refused_before_the_request() -> None:
    content = '{"counts": {"a": 1}}'
    counts = sent(openai, FreeKeys, content)["schema"]["properties"]["counts"]
    assert counts["additionalProperties"] == {"type": "integer"}
    with pytest.raises(streamkit.SchemaError, match=r"^counts: ") as caught:
        sent(streamkit, FreeKeys, content)
    assert caught.value.path == "counts"
    assert not OURS.requests


def test_s04_a_recursive_reference_may_have_a_description() -> None:
    with pytest.raises(RecursionError):
        sent(openai, Described)
    inner = sent(streamkit, Described, '{"name": "", "inner": []}')["schema"]["properties"]["inner"]
    assert inner["items"]["description"] == "what is inside"


def test_s05_a_name_has_only_the_letters_that_are_allowed() -> None:
    assert sent(openai, Box[int], '{"value": 1}')["name"] == "Box[int]"
    assert sent(streamkit, Box[int], '{"value": 1}')["name"] == "Box_int_"


def test_s06_examples_are_not_sent() -> None:
    assert sent(openai, WithExamples)["schema"]["properties"]["x"]["examples"] == [1, 2]
    assert "examples" not in sent(streamkit, WithExamples)["schema"]["properties"]["x"]


@pytest.mark.parametrize(
    ("format", "content", "parsed"),
    [
        (PointDataclass, '{"x": 1}', PointDataclass(1)),
        (PointDict, '{"x": 1}', {"x": 1}),
        (list[int], '{"value": [1]}', [1]),
        (int | None, '{"value": 1}', 1),
    ],
    ids=["dataclass", "TypedDict", "list", "union"],
)
def test_s07_any_type_is_a_response_format(format: Any, content: str, parsed: Any) -> None:
    with pytest.raises(TypeError, match="Unsupported response_format type"):
        parse(openai, said(content), response_format=format)
    assert parse(streamkit, said(content), response_format=format).parsed == parsed


def test_s08_what_is_no_object_travels_in_one() -> None:
    assert sent(openai, Numbers, "[1]")["schema"]["type"] == "array"
    schema = sent(streamkit, Numbers, '{"value": [1]}')["schema"]
    assert (schema["type"], schema["required"]) == ("object", ["value"])
    assert parse(streamkit, said('{"value": [1]}'), response_format=Numbers).parsed == Numbers([1])


@pytest.mark.parametrize("model", [PointDataclass, PointDict])
def test_s09_any_type_of_objects_is_a_tool(model: Any) -> None:
    with pytest.raises(TypeError):
        openai.pydantic_function_tool(model)
    tool = streamkit.pydantic_function_tool(model)
    function = {"name": tool["function"]["name"], "arguments": '{"x": 1}'}
    call = {"id": "call_0", "type": "function", "function": function}
    message = said("") | {"tool_calls": [call]}
    (parsed,) = parse(streamkit, message, tools=[tool]).tool_calls
    assert parsed.function.parsed_arguments in (PointDataclass(1), {"x": 1})


@pytest.mark.parametrize("finish_reason", ["length", "content_filter"])
def test_s10_an_answer_cut_short_is_an_error_only_where_something_was_to_be_parsed(
    finish_reason: str,
) -> None:
    errors = (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError)
    with pytest.raises(errors):
        parse(openai, said("half"), finish_reason=finish_reason)
    assert parse(streamkit, said("half"), finish_reason=finish_reason).content == "half"


def test_s10_calls_of_custom_tools_stay() -> None:
    custom = {"name": "shout", "input": "hello"}
    call = {"id": "call_0", "type": "custom", "custom": custom}
    message = said("") | {"tool_calls": [call]}
    assert parse(openai, message).tool_calls is None
    (kept,) = parse(streamkit, message).tool_calls
    assert kept.custom.input == "hello"


def test_c30_a_misfit_is_an_error_of_the_package_and_carries_the_answer() -> None:
    with pytest.raises(ValidationError):
        parse(openai, said('{"x": "one"}'), response_format=Point)
    with pytest.raises(streamkit.ParseError) as caught:
        parse(streamkit, said('{"x": "one"}'), response_format=Point)
    assert isinstance(caught.value.__cause__, ValidationError)
    assert caught.value.completion is not None
    assert caught.value.completion.choices[0].message.content == '{"x": "one"}'


def test_a_success_without_choices_is_quoted() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        parse(openai, None)
    with pytest.raises(streamkit.APIResponseValidationError, match="chatcmpl-1"):
        parse(streamkit, None)
