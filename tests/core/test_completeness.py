"""A view says which of its parts were complete, also long after it was made."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from streamkit._core.json.parser import PartialJSON
from streamkit._core.json.path import Path
from streamkit._core.json.view import PartialArray, PartialObject
from streamkit._core.json.watch import Found, PathWatch
from tests.core.json_documents import SIZES, VALUES, as_text, cut


def view(text: str) -> Any:
    parser = PartialJSON()
    parser.feed(text)
    return parser.view()


TEXT = '{"title": "T", "n": 12, "steps": [{"a": "x"}, {"a": "y", "b": "op'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("title", True),
        ("n", True),
        ("steps", False),
        ("steps[0]", True),
        ("steps[0].a", True),
        ("steps[0].*", True),
        ("steps[0].missing", False),
        ("steps[1]", False),
        ("steps[1].a", True),
        ("steps[1].b", False),  # the string is open
        ("steps[*]", False),  # more may come
        ("steps[2]", False),
        ("steps.a", False),
        ("missing", False),
        ("title.a", False),
        ("$", False),
    ],
)
def test_a_part_is_complete_once_nothing_of_it_is_open(path: str, expected: bool) -> None:
    parsed = view(TEXT)
    assert parsed.is_complete(path) is expected


def test_a_view_as_a_whole_is_never_complete() -> None:
    parsed = view(TEXT)
    assert not parsed.is_complete
    assert repr(parsed.is_complete) == "False"


def test_a_number_is_complete_when_its_end_is_known() -> None:
    assert not view('{"n": 12').is_complete("n")
    assert view('{"n": 12,').is_complete("n")


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="a negative index"):
        view(TEXT).is_complete("steps[-1]")


@given(VALUES, SIZES)
def test_what_was_found_at_a_location_is_complete_there_and_nothing_else_is(
    value: Any, sizes: list[int]
) -> None:
    text = as_text([value])
    paths = [Path((0,)), Path((0, None)), Path((0, None, None))]
    parser, watch = PartialJSON(), PathWatch(paths, Found)
    views: list[tuple[Any, set[str]]] = []
    complete: set[str] = set()
    for piece in cut(text, sizes):
        parser.feed(piece)
        for found in watch.take(piece):
            assert isinstance(found, Found)
            complete.add("$" + "".join(f"[{json.dumps(key)}]" for key in found.location))
        views.append((parser.view(), set(complete)))
    for parsed, known in views:  # afterwards, when the parser is far beyond them
        if isinstance(parsed, PartialObject | PartialArray):
            assert {path for path in complete if parsed.is_complete(path)} == known
