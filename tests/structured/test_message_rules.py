"""The schemas that the Messages API takes are those that the ``anthropic`` package makes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from typing import Annotated, Any, Literal, Optional

import anthropic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, TypeAdapter
from typing_extensions import TypedDict

from streamkit import SchemaError, pydantic_function_tool, pydantic_message_tool
from streamkit.structured.message_format import input_parsers, message_format, message_tools
from streamkit.structured.schema import to_message_schema
from streamkit.structured.tools import pydantic_responses_function_tool


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    """Something within."""

    size: int = Field(ge=1, le=9, description="How large.")
    when: dt.datetime
    note: str | None = None


class Node(BaseModel):
    value: float
    children: list[Node] = []


class Outer(BaseModel):
    name: Annotated[str, Field(min_length=1, pattern="^a", examples=["a"])]
    inner: Inner
    also: Inner = Field(description="Another.")
    color: Color = Color.RED
    kind: Literal["a", "b"] = "a"
    one: Literal[1] = 1
    mixed: Literal["a", 1] | None = None
    tags: list[str] = Field(min_length=1, max_length=3)
    many: list[int] = Field(default=[], min_length=2)
    either: int | str | Inner
    counts: dict[str, int] = {}
    id: uuid.UUID
    nothing: None = None
    old: Optional[bool] = True  # noqa: UP045 - how many write it
    tree: Node | None = None


class Point(TypedDict):
    x: int
    y: int


@dataclasses.dataclass
class Pair:
    left: Point
    right: tuple[int, str]


class Numbers(RootModel[list[int]]):
    pass


@pytest.mark.parametrize(
    "type_", [Outer, Inner, Node, Point, Pair, Numbers, list[int], int | str, Color], ids=repr
)
def test_a_type_has_the_schema_that_the_package_sends(type_: Any) -> None:
    schema = TypeAdapter(type_).json_schema()
    assert to_message_schema(schema) == anthropic.transform_schema(schema)


NODES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["string", "integer", "number", "boolean", "null"])},
            optional={
                "description": st.just("words"),
                "title": st.just("T"),
                "format": st.sampled_from(["date", "uri", "binary", "regex"]),
                "minimum": st.integers(0, 9),
                "default": st.just([1]),
                "enum": st.sampled_from([["a"], [1, None], [], [{}]]),
                "const": st.sampled_from(["a", 2, {}]),
            },
        ),
        st.fixed_dictionaries({"$ref": st.just("#/$defs/X")}, optional={"title": st.just("T")}),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(st.just("a"), inner)},
            optional={
                "required": st.just(["a"]),
                "additionalProperties": st.booleans(),
                "minProperties": st.just(1),
            },
        ),
        st.fixed_dictionaries(
            {"type": st.just("array")},
            optional={"items": inner, "minItems": st.integers(0, 3), "maxItems": st.just(4)},
        ),
        st.fixed_dictionaries({"anyOf": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries({"oneOf": st.lists(inner, max_size=2), "title": st.just("T")}),
        st.fixed_dictionaries({"allOf": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries(
            {"$defs": st.dictionaries(st.just("X"), inner), "type": st.just("null")}
        ),
    ),
    max_leaves=8,
)


@given(schema=NODES)
def test_any_schema_is_rewritten_as_the_package_does_it(schema: dict[str, Any]) -> None:
    before = repr(schema)
    assert to_message_schema(schema) == anthropic.transform_schema(schema)
    assert repr(schema) == before


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({}, ""),
        ({"type": "object", "properties": {"a": {"type": "array", "items": {}}}}, "a[]"),
        ({"anyOf": [{"type": "what"}]}, ""),
        ({"type": "object", "properties": {"a": 7}}, "a"),
    ],
)
def test_a_schema_that_says_nothing_is_refused_with_its_place(schema: Any, path: str) -> None:
    with pytest.raises(SchemaError) as caught:
        to_message_schema(schema)
    assert caught.value.path == path


def test_several_types_become_a_union_where_the_package_fails() -> None:
    schema = {"type": ["string", "null"], "description": "words", "minLength": 3}
    with pytest.raises(AssertionError):
        anthropic.transform_schema(schema)
    assert to_message_schema(schema) == {
        "anyOf": [
            {"type": "string", "description": "{minLength: 3}"},
            {"type": "null", "description": "{minLength: 3}"},
        ],
        "description": "words",
    }


def test_a_schema_within_itself_is_refused() -> None:
    schema: dict[str, Any] = {"type": "array"}
    schema["items"] = schema
    with pytest.raises(SchemaError):
        to_message_schema(schema)


def test_a_format_is_sent_without_a_wrapper_and_reads_its_answers() -> None:
    format_ = message_format(list[int])
    assert format_.param == {
        "type": "json_schema",
        "schema": {"type": "array", "items": {"type": "integer"}},
    }
    assert format_.parse("[1, 2]") == [1, 2]


class Weather(BaseModel):
    """The weather of a city."""

    city: str


TOOL = {
    "name": "Weather",
    "description": "The weather of a city.",
    "input_schema": to_message_schema(Weather.model_json_schema()),
    "strict": True,
}


@pytest.mark.parametrize(
    "tool",
    [
        pydantic_message_tool(Weather),
        pydantic_function_tool(Weather),
        pydantic_responses_function_tool(Weather),
    ],
)
def test_a_tool_of_any_protocol_is_sent_in_the_form_of_messages(tool: Any) -> None:
    (sent,) = message_tools([tool])
    assert sent == TOOL
    assert input_parsers([sent]).parse("Weather", '{"city": "Rome"}') == Weather(city="Rome")


def test_a_plain_function_tool_is_converted() -> None:
    function = {"name": "f", "parameters": {"type": "object"}, "description": None}
    assert message_tools([{"type": "function", "function": function}]) == [
        {"name": "f", "input_schema": {"type": "object"}}
    ]


@pytest.mark.parametrize("tool", [TOOL, {"type": "web_search_20250305", "name": "web_search"}])
def test_the_tools_of_the_api_are_sent_as_they_are(tool: Any) -> None:
    assert message_tools([tool]) == [tool]


@pytest.mark.parametrize(("model", "name"), [(list[int], None), (Weather, "no name"), (7, None)])
def test_what_can_be_no_tool_is_refused(model: Any, name: str | None) -> None:
    with pytest.raises(SchemaError):
        pydantic_message_tool(model, name=name)
