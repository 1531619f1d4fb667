"""The deltas of a stream add up to the message, in any of its shapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.families.chat.answer_shapes import WholeMessages, as_completion, unwrapped


def message(content: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}


def joined(answers: list[dict[str, Any]]) -> str:
    messages = WholeMessages(lambda _: False)
    choices = [messages.as_chunk(answer)["choices"][0] for answer in answers]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


@given(text=st.text(min_size=1), ends=st.lists(st.integers(0, 30), max_size=6))
def test_messages_that_grow_add_up_to_the_last(text: str, ends: list[int]) -> None:
    grown = [text[:end] for end in sorted(ends)]
    assert joined([message(each) for each in [*grown, text, text]]) == text


@given(pieces=st.lists(st.text(), max_size=6))
def test_messages_of_chunks_are_pieces(pieces: list[str]) -> None:
    chunks = [message(each) | {"object": "chat.completion.chunk"} for each in pieces]
    assert joined(chunks) == "".join(pieces)


def test_a_message_for_a_choice_that_has_spoken_stays_where_it_is() -> None:
    answer = message("Hello")
    assert WholeMessages(lambda _: True).as_chunk(answer) == answer


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "text",
        [],
        [1, 2],
        {},
        {"data": None},
        {"data": []},
        {"data": {"choices": []}},
        {"choices": None, "data": message("Hello")},
    ],
)
def test_what_is_in_no_envelope_comes_back_as_it_is(value: Any) -> None:
    assert unwrapped(value) == value


def test_the_answer_has_the_last_word_against_its_envelope() -> None:
    answer = message("Hello") | {"id": "inner"}
    assert unwrapped({"id": "outer", "code": 0, "data": answer}) == answer | {"code": 0}


@pytest.mark.parametrize("choices", [None, [], [None], ["x"], [{}], [{"delta": 5}], 7])
def test_choices_that_say_nothing_are_left_alone(choices: Any) -> None:
    fields = {"choices": choices}
    assert as_completion(fields) == fields
    assert WholeMessages(lambda _: False).as_chunk(fields) == fields
