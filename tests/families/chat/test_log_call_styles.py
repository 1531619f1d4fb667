"""Fragments find their calls in every known style of servers, in any order that it allows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamkit.families.chat.emitters import ToolArgumentsParser
from streamkit.structured.reader import Reader
from tests.chat_chunks import call, calls, cut, ends, run, updates


@dataclass(frozen=True)
class Meant:
    """A call that a model makes, and the pieces of its arguments."""

    name: str
    pieces: Sequence[str]
    place: int

    @property
    def id(self) -> str:
        return f"id{self.place}"

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


Fragments = list[dict[str, Any]]
Style = Callable[[Meant, Callable[[], str]], Fragments]
"""A function that returns the fragments of a call; its argument makes ids."""


def headed(
    head: Callable[[Meant], dict[str, Any]], tail: Callable[[Meant], dict[str, Any]]
) -> Style:
    """Return a style with certain fields in the first fragment and others in the rest."""

    def fragments(meant: Meant, _: Callable[[], str]) -> Fragments:
        first, *rest = meant.pieces
        return [
            call(arguments=first, **head(meant)),
            *(call(arguments=piece, **tail(meant)) for piece in rest),
        ]

    return fragments


def of_index(meant: Meant) -> dict[str, Any]:
    return {"index": meant.place}


def of_id(meant: Meant) -> dict[str, Any]:
    return {"id": meant.id}


def of_name(meant: Meant) -> dict[str, Any]:
    return {"name": meant.name}


def of_another_name(meant: Meant) -> dict[str, Any]:
    return {"name": f"{meant.place}{meant.name}"}


def first_index(_: Meant) -> dict[str, Any]:
    return {"index": 0}


def one_id(_: Meant) -> dict[str, Any]:
    return {"id": "id"}


def nothing(_: Meant) -> dict[str, Any]:
    return {}


def both(*parts: Callable[[Meant], dict[str, Any]]) -> Callable[[Meant], dict[str, Any]]:
    return lambda meant: {name: item for part in parts for name, item in part(meant).items()}


def an_id_per_fragment(*, names: bool) -> Style:
    def fragments(meant: Meant, new_id: Callable[[], str]) -> Fragments:
        first, *rest = meant.pieces
        again = {"name": meant.name} if names else {}
        return [
            call(meant.place, first, id=meant.id, name=meant.name),
            *(call(meant.place, piece, id=new_id(), **again) for piece in rest),
        ]

    return fragments


def name_in_fragments(meant: Meant, _: Callable[[], str]) -> Fragments:
    middle = len(meant.name) // 2
    return [
        call(meant.place, "", id=meant.id, name=meant.name[:middle]),
        call(meant.place, "", name=meant.name[middle:]),
        *(call(meant.place, piece) for piece in meant.pieces),
    ]


def all_apart(meant: Meant, _: Callable[[], str]) -> Fragments:
    return [
        call(meant.place, id=meant.id, type="function"),
        call(meant.place, name=meant.name),
        *(call(meant.place, piece, id="", name="") for piece in meant.pieces),
    ]


def index_as_text(meant: Meant, _: Callable[[], str]) -> Fragments:
    first, *rest = meant.pieces
    text: Any = str(meant.place)
    return [
        call(text, first, id=meant.id, name=meant.name),
        *(call(text, piece, id="", name="") for piece in rest),
    ]


def apart(head: int, tail: int, *, id_again: bool = False) -> Style:
    """Return a style with the head of a call on one index, and its arguments on another."""

    def fragments(meant: Meant, _: Callable[[], str]) -> Fragments:
        again = {"id": meant.id} if id_again else {}
        return [
            call(meant.place * head, "", id=meant.id, name=meant.name),
            *(call(meant.place * tail + 1 - tail, piece, **again) for piece in meant.pieces),
        ]

    return fragments


MIXED: dict[str, Style] = {
    "an index, and a head": headed(both(of_index, of_id, of_name), of_index),
    "an index, id and name in every fragment": headed(
        both(of_index, of_id, of_name), both(of_index, of_id, of_name)
    ),
    "an index and no ids": headed(both(of_index, of_name), of_index),
    "an index and one id for all": headed(both(of_index, one_id, of_name), both(of_index, one_id)),
    "an index and an id per fragment": an_id_per_fragment(names=False),
    "an index, and name and id per fragment": an_id_per_fragment(names=True),
    "an index as text": index_as_text,
    "a name in fragments": name_in_fragments,
    "id, name and arguments apart": all_apart,
    "an id in every fragment": headed(both(of_id, of_name), of_id),
    "an id and a name in every fragment": headed(both(of_id, of_name), both(of_id, of_name)),
    "an id in every fragment, all on index 0, of other functions": headed(
        both(first_index, of_id, of_another_name), both(first_index, of_id)
    ),
}
"""Styles in which each fragment identifies its call, so that calls may interleave."""

IN_TURN: dict[str, Style] = {
    **MIXED,
    "an id in every fragment, all on index 0": headed(
        both(first_index, of_id, of_name), both(first_index, of_id)
    ),
    "a head with an id": headed(both(of_id, of_name), nothing),
    "a head without id": headed(of_name, nothing),
    "a head, all on index 0": headed(both(first_index, of_id, of_name), first_index),
    "a head without id, all on index 0": headed(both(first_index, of_name), first_index),
    "one id for all": headed(both(one_id, of_name), one_id),
    "one id for all, and the name in every fragment": headed(
        both(one_id, of_name), both(one_id, of_name)
    ),
    "one id for all, on index 0": headed(
        both(first_index, one_id, of_name), both(first_index, one_id)
    ),
    "heads on index 0, arguments on their own": apart(0, 1),
    "heads on their own index, arguments on index 1": apart(1, 0),
    "heads on index 0, arguments on their own with the id": apart(0, 1, id_again=True),
}
"""Styles in which only the order identifies the call, so that one call follows another."""

VALUES: st.SearchStrategy[object] = st.one_of(
    st.text("b}]\\", max_size=3), st.integers(), st.builds(lambda: {"c": [dict[str, str]()]})
)
ARGUMENTS = st.dictionaries(st.text('a{["', max_size=3), VALUES, max_size=3).map(json.dumps)


@st.composite
def meant_calls(draw: st.DrawFn) -> list[Meant]:
    names = st.sampled_from(["get_weather", "look_up"])
    made: list[Meant] = []
    for place in range(draw(st.integers(1, 4))):
        text = draw(ARGUMENTS)
        places = draw(st.lists(st.integers(0, len(text)), max_size=5))
        made.append(Meant(draw(names), cut(text, places), place))
    return made


def dones(deltas: list[Fragments]) -> list[Any]:
    """Return the done events of the calls, after a check against the emitted pieces."""
    events = run(
        ToolArgumentsParser(Reader()), updates([*(calls(*delta) for delta in deltas), ends()])
    )
    pieces: dict[int, str] = {}
    done: dict[int, Any] = {}
    for event in events:
        if event.type.endswith("delta"):
            pieces[event.index] = pieces.get(event.index, "") + event.arguments_delta
        else:
            done[event.index] = event
    assert {index: event.arguments for index, event in done.items()} == pieces
    return [done[index] for index in sorted(done)]


def grouped(draw: st.DrawFn, fragments: Fragments) -> list[Fragments]:
    size = draw(st.integers(1, 3))
    return [fragments[at : at + size] for at in range(0, len(fragments), size)]


@st.composite
def streams(draw: st.DrawFn, style: Style, *, mixed: bool) -> tuple[list[Meant], list[Fragments]]:
    """Draw calls in a style; each call's fragments stay in order; unless mixed, so do the calls."""
    made = draw(meant_calls())
    ids = (f"other{number}" for number in count())
    waiting = [style(meant, lambda: next(ids)) for meant in made]
    fragments: Fragments = []
    while any(waiting):
        waiting = [rest for rest in waiting if rest]
        turn = draw(st.integers(0, len(waiting) - 1)) if mixed else 0
        fragments.append(waiting[turn].pop(0))
    return made, grouped(draw, fragments)


@pytest.mark.parametrize("name", MIXED)
def test_calls_that_take_turns_get_their_own(name: str, thorough: bool) -> None:
    @settings(max_examples=300 if thorough else 4)
    @given(streams(MIXED[name], mixed=True))
    def run_one(case: tuple[list[Meant], list[Fragments]]) -> None:
        check(case[0], dones(case[1]), in_order=False)

    run_one()


@pytest.mark.parametrize("name", IN_TURN)
def test_calls_one_after_another_get_their_own(name: str, thorough: bool) -> None:
    @settings(max_examples=300 if thorough else 4)
    @given(streams(IN_TURN[name], mixed=False))
    def run_one(case: tuple[list[Meant], list[Fragments]]) -> None:
        check(case[0], dones(case[1]), in_order=True)

    run_one()


def check(made: Sequence[Meant], done: Sequence[Any], *, in_order: bool) -> None:
    wanted = [(meant.name, meant.arguments) for meant in made]
    came = [(event.name.lstrip("0123"), event.arguments) for event in done]
    assert (came if in_order else sorted(came)) == (wanted if in_order else sorted(wanted))
    ids = [event.tool_call_id for event in done]
    if any(ids) and "id" not in ids:
        assert sorted(ids) == sorted(meant.id for meant in made)
