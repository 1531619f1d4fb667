"""Depth, numbers and repeated keys of partial JSON are limited."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from streamkit._core.json.parser import (
    MAX_DEPTH,
    MAX_NUMBER_LENGTH,
    MAX_REPEATS,
    PartialJSON,
)
from tests.core.json_texts import fed, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    JSON: TypeAlias = bool | float | str | list["JSON"] | dict[str, "JSON"] | None

pytestmark = pytest.mark.diagonal


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_depth_is_limited(opening: str, size: int) -> None:
    text = opening * MAX_DEPTH
    parser = fed(*pieces(text, [size]))
    assert parser.error is None
    shallow = parser.view()
    parser.feed(opening * 10_000)
    assert parser.error == "nested deeper than 200 levels"
    assert parser.error_position == len(text)
    assert parser.view() == shallow
    assert repr(shallow).count(opening[0]) == MAX_DEPTH


def test_closed_containers_do_not_count_as_depth() -> None:
    parser = fed("[" + "[[]]," * 10 + "[[", max_depth=3)
    assert parser.error is None
    parser.feed("[")
    assert parser.error == "nested deeper than 3 levels"


@pytest.mark.parametrize("size", [1, 4, 10**6])
@pytest.mark.parametrize("number", ["1" * 5000, "0." + "3" * 5000, "-1" + "0" * 5000])
def test_the_length_of_a_number_is_limited(number: str, size: int) -> None:
    whole = number[:MAX_NUMBER_LENGTH]
    assert fed(f"[{whole}]").view() == [json.loads(whole)]
    parser = fed(*pieces(f"[{number}]", [size]))
    assert parser.error == "number longer than 4300 characters"
    assert parser.error_position == 1 + MAX_NUMBER_LENGTH
    assert parser.view() == []


def test_an_object_may_repeat_its_keys_only_so_often() -> None:
    parser = PartialJSON()
    parser.feed('{"a":0' + "".join(f',"a":{value}' for value in range(1, MAX_REPEATS + 1)))
    parser.feed(',"b":1,')
    assert parser.view() == {"a": MAX_REPEATS, "b": 1}
    parser.feed('"a":')
    assert parser.error == f"keys repeated more than {MAX_REPEATS} times"
    assert parser.view() == {"a": MAX_REPEATS, "b": 1}


def test_the_length_of_a_number_is_not_that_of_a_literal() -> None:
    assert fed("[12,false,-1.5]", max_number_length=4).view() == [12, False, -1.5]
    assert fed("[12.75]", max_number_length=4).error == "number longer than 4 characters"


@pytest.fixture
def few_digits() -> Iterator[int]:
    usual = sys.get_int_max_str_digits()
    few = 700
    sys.set_int_max_str_digits(few)
    yield few
    sys.set_int_max_str_digits(usual)


def test_an_integer_that_python_refuses_is_invalid(few_digits: int) -> None:
    long = "1" * (few_digits + 1)
    inside, alone = fed(f"[{long}]"), fed(long)
    alone.close()
    assert inside.error == alone.error == "integer longer than int() takes"
    assert inside.error_position == 1 + len(long)
    assert alone.error_position == len(long)
    assert inside.view() == []
    assert not alone.complete
