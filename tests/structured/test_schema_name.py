from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, create_model

from streamkit.errors import ParseError, SchemaError
from streamkit.structured.schema import schema_name
from streamkit.structured.tools import pydantic_function_tool, tool_parsers
from tests.typed_formats import format_of

T = TypeVar("T")
U = TypeVar("U")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MathResponse", "MathResponse"),
        ("_a-B_1", "_a-B_1"),
        ("Box[int]", "Box_int_"),
        ("Pair[int, str]", "Pair_int_str_"),
        ("Cat | Dog", "Cat_Dog"),
        ("", "response"),
        ("x" * 64, "x" * 64),
    ],
)
def test_a_name_that_can_be_read_stays_so(name: str, expected: str) -> None:
    assert schema_name(name) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("查天气", "查地图"),
        ("Größe", "Grüße"),
        ("x" * 64 + "a", "x" * 64 + "b"),
        ("Pair[tuple[a], b | c]", "Pair[tuple[a, b], c]"),
        ("Box[Literal['a b']]", "Box[Literal['a-b']]"),
    ],
)
def test_names_that_lose_their_difference_get_a_digest(one: str, other: str) -> None:
    names = {schema_name(one), schema_name(other)}
    assert len(names) == 2
    assert all(0 < len(name) <= 64 and name.isascii() for name in names)


@given(st.lists(st.text(), min_size=2, max_size=5, unique=True))
def test_any_name_becomes_one_the_api_takes_and_keeps_doing_so(names: list[str]) -> None:
    for name in names:
        made = schema_name(name)
        assert 0 < len(made) <= 64
        assert all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in made)
        assert schema_name(name) == made


class Box(BaseModel, Generic[T]):
    content: T


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


WEATHER = create_model("查天气", city=(str, ...))
MAP = create_model("查地图", city=(str, ...))


class AVeryLongNameOfAThing(BaseModel):
    a: int


class AVeryLongNameOfAThingToo(BaseModel):
    a: int


LONG = Box[Box[AVeryLongNameOfAThing | AVeryLongNameOfAThingToo | Cat | Dog]]
LONGER = Box[Box[AVeryLongNameOfAThing | AVeryLongNameOfAThingToo | Cat | None]]


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (Annotated[int, AfterValidator(lambda value: value)], "int"),
        (list[Annotated[int, AfterValidator(lambda value: value)]], "list_int_"),
        (Annotated[Cat | Dog, Field(discriminator="kind")], "Cat_Dog"),
        (list[Annotated[Cat | Dog, Field(discriminator="kind")]], "list_Cat_Dog_88989735"),
        (Cat | None, "Cat_None"),
    ],
    ids=["annotated", "inside a list", "discriminated", "discriminated in a list", "optional"],
)
def test_what_an_annotation_says_is_no_part_of_the_name(type_: Any, name: str) -> None:
    assert format_of(type_).param["json_schema"]["name"] == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WEATHER, MAP),
        (LONG, LONGER),
        (Box[Literal["a b"]], Box[Literal["a-b"]]),
        (Box[list[int]], Box[list[str]]),
    ],
    ids=["no ASCII", "long", "literals", "generics"],
)
def test_tools_of_two_types_have_two_names(one: Any, other: Any) -> None:
    tools = [pydantic_function_tool(one), pydantic_function_tool(other)]
    names = [tool["function"]["name"] for tool in tools]
    assert len(set(names)) == 2
    assert len(tool_parsers(tools)) == 2


def test_a_call_is_read_as_the_tool_it_names() -> None:
    tools = [pydantic_function_tool(model) for model in (WEATHER, MAP)]
    parsers = tool_parsers(tools)
    for model, tool in zip((WEATHER, MAP), tools, strict=True):
        assert type(parsers.parse(tool["function"]["name"], '{"city":"Ulm"}')) is model
    assert parsers.parse("_", '{"city":"Ulm"}') is None


def test_classes_of_one_name_are_refused_together() -> None:
    def search(type_: type) -> Any:
        return create_model("Search", query=(type_, ...))

    tools = [pydantic_function_tool(search(int)), pydantic_function_tool(search(str))]
    with pytest.raises(SchemaError, match=r"two tools are called 'Search'.*name="):
        tool_parsers(tools)
    tools[1]["function"]["name"] = "search_words"
    with pytest.raises(ParseError):
        tool_parsers(tools).parse("Search", '{"query":"x"}')


@pytest.mark.thorough
def test_names_are_the_same_in_every_process() -> None:
    program = """
from typing import Annotated, Generic, Literal, TypeVar
from enum import Enum
from pydantic import AfterValidator, BaseModel
from streamkit.structured.response_format import response_format

T = TypeVar("T")
class Color(Enum):
    RED = "red"
class 查天气(BaseModel): city: str
class Box(BaseModel, Generic[T]): content: T
class Odd:
    def __repr__(self): return f"<Odd at {hex(id(self))}>"
for type_ in (
    查天气, Box[查天气], list[Annotated[int, lambda value: value]], Color,
    Box[Annotated[int, AfterValidator(lambda value: value)]], Box[Annotated[int, Odd()]],
):
    print(response_format(type_).param["json_schema"]["name"])
"""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert len(first.split()) == 6
