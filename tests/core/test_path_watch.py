"""Values at paths are found in arriving JSON when they are whole, however the text is cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.json.path import Path
from streamkit._core.json.watch import Found, Grown, PathWatch
from tests.core.json_documents import SIZES, VALUES, as_text, cut
from tests.core.test_json_path import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def watched(
    pieces: Iterable[str], *paths: str | Path, strings: bool = False
) -> list[Found | Grown]:
    selected = [path if isinstance(path, Path) else Path.of(path) for path in paths]
    watch: PathWatch[Found | Grown] = PathWatch(selected, Found, Grown if strings else None)
    news: list[Found | Grown] = []
    for piece in pieces:
        news += watch.take(piece)
    return [*news, *watch.finish()]


def found(news: Sequence[Found | Grown], path: int = 0) -> list[tuple[Any, Any]]:
    return [
        (item.location, item.value) for item in news if type(item) is Found and item.path == path
    ]


@given(st.lists(STEPS, min_size=1, max_size=3), VALUES, SIZES)
def test_each_selected_value_is_found_once_and_whole(
    paths: list[list[str | int | None]], value: Any, sizes: list[int]
) -> None:
    text = as_text(value)
    selections = [Path(tuple(steps)) for steps in paths]
    news = watched(cut(text, sizes), *selections)
    for number, path in enumerate(selections):
        expected = list(path.find(json.loads(text)))
        assert sorted(found(news, number), key=repr) == sorted(expected, key=repr)


@given(STEPS, VALUES, SIZES)
def test_the_pieces_of_a_string_add_up_to_it(
    steps: list[str | int | None], value: Any, sizes: list[int]
) -> None:
    text = as_text(value)
    news = watched(cut(text, sizes), Path(tuple(steps)), strings=True)
    grown: dict[Any, str] = {}
    for item in news:
        if isinstance(item, Grown):
            grown[item.location] = grown.get(item.location, "") + item.delta
            assert item.delta
            assert item.value == grown[item.location]
        elif isinstance(item.value, str):
            assert grown.get(item.location, "") == item.value


def test_an_element_is_found_while_the_object_around_it_is_open() -> None:
    watch = PathWatch([Path.of("steps[*]")], Found)
    assert not watch.take('{"steps": [{"n": 1')
    assert [item.value for item in watch.take('}, {"n": 2}, {"n"')] == [{"n": 1}, {"n": 2}]


def test_a_number_is_found_when_the_next_character_shows_its_end() -> None:
    watch = PathWatch([Path.of("n")], Found)
    assert not watch.take('{"n": 12')
    assert not watch.take("3")
    assert [item.value for item in watch.take(",")] == [123]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", [(("a",), 1), (("a",), {"b": [2, 3]})]),
        ("a.b[*]", [(("a", "b", 0), 2), (("a", "b", 1), 3)]),
        ("*", [(("a",), 1), (("a",), {"b": [2, 3]}), (("c",), 4)]),
    ],
)
def test_a_later_value_of_the_same_key_is_found_too(path: str, expected: list[Any]) -> None:
    text = '{"a": 1, "a": {"b": [2, 3]}, "c": 4}'
    for size in (1, 3, 100):
        assert found(watched(cut(text, [size]), path)) == expected


def test_nothing_more_is_found_once_the_text_is_invalid() -> None:
    watch = PathWatch([Path.of("[*]")], Found)
    assert [item.value for item in watch.take("[1, 2, x, 3]")] == [1, 2]
    assert watch.error is not None
    assert not watch.take(", 4]")


def test_a_container_beyond_the_depth_is_not_found() -> None:
    watch = PathWatch([Path.of("[*]"), Path.of("$[0][0]")], Found, max_depth=2)
    assert not watch.take("[[[1]]]")
    assert watch.error == "nested deeper than 2 levels"


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ('"ab"', "ab"), ("[1]", [1]), ("null", None)]
)
def test_the_whole_value_has_a_path(text: str, value: Any) -> None:
    assert found(watched(cut(text, [1]), "$")) == [((), value)]


@pytest.mark.parametrize("path", ["*", "$"])
def test_a_key_that_comes_again_at_the_end_concerns_its_own_value_alone(path: str) -> None:
    text = '{"a": 1, "a": 2}'
    expected = {"*": [(("a",), 1), (("a",), 2)], "$": [((), {"a": 2})]}[path]
    for size in (1, 100):
        assert found(watched(cut(text, [size]), path)) == expected
