from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.growing_text import PIECES_PER_BLOCK, GrowingText

PIECES = st.lists(st.text(max_size=3), max_size=20)
# So that a text has several blocks and a rest.
REPEAT = st.sampled_from([1, PIECES_PER_BLOCK // 5])


def grown(pieces: list[str]) -> GrowingText:
    text = GrowingText()
    for piece in pieces:
        assert text.append(piece) is piece
    return text


@given(pieces=PIECES, repeat=REPEAT, data=st.data())
def test_a_text_is_read_as_of_any_length(
    pieces: list[str], repeat: int, data: st.DataObject
) -> None:
    text, whole = grown(pieces * repeat), "".join(pieces * repeat)
    length = data.draw(st.integers(0, len(whole)))
    assert text.length == len(whole)
    assert text.first(length) == whole[:length]
    assert text.close() == whole
    assert text.first(length) == whole[:length]
    assert text.append("more") == "more"
    assert text.first(text.length) == whole + "more"


@given(pieces=PIECES, repeat=REPEAT, data=st.data())
def test_any_part_of_a_text_is_read(pieces: list[str], repeat: int, data: st.DataObject) -> None:
    text, whole = grown(pieces * repeat), "".join(pieces * repeat)
    end = data.draw(st.integers(0, len(whole)))
    start = data.draw(st.integers(0, end))
    assert text.between(start, end) == whole[start:end]


@pytest.mark.parametrize("count", [PIECES_PER_BLOCK - 1, PIECES_PER_BLOCK, 3 * PIECES_PER_BLOCK])
def test_reading_in_between_changes_nothing(count: int) -> None:
    text = GrowingText()
    whole = ""
    for number in range(count):
        whole += str(number)
        text.append(str(number))
        assert text.first(text.length) == whole
        assert text.first(number) == whole[:number]


def test_a_long_text_is_held_in_few_pieces() -> None:
    tracemalloc.start()
    text = grown([f"{number:04}" for number in range(10_000)])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert text.length == 40_000
    assert held < 2 * text.length
