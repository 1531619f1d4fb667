from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Generic, Literal, NewType, TypedDict, TypeVar

import msgspec
import pytest
import typing_extensions
from pydantic import BaseModel, ConfigDict, Field, RootModel, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as pydantic_dataclass

from streamkit.errors import OpenAIError, ParseError, SchemaError
from streamkit.structured.description import CACHE_SIZE
from streamkit.structured.response_format import ResponseFormat, response_format
from streamkit.structured.schema import strict_violations

T = TypeVar("T")


class Step(BaseModel):
    explanation: str
    output: str


class MathResponse(BaseModel):
    steps: list[Step]
    final_answer: str


class Box(BaseModel, Generic[T]):
    content: T


class Tree(BaseModel):
    value: int
    children: list[Tree] = []


class Numbers(RootModel[list[int]]):
    pass


class Rooted(RootModel[Step]):
    pass


@dataclass
class Point:
    x: int
    y: int = 0


@pydantic_dataclass
class Positive:
    number: Annotated[int, Field(gt=0)]


class Movie(TypedDict):
    title: str
    year: int


class Song(typing_extensions.TypedDict):
    title: str
    seconds: typing_extensions.NotRequired[int]


class Configured(typing_extensions.TypedDict):
    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # as pydantic documents it
    number: int


class Cat(msgspec.Struct, tag=True):
    name: str


class Dog(msgspec.Struct, tag=True):
    name: str
    age: int | None = None


class Crate(msgspec.Struct, Generic[T]):
    content: T


class Color(Enum):
    RED = "red"
    BLUE = "blue"


UserId = NewType("UserId", int)


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        (Step, '{"explanation":"a","output":"b"}', Step(explanation="a", output="b")),
        (Box[int], '{"content":1}', Box[int](content=1)),
        (Tree, '{"value":1,"children":[]}', Tree(value=1)),
        (Rooted, '{"explanation":"a","output":"b"}', Rooted(Step(explanation="a", output="b"))),
        (Point, '{"x":1,"y":2}', Point(1, 2)),
        (Positive, '{"number":1}', Positive(1)),
        (Movie, '{"title":"M","year":1931}', {"title": "M", "year": 1931}),
        (Song, '{"title":"S","seconds":3}', {"title": "S", "seconds": 3}),
        (Configured, '{"number":1}', {"number": 1}),
        (Cat, '{"type":"Cat","name":"a"}', Cat("a")),
        (Crate[int], '{"content":1}', Crate(1)),
        (TypeAdapter(Tree), '{"value":1,"children":[]}', Tree(value=1)),
        (TypeAdapter(Song), '{"title":"S","seconds":3}', {"title": "S", "seconds": 3}),
    ],
    ids=lambda value: None if isinstance(value, str) else repr(value),
)
def test_an_object_is_sent_as_it_is(type_: Any, text: str, expected: object) -> None:
    format_ = format_of(type_)
    assert_is_strict(format_)
    assert not format_.wrapped
    parsed = format_.parse(text)
    assert parsed == expected
    assert type(parsed) is type(expected)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (int, "12345678901234567890123", 12345678901234567890123),
        (str, '"a"', "a"),
        (bool, "true", True),
        (float, "1.50", 1.5),
        (list[int], "[1,2]", [1, 2]),
        (set[int], "[1]", {1}),
        (tuple[int, int], "[1,2]", (1, 2)),
        (list[Tree], '[{"value":1,"children":[]}]', [Tree(value=1)]),
        (list[Movie], '[{"title":"M","year":1}]', [{"title": "M", "year": 1}]),
        (list[Cat], '[{"type":"Cat","name":"a"}]', [Cat("a")]),
        (Cat | Dog, '{"type":"Dog","name":"a","age":null}', Dog("a")),
        (Step | Point, '{"x":1,"y":2}', Point(1, 2)),
        (int | None, "null", None),
        (Literal["a", 1], "1", 1),
        (Color, '"red"', Color.RED),
        (Annotated[int, Field(ge=1)], "3", 3),
        (UserId, "3", 3),
        (Numbers, "[1]", Numbers([1])),
        (TypeAdapter(list[Tree]), '[{"value":1,"children":[]}]', [Tree(value=1)]),
        (TypeAdapter(int), "1", 1),
    ],
    ids=lambda value: None if isinstance(value, str) else repr(value),
)
def test_what_is_no_object_is_wrapped_in_one(type_: Any, value: str, expected: object) -> None:
    format_ = format_of(type_)
    assert_is_strict(format_)
    assert format_.wrapped
    assert list(format_.param["json_schema"]["schema"]["properties"]) == ["value"]
    parsed = format_.parse(f' {{"value" : {value} }} ')
    assert parsed == expected
    assert type(parsed) is type(expected)


def format_of(type_: object) -> ResponseFormat[Any]:
    format_ = response_format(type_)
    assert format_ is not None
    return format_


def assert_is_strict(format_: ResponseFormat[Any]) -> None:
    assert format_.parses
    assert format_.is_json
    assert format_.param["type"] == "json_schema"
    assert set(format_.param["json_schema"]) == {"schema", "name", "strict"}
    assert format_.param["json_schema"]["strict"] is True
    assert format_.schema is format_.param["json_schema"]["schema"]
    assert not list(strict_violations(format_.schema))


def test_a_pydantic_model_is_sent_as_the_openai_package_sends_it() -> None:
    from openai.lib._parsing._completions import type_to_response_format_param

    assert response_format(Step).param == type_to_response_format_param(Step)
    assert response_format(Positive).param == type_to_response_format_param(Positive)
    assert response_format(MathResponse).param == type_to_response_format_param(MathResponse)


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (MathResponse, "MathResponse"),
        (Box[int], "Box_int_"),
        (Crate[int], "Crate_int_"),
        (Movie, "Movie"),
        (UserId, "UserId"),
        (int, "int"),
        (list[Step], "list_Step_"),
        (Cat | Dog, "Cat_Dog"),
        (Literal["a", 1], "Literal_a_1_f1a15456"),
        (TypeAdapter(Step), "Step"),
        (TypeAdapter(list[Step]), "response"),
    ],
    ids=repr,
)
def test_the_name_is_that_of_the_type(type_: Any, name: str) -> None:
    assert format_of(type_).param["json_schema"]["name"] == name


def test_no_format_is_none() -> None:
    assert response_format(None) is None


def test_a_format_is_one_already() -> None:
    format_ = response_format(Step)
    assert response_format(format_) is format_


@pytest.mark.parametrize(
    ("param", "is_json"),
    [
        ({"type": "text"}, False),
        ({"type": "json_object"}, True),
        ({"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}, True),
        ({}, False),
    ],
)
def test_a_dict_is_sent_as_it_is_and_not_parsed(param: dict[str, Any], is_json: bool) -> None:
    format_ = response_format(param)
    assert format_.param == param
    assert format_.type_ is None
    assert not format_.parses
    assert format_.is_json is is_json
    assert format_.schema == param.get("json_schema", {}).get("schema")
    parse: Callable[[str], object] = format_.parse
    assert parse("{") is None
    assert format_.unwrap({"value": 1}) == {"value": 1}


class OnlyAClass:
    pass


@dataclass
class HasAClass:
    content: OnlyAClass = field(default_factory=OnlyAClass)


@dataclass
class HasAnUnknown:
    content: Unknown  # type: ignore[name-defined]  # noqa: F821  # what this is about


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (Step(explanation="a", output="b"), "Step(explanation='a', output='b')"),
        (Point(1), "Point(x=1, y=0)"),
        (Cat("a"), "Cat(name='a')"),
        (Color.RED, "<Color.RED: 'red'>"),
        ("json_object", "'json_object'"),
        (1, "1"),
        (len, "<built-in function len>"),
        ([int], "[<class 'int'>]"),
        (OnlyAClass, "OnlyAClass"),
        (list[OnlyAClass], "OnlyAClass"),
        (HasAClass, "OnlyAClass"),
        (HasAnUnknown, "Unknown"),
        (Callable[[], int], "CallableSchema"),
    ],
    ids=str,
)
def test_what_is_no_type_is_refused_and_quoted(value: object, quoted: str) -> None:
    with pytest.raises(SchemaError, match="Unsupported response_format type - ") as caught:
        response_format(value)
    assert quoted in str(caught.value)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, OpenAIError)


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        (dict, ""),
        (dict[str, int], ""),
        (Mapping[str, int], ""),
        (list, "value[]"),
        (list[dict[str, int]], "value[]"),
        (Any, "value"),
        (tuple[int, str], "value"),
        (Box[dict[str, int]], "content"),
        (Crate[dict[str, int]], "content"),
    ],
    ids=str,
)
def test_what_strict_mode_cannot_say_is_refused_with_its_path_and_type(
    type_: Any, path: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        response_format(type_)
    assert caught.value.path == path
    assert caught.value.__notes__ == [f"The type is {type_!r}."]


# Reading


@pytest.mark.parametrize(
    ("type_", "text", "cause"),
    [
        (Step, "", ValidationError),
        (Step, '{"explanation":"a"', ValidationError),
        (Step, '{"explanation":"a"}', ValidationError),
        (Step, "[" * 100_000, ValidationError),
        (Step, '{"explanation":"\ud83d"}', ValueError),
        (Positive, '{"number":0}', ValidationError),
        (Configured, '{"number":"1"}', ValidationError),
        (Cat, '{"type":"Dog","name":"a"}', msgspec.ValidationError),
        (Cat, '{"type":"Cat","name":"a"} and more', msgspec.DecodeError),
        (Cat, '{"type":"Cat","name":"\ud83d"}', UnicodeEncodeError),
        (list[int], '{"value":["a"]}', ValidationError),
        (list[int], "[1]", msgspec.ValidationError),
        (list[int], "{}", msgspec.ValidationError),
        (list[int], '{"value":[1]', msgspec.DecodeError),
        (list[int], '{"value":[1],"value":', msgspec.DecodeError),
    ],
    ids=str,
)
def test_a_text_that_does_not_fit_is_a_parse_error(
    type_: Any, text: str, cause: type[Exception]
) -> None:
    format_ = format_of(type_)
    with pytest.raises(ParseError, match="The answer is not a valid ") as caught:
        format_.parse(text)
    assert caught.value.content == text
    assert isinstance(caught.value.__cause__, cause)
    assert str(caught.value.__cause__) in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_text_nested_too_deeply_is_a_parse_error() -> None:
    text = '{"type":"Cat","name":' + "[" * 1_000_000
    with pytest.raises(ParseError) as caught:
        response_format(Cat).parse(text)
    assert caught.value.content == text


class RefusalError(Exception):
    """An error of a validator, with a method that the errors of pydantic have as well."""

    def errors(self) -> str:
        return "none of pydantic's"


@pytest.mark.parametrize(
    "error", [KeyError("x"), RefusalError("no"), AttributeError(), ZeroDivisionError()], ids=repr
)
def test_whatever_a_validator_raises_is_the_cause_of_a_parse_error(error: Exception) -> None:
    class Buggy(BaseModel):
        number: int

        def model_post_init(self, _: Any, /) -> None:
            raise error

    with pytest.raises(ParseError, match=f"its validator raised {type(error).__name__}") as caught:
        response_format(Buggy).parse('{"number":1}')
    assert caught.value.__cause__ is error


def test_what_a_server_adds_beside_the_value_does_no_harm() -> None:
    assert response_format(list[int]).parse('{"reason":"why","value":[1]}') == [1]


def test_a_model_reads_its_json_itself() -> None:
    class Own(BaseModel):
        number: int

        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            return super().model_json_schema(*args, **kwargs) | {"title": "Its own"}

        @classmethod
        def model_validate_json(cls, json_data: Any, **_: Any) -> Own:
            return cls(number=len(json_data))

    format_ = response_format(Own)
    assert format_.schema is not None
    assert format_.schema["title"] == "Its own"
    assert format_.parse("four") == Own(number=4)


@pytest.mark.parametrize(
    ("partial", "expected"),
    [({"value": [1]}, [1]), ({"value": None}, None), ({}, None), (None, None), ([1], None)],
)
def test_the_beginning_of_a_wrapped_answer_is_unwrapped(partial: object, expected: object) -> None:
    assert response_format(list[int]).unwrap(partial) == expected


def test_the_beginning_of_an_object_is_left_alone() -> None:
    partial = {"explanation": "a"}
    assert response_format(Step).unwrap(partial) is partial


# Caching


@pytest.mark.parametrize(
    "make",
    [lambda: Step, lambda: list[Step], lambda: Literal["a"]],
    ids=["class", "list", "literal"],
)
def test_a_type_is_described_once(make: Callable[[], Any]) -> None:
    assert response_format(make()) is response_format(make())


def test_types_that_are_equal_and_not_the_same_are_distinguished() -> None:
    def branches(type_: Any) -> list[str]:
        schema = format_of(type_).param["json_schema"]["schema"]
        return [branch["type"] for branch in schema["properties"]["value"]["anyOf"]]

    assert branches(int | str) == ["integer", "string"]
    assert branches(str | int) == ["string", "integer"]


def test_a_type_that_cannot_be_hashed_is_described_anew() -> None:
    type_ = Annotated[int, Field(json_schema_extra={"title": "N"}), []]
    with pytest.raises(TypeError):
        hash(type_)
    assert format_of(type_).parse('{"value":1}') == 1


def test_the_cache_is_bounded() -> None:
    first = response_format(Literal["first of many"])
    for index in range(CACHE_SIZE):
        response_format(Literal[index])
    assert response_format(Literal["first of many"]) is not first


def test_a_refusal_is_not_remembered() -> None:
    class Late(BaseModel):
        content: Missing  # type: ignore[name-defined]  # noqa: F821  # defined below

    with pytest.raises(SchemaError):
        response_format(Late)
    Late.model_rebuild(_types_namespace={"Missing": int})
    assert response_format(Late).parse('{"content":1}') == Late(content=1)


def test_structs_and_dicts_do_not_load_pydantic() -> None:
    program = """
import sys
import msgspec
from streamkit.structured.response_format import response_format

class Cat(msgspec.Struct):
    name: str

assert response_format(Cat).parse('{"name":"a"}') == Cat("a")
assert not response_format({"type": "text"}).parses
assert "pydantic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_repr_says_what_was_asked_for() -> None:
    assert repr(response_format(list[int])) == "ResponseFormat(list[int])"
    assert repr(response_format({"type": "text"})) == "ResponseFormat({'type': 'text'})"
