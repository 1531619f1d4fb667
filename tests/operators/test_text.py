"""``text`` emits the pieces of the content, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reactivex import operators as rx_operators

from streamkit.operators import chat_events, pipe, text
from streamkit.operators.text import TextMachine
from tests.chat_chunks import choice, chunk, ends, run, says
from tests.operators.texts import call_events, events

if TYPE_CHECKING:
    from tests.conftest import Marbles

EMITTED = pipe(rx_operators.map(says), chat_events(), text())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--a--b--|", "--a--b--|", id="some"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--a--#", "--a--#", id="error"),
    ],
)
def test_the_content_is_emitted(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, EMITTED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--a----b--|", EMITTED, "--a--", until="-----!")


def test_what_is_no_event_is_an_error(marbles: Marbles) -> None:
    marbles("--a--|", text(), "--#", raises=TypeError)


def test_reasoning_calls_and_empty_pieces_are_left_out() -> None:
    from streamkit.families.chat.machine import ChatEvents
    from streamkit.structured.reader import Reader

    thoughts = run(ChatEvents(Reader()), [chunk(choice(reasoning_content="Hm")), says(""), ends()])
    inputs = [*thoughts, *call_events("f", ["{}"]), *events(["a", "", "b"])]
    assert run(TextMachine(), inputs) == ["a", "b"]
