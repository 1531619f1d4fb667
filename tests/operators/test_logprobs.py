from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx_operators

from streamkit.families.chat.tellers import LogprobsTeller
from streamkit.operators import logprobs, pipe
from tests.chat_chunks import choice, chunk, ends, one_choice, run, says, token, updates

if TYPE_CHECKING:
    from streamkit.types import ChatCompletionChunk
    from tests.conftest import Marbles


def chosen(content: str | None = None, refusal: str | None = None) -> ChatCompletionChunk:
    """A chunk with a token for each letter."""

    def tokens(text: str | None) -> Any:
        return None if text is None else [token(letter) for letter in text]

    return chunk(choice(logprobs={"content": tokens(content), "refusal": tokens(refusal)}))


def told(event: Any) -> str:
    """``c`` or ``r``, ``+`` or ``=``, and the tokens."""
    type_: str = event.type
    _, kind, phase = type_.split(".")
    tokens = "".join(token.token for token in getattr(event, kind))
    return kind[0] + {"delta": "+", "done": "="}[phase] + tokens


TOLD = pipe(rx_operators.map(chosen), one_choice(), logprobs(), rx_operators.map(told))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--p----q----|", "--c+p--c+q--(c=pq,|)", id="some"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--p----#", "--c+p--#", id="error"),
    ],
)
def test_log_probabilities_are_told_in_pieces_and_as_a_whole(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, TOLD, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--p----q----|", TOLD, "--c+p--", until="----!")


def test_those_of_a_refusal_are_told_apart() -> None:
    chunks = [chosen("a", "x"), chosen(refusal="y"), chosen("b")]
    events = run(LogprobsTeller(), updates(chunks))
    assert [told(event) for event in events] == ["c+a", "r+x", "r+y", "c+b", "c=ab", "r=xy"]


def test_a_delta_says_those_so_far() -> None:
    deltas = run(LogprobsTeller(), updates([chosen("a", "x"), chosen("bc", "y")]))[:-2]
    snapshots = ["".join(token.token for token in event.snapshot) for event in deltas]
    assert snapshots == ["a", "x", "abc", "xy"]


def test_a_choice_without_any_tells_nothing() -> None:
    assert run(LogprobsTeller(), updates([says("Hi"), chosen(), ends()])) == []


def test_an_empty_list_is_no_event() -> None:
    assert run(LogprobsTeller(), updates([chosen("", "")])) == []


def test_an_empty_list_after_the_end_does_not_end_it_again() -> None:
    machine = LogprobsTeller()
    first, last = updates([chosen("a"), chosen("")])
    assert [told(event) for event in run(machine, [first])] == ["c+a", "c=a"]
    assert run(machine, [last]) == []


def test_everything_that_came_of_a_token_is_kept() -> None:
    fields = {
        **token("a"),
        "top_logprobs": [{"token": "b", "logprob": -1.5, "vendor": 1}],
        "rank": 2,
    }
    chunks = [chunk(choice(logprobs={"content": [fields]}))]
    (_, done) = run(LogprobsTeller(), updates(chunks))
    assert [token.to_dict() for token in done.content] == [fields]


def test_events_know_their_choice() -> None:
    chunks = [chunk(choice(2, logprobs={"content": [token("a")]}))]
    events = run(LogprobsTeller(), updates(chunks))
    assert [event.choice_index for event in events] == [2, 2]


@given(pieces=st.lists(st.text("abc", max_size=3), min_size=1).filter(any))
def test_any_division_among_chunks_gives_the_same_done_event(pieces: list[str]) -> None:
    events = run(LogprobsTeller(), updates(map(chosen, pieces)))
    assert events[-1] == run(LogprobsTeller(), updates([chosen("".join(pieces))]))[-1]
