from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx_operators

from streamkit.families.chat.emitters import LogprobsEmitter
from streamkit.operators import logprobs, pipe
from tests.chat_chunks import choice, chunk, ends, one_choice, run, says, token, updates

if TYPE_CHECKING:
    from streamkit.types import ChatCompletionChunk
    from tests.conftest import Marbles


def chosen(content: str | None = None, refusal: str | None = None) -> ChatCompletionChunk:
    """Return a chunk with a token for each letter."""

    def tokens(text: str | None) -> Any:
        return None if text is None else [token(letter) for letter in text]

    return chunk(choice(logprobs={"content": tokens(content), "refusal": tokens(refusal)}))


def emitted(event: Any) -> str:
    """Return ``c`` or ``r``, ``+`` or ``=``, and the tokens."""
    type_: str = event.type
    _, kind, phase = type_.split(".")
    tokens = "".join(token.token for token in getattr(event, kind))
    return kind[0] + {"delta": "+", "done": "="}[phase] + tokens


EMITTED = pipe(rx_operators.map(chosen), one_choice(), logprobs(), rx_operators.map(emitted))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--p----q----|", "--c+p--c+q--(c=pq,|)", id="some"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--p----#", "--c+p--#", id="error"),
    ],
)
def test_log_probabilities_are_emitted_in_pieces_and_as_a_whole(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, EMITTED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--p----q----|", EMITTED, "--c+p--", until="----!")


def test_those_of_a_refusal_are_emitted_apart() -> None:
    chunks = [chosen("a", "x"), chosen(refusal="y"), chosen("b")]
    events = run(LogprobsEmitter(), updates(chunks))
    assert [emitted(event) for event in events] == ["c+a", "r+x", "r+y", "c+b", "c=ab", "r=xy"]


def test_a_delta_says_those_so_far() -> None:
    deltas = run(LogprobsEmitter(), updates([chosen("a", "x"), chosen("bc", "y")]))[:-2]
    snapshots = ["".join(token.token for token in event.snapshot) for event in deltas]
    assert snapshots == ["a", "x", "abc", "xy"]


def test_a_choice_without_any_emits_nothing() -> None:
    assert run(LogprobsEmitter(), updates([says("Hi"), chosen(), ends()])) == []


def test_an_empty_list_is_no_event() -> None:
    assert run(LogprobsEmitter(), updates([chosen("", "")])) == []


def test_an_empty_list_after_the_end_does_not_end_it_again() -> None:
    machine = LogprobsEmitter()
    first, last = updates([chosen("a"), chosen("")])
    assert [emitted(event) for event in run(machine, [first])] == ["c+a", "c=a"]
    assert run(machine, [last]) == []


def test_everything_that_came_of_a_token_is_kept() -> None:
    fields = {
        **token("a"),
        "top_logprobs": [{"token": "b", "logprob": -1.5, "vendor": 1}],
        "rank": 2,
    }
    chunks = [chunk(choice(logprobs={"content": [fields]}))]
    (_, done) = run(LogprobsEmitter(), updates(chunks))
    assert [token.to_dict() for token in done.content] == [fields]


def test_events_know_their_choice() -> None:
    chunks = [chunk(choice(2, logprobs={"content": [token("a")]}))]
    events = run(LogprobsEmitter(), updates(chunks))
    assert [event.choice_index for event in events] == [2, 2]


@given(pieces=st.lists(st.text("abc", max_size=3), min_size=1).filter(any))
def test_any_division_among_chunks_gives_the_same_done_event(pieces: list[str]) -> None:
    events = run(LogprobsEmitter(), updates(map(chosen, pieces)))
    assert events[-1] == run(LogprobsEmitter(), updates([chosen("".join(pieces))]))[-1]
