from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypedDict

import msgspec
import openai
import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as pydantic_dataclass

from streamkit.errors import OpenAIError, ParseError, SchemaError
from streamkit.structured.response_format import response_format
from streamkit.structured.schema import strict_violations
from streamkit.structured.tools import (
    FunctionDefinition,
    pydantic_function_tool,
    require_strict_tools,
    tool_parsers,
)


class Unit(Enum):
    CELSIUS = "c"
    FAHRENHEIT = "f"


class GetWeather(BaseModel):
    """Look up the weather.

    It is always nice.
    """

    city: str
    unit: Unit = Field(description="Of the temperature.")


class GetForecast(GetWeather):
    days: int


class NoArguments(BaseModel):
    pass


@dataclass
class GetTime:
    city: str


@dataclass
class SetTime:
    """Turn the clock."""

    hours: int


@pydantic_dataclass
class GetDate:
    city: str


class GetStock(TypedDict):
    symbol: str


class GetNews(msgspec.Struct):
    """Read the paper."""

    topic: str | None


# Declaring


@pytest.mark.parametrize("name", ["", "get weather", "f" * 65, "\u5929", "f()", "f\n"])
def test_a_name_that_the_api_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(SchemaError, match="a tool is called"):
        pydantic_function_tool(GetWeather, name=name)


def test_a_tool_is_declared_as_the_openai_package_declares_it() -> None:
    for name in (None, "weather"):
        for description in (None, "", "Ask me."):
            theirs: Any = openai.pydantic_function_tool(
                NoArguments, name=name, description=description
            )
            ours = pydantic_function_tool(NoArguments, name=name, description=description)
            assert ours == theirs
    theirs = openai.pydantic_function_tool(GetForecast)
    theirs["function"]["parameters"].pop("$defs")  # the enum, to which nothing refers now
    assert pydantic_function_tool(GetForecast) == theirs


@pytest.mark.parametrize(
    ("model", "name", "description"),
    [
        (GetWeather, "GetWeather", "Look up the weather.\n\nIt is always nice."),
        (GetForecast, "GetForecast", None),
        (NoArguments, "NoArguments", None),
        (GetTime, "GetTime", None),
        (SetTime, "SetTime", "Turn the clock."),
        (GetDate, "GetDate", None),
        (GetStock, "GetStock", None),
        (GetNews, "GetNews", "Read the paper."),
        (TypeAdapter(GetWeather), "GetWeather", None),
    ],
    ids=repr,
)
def test_every_type_of_objects_makes_a_strict_tool(
    model: Any, name: str, description: str | None
) -> None:
    tool = pydantic_function_tool(model)
    function = tool["function"]
    assert tool == {"type": "function", "function": function}
    assert function["name"] == name
    assert function["strict"] is True
    assert function.get("description") == description
    assert ("description" in function) is (description is not None)
    assert not list(strict_violations(function["parameters"]))
    assert function.model is model


def test_a_given_name_and_description_win() -> None:
    function = pydantic_function_tool(GetWeather, name="weather", description="Now.")["function"]
    assert (function["name"], function["description"]) == ("weather", "Now.")


@pytest.mark.parametrize(
    "model",
    [list[int], Unit, GetWeather | GetTime, int, {"type": "object"}, None],
    ids=repr,
)
def test_arguments_that_are_no_object_are_refused(model: object) -> None:
    with pytest.raises(SchemaError, match="the arguments of a tool must be an object"):
        pydantic_function_tool(model)


def test_a_schema_that_strict_mode_cannot_say_is_refused() -> None:
    class Query(BaseModel):
        filters: list[dict[str, int]]

    with pytest.raises(SchemaError) as caught:
        pydantic_function_tool(Query)
    assert caught.value.path == "filters[]"


def test_an_instance_is_no_type_of_arguments() -> None:
    with pytest.raises(TypeError, match="Unsupported"):
        pydantic_function_tool(NoArguments())


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_a_copy_remembers_its_model(copied: Any) -> None:
    tool = copied(pydantic_function_tool(GetWeather))
    assert isinstance(tool["function"], FunctionDefinition)
    assert tool["function"].model is GetWeather


def test_a_tool_is_plain_json() -> None:
    tool = pydantic_function_tool(GetWeather)
    assert json.loads(json.dumps(tool)) == msgspec.json.decode(msgspec.json.encode(tool)) == tool


def test_changing_a_tool_changes_no_other() -> None:
    pydantic_function_tool(GetWeather)["function"]["parameters"]["properties"].clear()
    assert "city" in pydantic_function_tool(GetWeather)["function"]["parameters"]["properties"]
    format_ = response_format(GetWeather)
    assert "city" in format_.param["json_schema"]["schema"]["properties"]


# Reading arguments


def strict(name: object = "search") -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "strict": True, "parameters": {}}}


@pytest.mark.parametrize(
    ("model", "arguments", "expected"),
    [
        (GetWeather, '{"city":"Paris","unit":"c"}', GetWeather(city="Paris", unit=Unit.CELSIUS)),
        (NoArguments, "{}", NoArguments()),
        (GetTime, '{"city":"Paris"}', GetTime("Paris")),
        (GetStock, '{"symbol":"X"}', {"symbol": "X"}),
        (GetNews, '{"topic":null}', GetNews(None)),
    ],
    ids=lambda value: None if isinstance(value, str) else repr(value),
)
def test_arguments_are_read_as_the_model_of_the_tool(
    model: Any, arguments: str, expected: object
) -> None:
    parsers = tool_parsers([pydantic_function_tool(model, name="it")])
    parsed = parsers.parse("it", arguments)
    assert parsed == expected
    assert type(parsed) is type(expected)


def test_a_tool_of_the_openai_package_is_read_as_its_model() -> None:
    parsers = tool_parsers([openai.pydantic_function_tool(NoArguments)])
    assert parsers.parse("NoArguments", "{}") == NoArguments()


def test_arguments_of_another_strict_tool_are_read_as_json() -> None:
    parsers = tool_parsers([strict()])
    assert parsers.parse("search", '{"q": [1, 2.5, null]}') == {"q": [1, 2.5, None]}


def test_a_tool_that_went_through_json_is_read_as_json() -> None:
    parsers = tool_parsers(json.loads(json.dumps([pydantic_function_tool(GetWeather)])))
    assert parsers.parse("GetWeather", '{"city":"Paris"}') == {"city": "Paris"}


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "search"}},
        {"type": "function", "function": {"name": "search", "strict": False}},
        {"type": "function", "function": {"name": "search", "strict": "yes"}},
        {"type": "function", "function": {"strict": True}},
        strict(["search"]),
        {"type": "function", "function": None},
        {"type": "function"},
        {"type": "custom", "custom": {"name": "search"}},
        {},
        None,
        "search",
    ],
    ids=repr,
)
def test_other_tools_have_no_parser(tool: object) -> None:
    parsers = tool_parsers([tool])
    assert len(parsers) == 0
    assert not parsers
    assert "search" not in parsers
    assert parsers.parse("search", "not JSON") is None


def test_tools_may_come_one_by_one() -> None:
    parsers = tool_parsers(
        tool for tool in (pydantic_function_tool(NoArguments, name="search"), strict("b"))
    )
    assert len(parsers) == 2
    assert "search" in parsers
    assert None not in parsers
    assert parsers.parse("search", "{}") == NoArguments()


LOOSE = {"type": "function", "function": {"name": "search"}}


@pytest.mark.parametrize(
    "tools",
    [
        [pydantic_function_tool(NoArguments, name="search"), strict()],
        [strict(), pydantic_function_tool(GetTime, name="search")],
        [pydantic_function_tool(model, name="search") for model in (GetTime, GetStock)],
        [LOOSE, strict()],
        [strict(), LOOSE],
    ],
    ids=["model and JSON", "JSON and model", "two models", "loose first", "loose last"],
)
def test_two_tools_of_one_name_are_refused(tools: list[Any]) -> None:
    with pytest.raises(SchemaError, match="two tools are called 'search'"):
        tool_parsers(tools)


@pytest.mark.parametrize("tool", [strict(), pydantic_function_tool(GetTime, name="search"), LOOSE])
def test_the_same_tool_may_be_given_twice(tool: dict[str, Any]) -> None:
    assert len(tool_parsers([tool, copy.deepcopy(tool)])) == (tool is not LOOSE)


def test_tools_that_are_not_parsed_may_share_a_name() -> None:
    other = {"type": "function", "function": {"name": "search", "description": "Another."}}
    assert not tool_parsers([LOOSE, other])


@pytest.mark.parametrize(
    ("tool", "arguments", "cause"),
    [
        (pydantic_function_tool(GetWeather), '{"city":1}', ValidationError),
        (pydantic_function_tool(GetNews), '{"topic":1}', msgspec.ValidationError),
        (strict("GetWeather"), '{"city":"Par', json.JSONDecodeError),
        (strict("GetWeather"), "", json.JSONDecodeError),
        (strict("GetWeather"), "[" * 1_000_000, RecursionError),
    ],
    ids=["model", "struct", "cut", "empty", "deep"],
)
def test_arguments_that_do_not_fit_are_a_parse_error_that_names_the_tool(
    tool: dict[str, Any], arguments: str, cause: type[Exception]
) -> None:
    name: str = tool["function"]["name"]
    with pytest.raises(ParseError) as caught:
        tool_parsers([tool]).parse(name, arguments)
    assert caught.value.content == arguments
    assert isinstance(caught.value.__cause__, cause)
    assert str(caught.value).startswith(f"The arguments of {name} are not valid: ")
    assert isinstance(caught.value, OpenAIError)


# Only strict tools


def test_strict_tools_are_given_back_as_a_list() -> None:
    tools = [pydantic_function_tool(GetWeather), strict()]
    assert require_strict_tools(iter(tools)) == tools


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        (
            {"type": "custom", "custom": {"name": "a"}},
            "Currently only `function` tool types support auto-parsing; Received `custom`",
        ),
        ({}, "Currently only `function` tool types support auto-parsing; Received `None`"),
        (None, "Currently only `function` tool types support auto-parsing; Received `None`"),
        (
            {"type": "function", "function": {"name": "search"}},
            "`search` is not strict. Only `strict` function tools can be auto-parsed",
        ),
        (
            {"type": "function", "function": {"name": "search", "strict": 1}},
            "`search` is not strict. Only `strict` function tools can be auto-parsed",
        ),
        (
            {"type": "function", "function": {}},
            "`tools[1]` is not strict. Only `strict` function tools can be auto-parsed",
        ),
        (
            {"type": "function"},
            "`tools[1]` is not strict. Only `strict` function tools can be auto-parsed",
        ),
    ],
    ids=repr,
)
def test_a_tool_that_is_not_strict_is_named(tool: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is compared below
        require_strict_tools([strict(), tool])
    assert str(caught.value) == message
