"""``select`` emits the pieces of strings at a path, and each value once it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from reactivex import operators as rx_operators

from streamkit._core.json.path import Path
from streamkit.operators import pipe, select
from streamkit.operators.select import SelectMachine
from tests.chat_chunks import run
from tests.core.json_documents import SIZES, VALUES, as_text, cut
from tests.operators.texts import call_events, events

if TYPE_CHECKING:
    from tests.conftest import Marbles

pytestmark = pytest.mark.diagonal

PIECES = {"o": '{"a":"', "x": "x", "y": "y", "e": '",', "n": '"n":1}'}


def emitted(event: Any) -> str:
    return f"={event.value}" if event.type == "path.done" else f"+{event.delta}"


def letters(path: str) -> Any:
    return pipe(rx_operators.map(PIECES.__getitem__), select(path), rx_operators.map(emitted))


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        pytest.param("a", "--o--x---y---e---n--|", "-----+x--+y--=xy----|", id="a string"),
        pytest.param("n", "--o--x--e--n--|", "-----------=1-|", id="a number"),
        pytest.param("b", "--o--x--e--n--|", "--------------|", id="nothing"),
        pytest.param("a", "--|", "--|", id="empty"),
        pytest.param("a", "-----", "-----", id="never"),
        pytest.param("a", "--o--x--#", "-----+x-#", id="error"),
        pytest.param("a", "--o--x--|", "-----+x-|", id="cut"),
    ],
)
def test_pieces_come_as_they_arrive_and_the_value_when_it_is_whole(
    marbles: Marbles, path: str, source: str, expected: str
) -> None:
    marbles(source, letters(path), expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--o--x--y--e--n--|", letters("a"), "-----+x-", until="-------!")


def machine(path: str, tool: str | None = None) -> SelectMachine:
    return SelectMachine([Path.of(path)], tool=tool)


@given(VALUES, SIZES)
def test_the_pieces_add_up_to_the_values(value: Any, sizes: list[int]) -> None:
    texts: dict[Any, str] = {}
    kept: list[tuple[Any, str]] = []
    done: list[Any] = []
    for event in run(machine("*"), events([*cut(as_text(value), sizes)])):
        if event.type == "path.delta":
            texts[event.place] = texts.get(event.place, "") + event.delta
            kept.append((event, texts[event.place]))
        else:
            done.append((event.location, event.value))
            if isinstance(event.value, str):
                assert texts.get((*event.part, *event.location), "") == event.value
    assert done == [*Path.of("*").find(value)]
    for event, text in kept:  # each event keeps saying what was there when it was emitted
        assert event.value == text


def test_an_event_since_another_has_the_pieces_of_both() -> None:
    first, second, third, _ = run(machine("a"), events(['{"a":"x', "y", "z", '"}']))
    assert first.delta == "x"
    assert third.since(second).delta == "yz"
    assert third.since(first).delta == "xyz"


def test_a_tool_s_arguments_are_read_when_it_is_named() -> None:
    inputs = call_events("search", ['{"q": "a', 'b"}'])
    assert [*map(emitted, run(machine("q", "search"), inputs))] == ["+a", "+b", "=ab"]
    assert run(machine("q"), inputs) == []


def test_a_path_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"'\.\.' is not supported"):
        select("..a")
