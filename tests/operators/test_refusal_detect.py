from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx_operators

from streamkit.families.chat.emitters import RefusalEmitter
from streamkit.operators import pipe, refusal_detect
from tests.chat_chunks import choice, chunk, cut, ends, one_choice, run, says, updates

if TYPE_CHECKING:
    from streamkit.events import RefusalDeltaEvent, RefusalDoneEvent
    from streamkit.types import ChatCompletionChunk
    from tests.conftest import Marbles


def refuses(refusal: str) -> ChatCompletionChunk:
    return chunk(choice(refusal=refusal))


def emitted(event: RefusalDeltaEvent | RefusalDoneEvent) -> str:
    return f"={event.refusal}" if event.type == "refusal.done" else f"+{event.delta}"


EMITTED = pipe(rx_operators.map(refuses), one_choice(), refusal_detect(), rx_operators.map(emitted))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--I'm----sorry--|", "--+I'm---+sorry-(=I'msorry,|)", id="some"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--I'm----#", "--+I'm---#", id="error"),
    ],
)
def test_a_refusal_is_emitted_in_pieces_and_as_a_whole(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, EMITTED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--I'm----sorry--|", EMITTED, "--+I'm---", until="------!")


def test_a_choice_that_is_answered_emits_nothing() -> None:
    chunks = [chunk(choice(role="assistant", content="", refusal=None)), says("Hi"), ends()]
    assert run(RefusalEmitter(), updates(chunks)) == []


def test_a_delta_says_the_refusal_so_far() -> None:
    deltas = run(RefusalEmitter(), updates([refuses("I'm"), refuses(" sorry")]))[:-1]
    assert [event.snapshot for event in deltas] == ["I'm", "I'm sorry"]


def test_a_refusal_of_nothing_has_no_done_event() -> None:
    events = run(RefusalEmitter(), updates([refuses(""), ends()]))
    assert [event.type for event in events] == ["refusal.delta"]


def test_an_empty_piece_after_the_end_does_not_end_it_again() -> None:
    machine = RefusalEmitter()
    first, last = updates([refuses("no"), refuses("")])
    assert [emitted(event) for event in run(machine, [first])] == ["+no", "=no"]
    assert [emitted(event) for event in run(machine, [last])] == ["+"]


def test_events_know_their_choice() -> None:
    chunks = [chunk(choice(2, refusal="no"))]
    events = run(RefusalEmitter(), updates(chunks))
    assert [event.choice_index for event in events] == [2, 2]


@given(text=st.text(min_size=1), places=st.lists(st.integers(0, 40), max_size=8))
def test_any_cut_of_the_refusal_gives_the_same_done_event(text: str, places: list[int]) -> None:
    *deltas, done = run(RefusalEmitter(), updates(map(refuses, cut(text, places))))
    assert done == run(RefusalEmitter(), updates([refuses(text)]))[-1]
    assert "".join(event.delta for event in deltas) == done.refusal
