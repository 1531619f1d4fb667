from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from streamkit import pydantic_function_tool
from streamkit._core.finite import read_finite
from streamkit._core.json.parser import PartialJSON
from streamkit.errors import ParseError
from streamkit.structured.tools import tool_parsers
from tests.typed_formats import format_of


class Model(BaseModel):
    name: str
    x: float


@dataclass
class Data:
    name: str
    x: float


class Dict(TypedDict):
    name: str
    x: float


class Packed(msgspec.Struct):
    name: str
    x: float


@dataclass
class Holder:
    inner: list[Model]
    packed: Packed


TYPES: list[Any] = [Model, Data, Dict, Packed, TypeAdapter(Model)]
TOKENS = ["NaN", "Infinity", "-Infinity", "1e999", "-1E+400"]
ODD = [*TOKENS, "1" * 400, '"NaN"', '" -inf "', '"Infinity"', '"iNf"', '"1.E+4_00"', '"9e999"']


@pytest.mark.diagonal
@pytest.mark.parametrize("number", ODD, ids=lambda number: number[:9])
@pytest.mark.parametrize("type_", TYPES, ids=repr)
def test_a_number_that_is_not_finite_is_refused_by_every_type(type_: Any, number: str) -> None:
    text = f'{{"name": "n", "x": {number}}}'
    with pytest.raises(ParseError) as caught:
        format_of(type_).parse(text)
    assert caught.value.content == text
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(ParseError):
        tool_parsers([pydantic_function_tool(type_, name="f")]).parse("f", text)


@pytest.mark.parametrize("number", TOKENS)
def test_so_it_is_where_no_type_says_how_to_read(number: str) -> None:
    tool: dict[str, Any] = {
        "type": "function",
        "function": {"name": "f", "strict": True, "parameters": {}},
    }
    with pytest.raises(ParseError, match="is no finite number"):
        tool_parsers([tool]).parse("f", f'{{"x": {number}}}')
    parser = PartialJSON()
    parser.feed(f'{{"a": [1, {number}], "b": 2}}')
    assert parser.error
    assert parser.view() == {"a": [1]}


@pytest.mark.parametrize("type_", TYPES, ids=repr)
def test_in_a_string_it_is_text(type_: Any) -> None:
    text = json.dumps({"name": 'NaN "Infinity" 1e999 \\', "x": 1.5})
    parsed: Any = format_of(type_).parse(text)
    name: str = parsed["name"] if type_ is Dict else parsed.name
    assert name == 'NaN "Infinity" 1e999 \\'
    assert format_of(type_).parse('{"name": "NaN", "x": 1}')


def test_it_is_found_in_anything_that_is_read() -> None:
    text = '{"inner": [{"name": "NaN", "x": %s}], "packed": {"name": "", "x": 1}}'
    assert format_of(Holder).parse(text % 1).inner[0].name == "NaN"
    with pytest.raises(ParseError, match="a number in it is not finite"):
        format_of(Holder).parse(text % '"NaN"')


@pytest.mark.parametrize("place", range(15))
def test_a_number_with_too_many_digits_is_found_wherever_it_stands(place: int) -> None:
    with pytest.raises(ValueError, match="no finite number"):
        read_finite(f"[{' ' * place}{'9' * 309}.0]", json.loads)


def test_integers_may_be_as_long_as_they_like() -> None:
    digits = "9" * 400
    assert format_of(int).parse(f'{{"value": {digits}}}') == int(digits)


NUMBERS = st.one_of(st.integers(), st.floats())
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(JSON, st.booleans())
def test_any_json_is_read_unless_a_number_in_it_is_not_finite(value: Any, ascii_: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_)
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        with pytest.raises(ValueError, match="finite"):
            read_finite(text, json.loads)
    else:
        assert read_finite(text, json.loads) == value


def test_what_follows_a_long_text_costs_no_more_than_the_text() -> None:
    quotes = '"\\' * 200_000 + "NaN"  # the search must not restart at each quote
    with pytest.raises(ValueError, match="escape"):
        read_finite(quotes, json.loads)
