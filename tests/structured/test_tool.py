"""``Tool`` makes the declaration of a function, and reads the arguments of its calls."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import pytest
from pydantic import BaseModel, Field

from streamkit import ParseError, pydantic_function_tool, pydantic_message_tool
from streamkit.structured.docstring import described_in
from streamkit.structured.tool import Tool, tools_by_name


def weather(city: str, unit: Literal["c", "f"]) -> str:
    """Look up the weather.

    It is always nice.

    Args:
        city: The name of a city,
            with its country.
        unit: Of the temperature.

    Returns:
        The weather.
    """
    return f"{city} {unit}"


class Booking(BaseModel):
    """Book a table."""

    people: int = Field(gt=0)


@dataclass
class Point:
    x: int


def test_a_function_is_declared_by_its_signature_and_docstring() -> None:
    definition = Tool(weather).definition()
    assert definition["type"] == "function"
    function = definition["function"]
    assert function["name"] == "weather"
    assert function["description"] == "Look up the weather.\n\nIt is always nice."
    assert function["strict"] is True
    parameters = function["parameters"]
    assert parameters["required"] == ["city", "unit"]
    assert parameters["additionalProperties"] is False
    city, unit = parameters["properties"]["city"], parameters["properties"]["unit"]
    assert (city["type"], city["description"]) == (
        "string",
        "The name of a city, with its country.",
    )
    assert (unit["enum"], unit["description"]) == (["c", "f"], "Of the temperature.")


def test_each_protocol_has_its_form_of_the_same_tool() -> None:
    tool = Tool(weather)
    function = tool.definition()["function"]
    assert tool.flat_definition() == {"type": "function", **function}
    message = tool.message_definition()
    assert {*message} == {"name", "description", "input_schema", "strict"}
    assert message["input_schema"]["required"] == ["city", "unit"]


def with_default(city: str, days: int = 3) -> str:
    return f"{city} {days}"


def with_free_keys(filters: dict[str, int]) -> int:
    return sum(filters.values())


def unannotated(value):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - the case
    return value  # pyright: ignore[reportUnknownVariableType]  # it has no type


def positional(city: str, /, days: int = 2) -> str:
    return f"{city} {days}"


def awkward(schema: int, _private: int, self_: int) -> int:
    return schema + _private + self_


class Shop:
    def price(self, item: Annotated[str, Field(description="A thing.")]) -> str:
        return f"{item}: 1"


@pytest.mark.parametrize(
    ("function", "arguments", "result", "strict"),
    [
        pytest.param(weather, '{"city":"A","unit":"c"}', "A c", True, id="required"),
        pytest.param(with_default, '{"city":"A"}', "A 3", False, id="default"),
        pytest.param(with_default, '{"city":"A","days":1}', "A 1", False, id="default overridden"),
        pytest.param(with_free_keys, '{"filters":{"a":1,"b":2}}', 3, False, id="free keys"),
        pytest.param(cast("Any", unannotated), '{"value":[1]}', [1], False, id="without a hint"),
        pytest.param(positional, '{"city":"A"}', "A 2", False, id="positional only"),
        pytest.param(
            awkward, '{"schema":1,"_private":2,"self_":3}', 6, True, id="names that models reserve"
        ),
        pytest.param(Shop().price, '{"item":"x"}', "x: 1", True, id="a bound method"),
        pytest.param(lambda: 7, "", 7, True, id="no parameters and no text"),
    ],
)
def test_the_function_is_called_with_its_arguments(
    function: Any, arguments: str, result: object, strict: bool
) -> None:
    tool = Tool(function, name="f")
    assert tool.call(tool.read(arguments)) == result
    assert tool.flat_definition()["strict"] is strict
    assert tool.definition()["function"].get("strict", False) is strict


def test_a_partial_function_needs_only_its_other_arguments() -> None:
    tool = Tool(functools.partial(weather, unit="c"), name="weather")
    assert tool.call(tool.read('{"city":"A"}')) == "A c"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(Booking, Booking(people=2), id="model"),
        pytest.param(pydantic_function_tool(Booking), Booking(people=2), id="chat tool of a model"),
        pytest.param(
            pydantic_message_tool(Booking), Booking(people=2), id="message tool of a model"
        ),
        pytest.param(
            {"type": "object", "properties": {"people": {"type": "integer"}}},
            {"people": 2},
            id="schema",
        ),
        pytest.param(
            {"name": "x", "input_schema": {"type": "object"}}, {"people": 2}, id="plain definition"
        ),
    ],
)
def test_a_handler_gets_one_value_of_the_given_type(arguments: object, expected: object) -> None:
    seen: list[object] = []
    tool = Tool(seen.append, arguments=arguments, name="book")
    tool.call(tool.read('{"people": 2}'))
    assert seen == [expected]
    assert tool.definition()["function"]["name"] == "book"


def test_a_model_describes_its_tool() -> None:
    definition = Tool(print, arguments=Booking, name="book").definition()["function"]
    assert definition["description"] == "Book a table."
    assert Tool(print, arguments=pydantic_function_tool(Booking)).name == "Booking"


@pytest.mark.parametrize(
    "arguments", ['{"people": 0}', '{"people": "x"}', "{", "[1]", '{"people": NaN}']
)
def test_arguments_that_do_not_fit_are_an_error_with_the_text(arguments: str) -> None:
    with pytest.raises(ParseError, match="The arguments of book are not valid") as caught:
        Tool(print, arguments=Booking, name="book").read(arguments)
    assert caught.value.content == arguments


def starred(*values: int) -> None: ...


def _with_unknown_hint() -> Any:
    def unknown(value: object) -> object:
        return value

    unknown.__annotations__["value"] = "Missing"
    return unknown


unknown = _with_unknown_hint()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda: Tool(starred), r"takes \*values", id="*args"),
        pytest.param(lambda: Tool(unknown), "type hint of unknown", id="unknown hint"),
        pytest.param(lambda: Tool(print, arguments=list[int]), "must be an object", id="no object"),
        pytest.param(lambda: Tool(lambda: 1), "<lambda>", id="no name"),
        # The types refuse it, too.
        pytest.param(lambda: Tool("x"), "a function to call", id="no function"),  # type: ignore[arg-type]
        pytest.param(lambda: tools_by_name([weather, weather]), "two tools", id="one name twice"),
        pytest.param(lambda: tools_by_name([Booking]), "needs a function", id="a type alone"),
        pytest.param(lambda: tools_by_name([3]), "and not 3", id="anything else"),
    ],
)
def test_what_is_no_tool_is_refused(make: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make()


def test_tools_without_a_handler_are_kept_apart() -> None:
    search = {"type": "web_search"}
    handled, others = tools_by_name([weather, search])
    assert ([*handled], others) == (["weather"], [search])


GOOGLE = "Do it.\n\nArgs:\n    a: One\n        more.\n    b (int): Two.\nReturns:\n    c: no."
NUMPY = (
    "Do it.\n\nParameters\n----------\na : int\n    One\n    more.\nb\n    Two."
    "\n\nReturns\n-------\nc"
)
SPHINX = "Do it.\n\n:param a: One\n    more.\n:param int b: Two.\n:returns: c: no."


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_the_styles_of_docstrings_are_read(docstring: str) -> None:
    assert described_in(docstring) == ("Do it.", {"a": "One more.", "b": "Two."})


@pytest.mark.parametrize("docstring", [None, "", "Args:", "Args:\n   x\n", ":param a:"])
def test_a_docstring_without_descriptions_has_none(docstring: str | None) -> None:
    assert described_in(docstring) == ("", {})
