from __future__ import annotations

import json
import math
from collections import deque
from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

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


@dataclass(slots=True)
class Slotted:
    x: float


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float]  # pyright: ignore[reportIncompatibleVariableOverride] - pydantic's way


class Unlimited(BaseModel):
    name: str
    x: float = math.inf
    inner: list[Unlimited] = []


@dataclass
class UnlimitedData:
    name: str
    x: float = math.inf


class UnlimitedPacked(msgspec.Struct):
    name: str
    x: float = math.inf


class Ring(BaseModel):
    name: str
    next: Any = None

    @model_validator(mode="after")
    def _close(self) -> Ring:
        self.next = self
        return self


@dataclass
class Holder:
    inner: list[Model]
    packed: Packed


TYPES: list[Any] = [Model, Data, Dict, Packed, TypeAdapter(Model)]
TOKENS = ["NaN", "Infinity", "-Infinity", "1e999", "-1E+400"]
LONG = f"1{'0' * 250}e99"
ODD = [
    *(
        *TOKENS,
        "1" * 400,
        LONG,
        '"NaN"',
        '" -inf "',
        '"Infinity"',
        '"iNf"',
        '"1.E+4_00"',
        '"9e999"',
    ),
    *(f'"{LONG}"', r'"\u0069nf"', r'"\u004eaN"', r'"\tinf"', r'"-inf\r\n"', '"\u2003inf\u00a0"'),
    *(r'"NaN\u3000"', r'"1\u0065309"', r'"1e3\u00309"', r'"1\u005f0e\u002b309"'),
]


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


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Slotted, '{"x": "inf"}'),
        (Loose, '{"y": "inf"}'),
        (dict[float, int], '{"inf": 1}'),
        (deque[float], '["NaN"]'),
        (frozenset[float], '["1", "1e309"]'),
        (list[tuple[int, float]], '[[1, "-inf"]]'),
        (Slotted | None, '{"x": "\\u002dinf"}'),
        (float, "NaN"),
        (float, " Infinity "),
    ],
    ids=repr,
)
def test_so_it_is_wherever_it_stands_in_the_value(type_: Any, text: str) -> None:
    read = TypeAdapter[Any](type_).validate_json
    assert read(text)
    with pytest.raises(ValueError, match="finite"):
        read_finite(text, read)


@pytest.mark.parametrize("type_", [Unlimited, UnlimitedData, UnlimitedPacked], ids=repr)
def test_a_field_may_be_infinite_by_default(type_: Any) -> None:
    for name in ("a", "NaN"):
        parsed: Any = format_of(type_).parse(f'{{"name": "{name}"}}')
        assert (parsed.name, parsed.x) == (name, math.inf)


def test_so_may_a_field_of_an_inner_value_unless_the_text_gives_it() -> None:
    inner: Any = format_of(Unlimited).parse('{"name": "a", "inner": [{"name": "NaN"}]}').inner[0]
    assert inner.x == math.inf
    with pytest.raises(ParseError):
        format_of(Unlimited).parse('{"name": "a", "inner": [{"name": "NaN", "x": "inf"}]}')


def test_a_value_that_holds_itself_is_searched_once() -> None:
    assert TypeAdapter(Ring).validate_json('{"name": "a"}').next.next.name == "a"
    assert read_finite('{"name": "NaN"}', TypeAdapter(Ring).validate_json).name == "NaN"


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


SIGNS = st.sampled_from(["", "+", "-"])
SPACES = st.sampled_from(["", " ", *"\t\n\v\f\r\x85\xa0\u1680\u2003\u3000"])
WORDS = st.sampled_from(
    [
        *("inf", "infinity", "nan", "1e308", "1e309", "1.e309", ".1e310", "1e0309", "1_0e3_08"),
        *(
            "1e-309",
            "1e99",
            f"1{'0' * 209}e99",
            f"1{'0' * 210}e99",
            f"1{'0' * 300}e9",
            "fine",
            "nano",
        ),
        *(
            "9" * 308,
            "9" * 309,
            f"{'9' * 308}.5",
            f"{'0_' * 400}1",
            "0." + "0" * 400 + "1e708",
            "12",
        ),
    ]
)


@given(st.data())
def test_a_string_is_refused_exactly_where_it_is_read_as_a_number_that_is_not_finite(
    data: st.DataObject,
) -> None:
    before, sign, word, after = map(data.draw, (SPACES, SIGNS, WORDS, SPACES))
    upper, escaped = (data.draw(st.sets(st.integers(0, 8))) for _ in range(2))
    cased = "".join(c.upper() if at in upper else c for at, c in enumerate(word))
    plain = f"{before}{sign}{cased}{after}"
    letters = [f"\\u{ord(c):04x}" if at in escaped or c < " " else c for at, c in enumerate(plain)]
    text = f'["n", "{"".join(letters)}"]'
    read = TypeAdapter(tuple[str, float]).validate_json
    try:
        value = read(text)
    except ValueError:
        with pytest.raises(ValueError, match="valid number"):
            read_finite(text, read)
        return
    if math.isfinite(value[1]):
        assert read_finite(text, read) == value
    else:
        with pytest.raises(ValueError, match="not finite"):
            read_finite(text, read)


def test_what_follows_a_long_text_costs_no_more_than_the_text() -> None:
    quotes = '"\\' * 200_000 + "NaN"  # the search must not restart at each quote
    with pytest.raises(ValueError, match="escape"):
        read_finite(quotes, json.loads)
