"""``items`` emits each value at a path once, when it is whole, read as its type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from hypothesis import given
from pydantic import BaseModel
from reactivex import operators as rx_operators

from streamkit._core.json.path import Path, normalized
from streamkit.errors import ParseError, SchemaError
from streamkit.events import AttemptResetEvent
from streamkit.operators import items, pipe
from streamkit.operators.items import ItemsMachine
from streamkit.structured.description import described
from tests.chat_chunks import run
from tests.core.json_documents import SIZES, VALUES, as_text, cut
from tests.operators.texts import call_events, events

if TYPE_CHECKING:
    from tests.conftest import Marbles

pytestmark = pytest.mark.diagonal


class Step(BaseModel):
    n: int


PIECES = {"o": '{"s":[', "x": '{"n":1}', "y": ',{"n":2}', "b": ',{"n":"?"}', "h": '{"n"', "c": "]}"}


def emitted(event: Any) -> str:
    return "f" if event.type == "item.failed" else f"n{event.value.n}"


EMITTED = pipe(
    rx_operators.map(PIECES.__getitem__),
    items("s[*]", Step),
    rx_operators.map(emitted),
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--o--x--y--c--|", "-----n1-n2----|", id="some"),
        pytest.param("--o--x--b--y--c--|", "-----n1-f--n2----|", id="one that does not fit"),
        pytest.param("--o--h--|", "--------|", id="unfinished"),
        pytest.param("--o--c--|", "--------|", id="none"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--o--x--#", "-----n1-#", id="error"),
        pytest.param("--o--x--o--y--|", "-----n1-------|", id="no JSON"),
    ],
)
def test_values_are_emitted_when_they_are_whole(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, EMITTED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--o--x--y--c--|", EMITTED, "-----n1", until="-------!")


def test_what_is_no_event_and_no_text_is_an_error(marbles: Marbles) -> None:
    marbles("--1--|", items("a"), "--#", raises=TypeError)


def machine(*paths: str, type: Any = None, tool: str | None = None) -> ItemsMachine:
    described_type = None if type is None else described(type)
    return ItemsMachine([Path.of(path) for path in paths], [described_type] * len(paths), tool=tool)


@given(VALUES, SIZES)
def test_any_cut_of_the_text_gives_the_same_events(value: Any, sizes: list[int]) -> None:
    text = as_text(value)
    at_once = run(machine("*", "*[*]"), events([text]))
    assert run(machine("*", "*[*]"), events([*cut(text, sizes)])) == at_once
    found = sorted((event.path, json.dumps(event.value)) for event in at_once)
    steps = [(None,), (None, None)]
    expected = [item for path in steps for item in Path(path).find(json.loads(text))]
    assert found == sorted((normalized(place), json.dumps(item)) for place, item in expected)


def test_an_event_says_where_its_value_is() -> None:
    (event,) = run(machine("a.b[*]"), events(['{"a": {"b": [1]}}'], index=2))
    assert (event.path, event.location, event.pointer) == (
        "$['a']['b'][0]",
        ("a", "b", 0),
        "/a/b/0",
    )
    assert (event.choice_index, event.value, event.part) == (2, 1, (2,))
    assert event.to_dict() == {
        "type": "item.done",
        "choice_index": 2,
        "value": 1,
        "part": [2],
        "path": "$['a']['b'][0]",
    }


def test_a_value_that_does_not_fit_keeps_its_data_and_the_reason() -> None:
    (failed,) = run(machine("s[*]", type=Step), events(['{"s": [{"n": "?"}]}']))
    assert failed.type == "item.failed"
    assert failed.value == {"n": "?"}
    assert isinstance(failed.error, ParseError)
    assert failed.error.content == '{"n":"?"}'
    assert str(failed.error).startswith("the value at $['s'][0] is not a valid Step: ")
    assert failed.error.__cause__ is not None


def test_a_tool_s_arguments_are_read_when_it_is_named() -> None:
    inputs = call_events("search", ['{"q": ["a"', ', "b"]}'])
    assert [event.value for event in run(machine("q[*]", tool="search"), inputs)] == ["a", "b"]
    assert run(machine("q[*]", tool="other"), inputs) == []
    assert run(machine("q[*]"), inputs) == []


def test_several_lists_are_read_at_once() -> None:
    seen: list[Any] = []
    reactivex.of('{"a": [1], "s": [{"n": 2}]}').pipe(items({"a[*]": int, "s[*]": Step})).subscribe(
        lambda event: seen.append(event.value)
    )
    assert seen == [1, Step(n=2)]


def test_the_paths_begin_at_the_answer_and_not_at_its_wrapper() -> None:
    inputs = events(['{"value": [{"n": 1}, {"n": 2}]}'], type=list[Step])
    found = run(machine("[*]", type=Step), inputs)
    assert [(event.path, event.value) for event in found] == [
        ("$[0]", Step(n=1)),
        ("$[1]", Step(n=2)),
    ]


def test_choices_are_read_apart() -> None:
    first, second = events(['{"s": [{"n": 1}', "]}"]), events(['{"s": [', '{"n": 2}]}'], index=1)
    mixed = [event for pair in zip(first, second, strict=True) for event in pair]
    found = run(machine("s[*]", type=Step), mixed)
    assert [(event.choice_index, event.value.n) for event in found] == [(0, 1), (1, 2)]


def test_a_new_attempt_begins_anew() -> None:
    cut_off = events(['{"s": [{"n": 1}, {"n"'])[:-1]
    reset = AttemptResetEvent(2, 0.0, OSError())
    found = run(machine("s[*]"), [*cut_off, reset, *events(['{"s": [{"n": 1}]}'])])
    assert [event.value["n"] for event in found] == [1, 1]


def test_a_number_that_is_all_of_the_text_is_whole_at_its_end() -> None:
    assert [event.value for event in run(machine("$"), ["1", "2"])] == [12]


@pytest.mark.parametrize(
    ("arguments", "error", "problem"),
    [
        (("a[-1]",), ValueError, "a negative index needs the whole array"),
        (("a", 5), SchemaError, "5"),
    ],
)
def test_mistakes_are_raised_before_anything_is_subscribed(
    arguments: Any, error: type[Exception], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        items(*arguments)
