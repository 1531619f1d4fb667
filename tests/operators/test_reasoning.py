from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx_operators

from streamkit.families.chat.accumulator import Accumulator
from streamkit.families.chat.emitters import ReasoningEmitter
from streamkit.operators import pipe, reasoning
from tests.chat_chunks import choice, chunk, cut, ends, one_choice, run, says, updates

if TYPE_CHECKING:
    from streamkit.events import ReasoningDeltaEvent, ReasoningDoneEvent
    from streamkit.types import ChatCompletionChunk
    from tests.conftest import Marbles


def thinks(text: str) -> ChatCompletionChunk:
    return chunk(choice(reasoning_content=text))


def emitted(event: ReasoningDeltaEvent | ReasoningDoneEvent) -> str:
    return f"={event.reasoning}" if event.type == "reasoning.done" else f"+{event.delta}"


EMITTED = pipe(rx_operators.map(thinks), one_choice(), reasoning(), rx_operators.map(emitted))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--Hm----so--|", "--+Hm---+so-(=Hmso,|)", id="some"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--Hm----#", "--+Hm---#", id="error"),
    ],
)
def test_reasoning_is_emitted_in_pieces_and_as_a_whole(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, EMITTED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--Hm----so--|", EMITTED, "--+Hm---", until="------!")


def message(chunks: list[ChatCompletionChunk]) -> dict[str, Any]:
    """Return the message that the chunks add up to."""
    accumulator = Accumulator()
    for one in chunks:
        accumulator.feed(one)
    fields: dict[str, Any] = accumulator.snapshot().to_dict()["choices"][0]["message"]
    return fields


BOTH = [{"reasoning_content": "a", "reasoning": "a"}, {"reasoning_content": "b", "reasoning": "b"}]


@pytest.mark.parametrize(
    ("deltas", "expected", "fields"),
    [
        pytest.param(
            [{"reasoning_content": "a"}, {"reasoning_content": "b"}],
            ["+a", "+b", "=ab"],
            {"reasoning_content": "ab"},
            id="reasoning_content",
        ),
        pytest.param(
            [{"reasoning": "a"}, {"reasoning": "b"}],
            ["+a", "+b", "=ab"],
            {"reasoning": "ab"},
            id="reasoning",
        ),
        pytest.param(
            BOTH,
            ["+a", "+b", "=ab"],
            {"reasoning_content": "ab", "reasoning": "ab"},
            id="both, saying the same",
        ),
        pytest.param(
            [{"reasoning_content": "a", "reasoning": "A"}, {"reasoning": "B"}],
            ["+a", "+B", "=aB"],
            {"reasoning_content": "aB", "reasoning": "AB"},
            id="both, and the first has all that was emitted",
        ),
        pytest.param(
            [{"reasoning": "a"}, {"reasoning_content": "b"}],
            ["+a", "+b", "=ab"],
            {"reasoning": "ab", "reasoning_content": "b"},
            id="one after the other",
        ),
        pytest.param(
            [{"reasoning_content": "", "reasoning": "a"}, {"reasoning_content": None}],
            ["+a", "=a"],
            {"reasoning_content": "a", "reasoning": "a"},
            id="one of them empty or null",
        ),
        pytest.param(
            [{"reasoning_content": ""}], [], {"reasoning_content": ""}, id="nothing but empty"
        ),
        pytest.param(
            [{"reasoning": {"text": "a"}}, {"reasoning": {"tokens": 1}}],
            ["+a", "=a"],
            {"reasoning": "a"},
            id="an object",
        ),
        pytest.param(
            [{"reasoning": [{"text": "a"}]}, {"reasoning": [{"text": "b"}]}],
            ["+a", "+b", "=ab"],
            {"reasoning": "ab"},
            id="a list",
        ),
        pytest.param(
            [{"reasoning": "a"}, {"reasoning": {"tokens": 1}}, {"reasoning": "b"}],
            ["+a", "+b", "=ab"],
            {"reasoning": "ab"},
            id="text, and then an object without any",
        ),
        pytest.param(
            [{"reasoning_content": "a", "reasoning": {"tokens": 1}}, {"reasoning_content": "b"}],
            ["+a", "+b", "=ab"],
            {"reasoning_content": "ab"},
            id="text, and an object beside it",
        ),
    ],
)
def test_reasoning_is_emitted_once_and_kept_as_the_server_names_it(
    deltas: list[dict[str, Any]], expected: list[str], fields: dict[str, Any]
) -> None:
    chunks = [chunk(choice(**delta)) for delta in deltas]
    assert [emitted(event) for event in run(ReasoningEmitter(), updates(chunks))] == expected
    assert message(chunks) == {"role": "assistant", **fields}


def test_a_delta_says_the_reasoning_so_far() -> None:
    deltas = run(ReasoningEmitter(), updates([thinks("Hm"), says("no"), thinks(", so")]))[:-1]
    assert [event.snapshot for event in deltas] == ["Hm", "Hm, so"]


def test_a_choice_that_does_not_think_emits_nothing() -> None:
    chunks = [chunk(choice(role="assistant", reasoning_content="", content="")), says("Hi"), ends()]
    assert run(ReasoningEmitter(), updates(chunks)) == []


def test_events_know_their_choice() -> None:
    chunks = [chunk(choice(2, reasoning="Hm"))]
    events = run(ReasoningEmitter(), updates(chunks))
    assert [event.choice_index for event in events] == [2, 2]


@given(
    text=st.text(min_size=1),
    places=st.lists(st.integers(0, 40), max_size=8),
    name=st.sampled_from(["reasoning_content", "reasoning"]),
)
def test_any_cut_of_the_reasoning_gives_the_same_done_event(
    text: str, places: list[int], name: str
) -> None:
    deltas: list[dict[str, Any]] = [{name: piece} for piece in cut(text, places)]
    chunks = [chunk(choice(**delta)) for delta in deltas]
    *pieces, done = run(ReasoningEmitter(), updates(chunks))
    assert emitted(done) == f"={text}"
    assert "".join(event.delta for event in pieces) == text
    assert message(chunks)[name] == text
