"""Paths into JSON: a subset of RFC 9535, whose reference implementation agrees."""

from __future__ import annotations

import json
from typing import Any

import jsonpath_rfc9535
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.json.path import Path, PathError, normalized, pointer
from tests.core.json_documents import NAMES, VALUES

STEPS = st.lists(st.one_of(st.none(), NAMES, st.integers(0, 3)), max_size=4)


def written(steps: list[str | int | None], quote: str = '"') -> str:
    """Write steps in brackets."""

    def one(step: str | int | None) -> str:
        if step is None:
            return "[*]"
        return f"[{json.dumps(step)}]" if quote == '"' else normalized((step,))[1:]

    return "$" + "".join(map(one, steps))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("$", ()),
        ("answer", ("answer",)),
        ("*", (None,)),
        ("[0]", (0,)),
        ("steps[*].explanation", ("steps", None, "explanation")),
        ("steps.*.explanation", ("steps", None, "explanation")),
        ("$.steps[*].explanation", ("steps", None, "explanation")),
        ("$['steps'][*][\"explanation\"]", ("steps", None, "explanation")),
        ("é.ü", ("é", "ü")),
        ("$['']", ("",)),
        (r"""$["a.b"]['it\'s "x"']["\u0065\ud83d\ude80"]""", ("a.b", 'it\'s "x"', "e🚀")),
        (" $ .a [ 0 ] [ 'b' ] ", ("a", 0, "b")),
    ],
)
def test_a_path_is_its_steps(text: str, steps: tuple[str | int | None, ...]) -> None:
    assert Path.of(text).steps == steps


@pytest.mark.parametrize(
    ("text", "at", "problem"),
    [
        ("", 0, "the path is empty"),
        (" ", 1, "the path is empty"),
        ("..a", 0, "'..' is not supported"),
        ("a..b", 1, "'..' is not supported"),
        ("a[-1]", 1, "a negative index needs the whole array"),
        ("a[?@.b]", 1, "a filter needs the whole value"),
        ("a[1:2]", 1, "a slice is not supported"),
        ("a[0,'b']", 1, "a union is not supported"),
        ("a-b", 1, "a name with other characters is quoted"),
        ("a.b-c", 3, "a name with other characters is quoted"),
        ("1a", 0, "a name with other characters is quoted"),
        ("$x", 1, "a name with other characters is quoted"),
        ("a[", 1, "expected '.name'"),
        ("a.", 1, "expected '.name'"),
        ("a[01]", 1, "expected '.name'"),
        (r"$['\x']", 2, "a quoted name has the escapes of JSON"),
        (r"$['\ud800']", 2, "a quoted name has the escapes of JSON"),
        ("a[9999999999999999]", 2, "no array is as long as that"),
    ],
)
def test_what_is_no_path_is_refused_at_its_place(text: str, at: int, problem: str) -> None:
    with pytest.raises(PathError, match=problem.replace("[", r"\[")) as caught:
        Path.of(text)
    assert caught.value.position == at
    assert repr(text) in str(caught.value)


@given(STEPS, VALUES, st.sampled_from(["'", '"']))
def test_the_reference_implementation_finds_the_same(
    steps: list[str | int | None], value: Any, quote: str
) -> None:
    text = written(steps, quote)
    found = [(normalized(place), item) for place, item in Path.of(text).find(value)]
    nodes = jsonpath_rfc9535.find(text, value)
    assert found == [(node.path(), node.value) for node in nodes]


# ASCII alone: the reference implementation refuses some letters that the RFC takes.
@given(st.text("ab_01$.[]*'\"\\ -", max_size=12))
def test_only_paths_of_the_rfc_are_paths_once_they_have_their_dollar(text: str) -> None:
    try:
        steps = Path.of(text).steps
    except PathError:
        return
    assert Path.of(written(list(steps))).steps == steps
    stripped = text.strip()
    standard = (
        stripped if stripped.startswith("$") else f"${'' if stripped[0] == '[' else '.'}{stripped}"
    )
    jsonpath_rfc9535.compile(standard)


@pytest.mark.parametrize(
    ("location", "expected"),
    [((), ""), (("a/b", "m~n", 0), "/a~1b/m~0n/0"), (("",), "/"), (("~1",), "/~01")],
)
def test_a_pointer_escapes_two_characters(location: tuple[str | int, ...], expected: str) -> None:
    assert pointer(location) == expected
