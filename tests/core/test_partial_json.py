"""Each prefix of a document shows what is known of it, wherever the text is cut."""

from __future__ import annotations

import copy
import json
import pickle
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import jiter
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit._core.json.parser import (
    PartialArray,
    PartialJSON,
    PartialObject,
)
from tests.core.json_growth import grows, plain
from tests.core.json_reference import known
from tests.core.json_texts import DOCUMENTS, SIZES, TIDY_DOCUMENTS, fed, load, pieces

if TYPE_CHECKING:
    from typing import TypeAlias

    JSON: TypeAlias = bool | float | str | list["JSON"] | dict[str, "JSON"] | None

pytestmark = pytest.mark.diagonal


@given(DOCUMENTS)
def test_every_prefix_shows_what_is_known_of_it_and_goes_on_doing_so(text: str) -> None:
    parser = PartialJSON()
    views = [parser.view()]
    for letter in text:
        parser.feed(letter)
        views.append(parser.view())
    assert parser.error is None
    for length, view in enumerate(views):
        assert view == known(text[:length])


@given(DOCUMENTS, SIZES)
@example(r'["\ud83d\ude80"]', [4])
@example('{"a": 1, "a": {"b": 2}, "c": 3}', [3])
@example('{"a": [1], "b": [2], "a": [3], "b": [4]} ', [5])
def test_the_cuts_make_no_difference(text: str, sizes: list[int]) -> None:
    parser = PartialJSON()
    for piece in pieces(text, sizes):
        parser.feed(piece)
        so_far = text[: parser.position]
        assert so_far.endswith(piece)
        view, value = parser.view(), known(so_far)
        if isinstance(view, PartialObject):
            assert {name: view[name] for name in value} == value
        assert view == value
        assert parser.view(partial_strings=False) == known(so_far, partial_strings=False)


@given(DOCUMENTS, SIZES)
def test_a_whole_document_is_what_json_loads(text: str, sizes: list[int]) -> None:
    parser = fed(*pieces(text, sizes))
    parser.close()
    value = parser.view()
    assert parser.complete
    assert parser.error is None
    assert parser.position == len(text)
    assert json.dumps(plain(value)) == json.dumps(load(text))


@given(TIDY_DOCUMENTS)
def test_a_whole_document_is_what_jiter_loads(text: str) -> None:
    parser = fed(text)
    parser.close()
    assert parser.view() == jiter.from_json(text.encode(), partial_mode="trailing-strings")


@given(TIDY_DOCUMENTS, st.booleans())
def test_what_is_shown_only_grows(text: str, partial_strings: bool) -> None:
    parser = PartialJSON()
    views: list[Any] = []
    for letter in text:
        parser.feed(letter)
        views.append(plain(parser.view(partial_strings=partial_strings)))
    parser.close()
    assert all(grows(older, newer) for older, newer in pairwise([*views, parser.view()]))


@pytest.mark.parametrize(
    ("older", "newer"),
    [({"a": 1}, {}), ([1], [12]), ("a", "b"), ([[1], 2], [[1, 3], 2]), ([], {}), ([1], ["1"])],
)
def test_the_check_for_growth_sees_what_does_not_grow(older: Any, newer: Any) -> None:
    assert not grows(older, newer)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", None),
        (" \n", None),
        ("12", None),
        ("12 ", 12),
        ("tru", None),
        ("true", None),
        ("true\n", True),
        ('"', ""),
        ('"he', "he"),
        ("{", {}),
        ('{"a', {}),
        ('{"a"', {}),
        ('{"a":', {}),
        ('{"a":{', {"a": {}}),
        ('{"a":[', {"a": []}),
        ('{"a":"', {"a": ""}),
        ('{"a":"he', {"a": "he"}),
        ('{"a":"he\\', {"a": "he"}),
        ('{"a":"he\\u00e', {"a": "he"}),
        ('{"a":"he\\u00e9', {"a": "heé"}),
        (r'["\ud83d', [""]),
        (r'["\ud83d\ude8', [""]),
        (r'["\ud83d\ude80', ["🚀"]),
        (r'["\ud83d!', ["\ufffd!"]),
        (r'["\ud83d\n', ["\ufffd\n"]),
        (r'["\ud83d\ud83d\ude80', ["\ufffd🚀"]),
        (r'["\ud83d"', ["\ufffd"]),
        (r'["\ude80', ["\ufffd"]),
        ('{"a":1', {}),
        ('{"a":12.', {}),
        ('{"a":12.5,', {"a": 12.5}),
        ('{"a":-0}', {"a": 0}),
        ("[1,2", [1]),
        ("[1,2 ", [1, 2]),
        ("[1e2]", [100.0]),
        ("[null,false", [None]),
        ('{"a":1,"a":', {"a": 1}),
        ('{"a":1,"a":"he', {"a": 1}),
        ('{"a":1,"a":[2', {"a": 1}),
        ('{"a":1,"a":[2]', {"a": [2]}),
        ('{"a":1,"b":2,"a":3,"a":4,"c":"', {"a": 4, "b": 2, "c": ""}),
        ('[{"a":1,"a":2},{"a":3', [{"a": 2}, {}]),
        ('{"a":1,"a":2,"b":{"c":3', {"a": 2, "b": {}}),
        ('{"a":1,"a":2,"b":{"c":3}', {"a": 2, "b": {"c": 3}}),
    ],
)
def test_what_is_shown_of_the_beginning(text: str, shown: Any) -> None:
    for parser in (fed(text), fed(*text)):
        view = parser.view()
        assert view == shown
        assert type(plain(view)) is type(shown)
        assert parser.error is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('"he', None),
        ('"he"', "he"),
        ('["he', []),
        ('{"a":1,"b":"he', {"a": 1}),
        ('{"a":1,"b":"he"', {"a": 1, "b": "he"}),
        ('{"a":["x","y', {"a": ["x"]}),
        ('{"a":{"b', {"a": {}}),
    ],
)
def test_strings_can_wait_for_their_closing_quote(text: str, shown: Any) -> None:
    assert fed(text).view(partial_strings=False) == shown


@pytest.mark.parametrize("text", ['{"a": 1}', "[1]"])
def test_the_outermost_value_is_a_view_also_when_it_is_complete(text: str) -> None:
    parser = fed(text[:-1])
    assert not parser.view().is_complete
    parser.feed(text[-1])
    whole = parser.view()
    assert isinstance(whole, (PartialObject, PartialArray))
    for view in (whole, copy.copy(whole), pickle.loads(pickle.dumps(whole))):
        assert view.is_complete
        assert view.is_complete("$")
        assert view == json.loads(text)


def test_what_is_finished_is_plain_and_shared_by_all_views() -> None:
    parser = fed('{"a": {"b": [1]}, "c": "')
    first = parser.view()
    parser.feed('x"')
    second = parser.view()
    parser.feed("}")
    assert type(first["a"]) is dict
    assert first["a"] is second["a"] is parser.view()["a"]
    assert type(parser.view()["a"]) is dict


def test_records_share_the_strings_of_their_keys() -> None:
    first, second = fed(*'[{"name":1},{"name":2}]').view()
    assert next(iter(first)) is next(iter(second))


def test_the_later_of_two_values_wins_and_older_views_keep_the_earlier_one() -> None:
    parser = fed('[{"a": 1, "b": 2')
    views = [parser.view()]
    for piece in (', "a": 3', ', "b": "x', 'y"', ', "a": 4', "}"):
        parser.feed(piece)
        views.append(parser.view())
    assert views == [
        [{"a": 1}],
        [{"a": 1, "b": 2}],
        [{"a": 3, "b": 2}],
        [{"a": 3, "b": "xy"}],
        [{"a": 3, "b": "xy"}],
        [{"a": 4, "b": "xy"}],
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("-1.5e3", -1500.0), ("true", True), ("false", False)]
)
def test_the_end_of_the_text_finishes_a_number_or_literal(text: str, value: Any) -> None:
    parser = fed(text)
    assert not parser.complete
    parser.close()
    parser.close()
    assert parser.complete
    assert parser.view() == value
    assert parser.position == len(text)


@pytest.mark.parametrize("text", ["", "-", "1.", "1e", "tru", '"a', "[1", '{"a":1', '["a"', "[x"])
def test_the_end_of_the_text_finishes_nothing_else(text: str) -> None:
    parser = fed(text)
    before = (parser.view(), parser.error)
    parser.close()
    assert (parser.view(), parser.error) == before
    assert not parser.complete
