"""The JSON of a growing text is parsed once for each of its readers, also if they lag behind."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.json.parser import PartialJSON
from streamkit._core.text import TextLog

RECORDS = "[" + ",".join(f'{{"id": {number}, "text": "so it goes"}}' for number in range(100))
ENDS = range(4, len(RECORDS), 4)


def log(text: str = RECORDS) -> TextLog:
    made = TextLog()
    for at in range(0, len(text), 4):
        made.append(text[at : at + 4])
    return made


def fresh(end: int) -> Any:
    parser = PartialJSON()
    parser.feed(RECORDS[:end])
    return parser.view()


def parsers() -> int:
    """Return the number of parsers that are held anywhere."""
    gc.collect()
    return sum(type(each) is PartialJSON for each in gc.get_objects())


@pytest.fixture
def fed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of characters that parsers are fed."""
    numbers: list[int] = []
    feed = PartialJSON.feed

    def count(self: PartialJSON, text: str) -> None:
        numbers.append(len(text))
        feed(self, text)

    monkeypatch.setattr(PartialJSON, "feed", count)
    return numbers


@pytest.mark.parametrize("newest", ["", "newest"], ids=["no piece at hand", "a piece at hand"])
@pytest.mark.parametrize("lag", [0, 1, 100], ids=["alone", "a bit behind", "far behind"])
def test_texts_that_are_read_in_order_are_parsed_once(
    fed: list[int], lag: int, newest: str
) -> None:
    text = log()
    text.partial_json(text.length)
    fed.clear()
    for end in ENDS:
        if lag and end > 4 * lag:
            behind = end - 4 * lag
            text.partial_json(behind, newest and RECORDS[behind - 4 : behind])
        text.partial_json(end, newest and RECORDS[end - 4 : end])
    assert sum(fed) <= (2 if lag else 1) * len(RECORDS)


def test_the_newest_text_and_older_ones_in_order_may_be_read_in_turn(fed: list[int]) -> None:
    text = log()
    for end in ENDS:
        text.partial_json(text.length)
        assert not text.is_whole_json()
        text.partial_json(end)
    assert sum(fed) <= 2 * len(RECORDS)


def test_readers_at_any_distance_share_few_parsers(fed: list[int]) -> None:
    text = log()
    for end in ENDS:
        for lag in (0, 40, 200):
            text.partial_json(max(end - lag, 4))
    assert sum(fed) <= 3 * len(RECORDS) + 1000


def test_what_was_parsed_is_not_kept_for_many_readers() -> None:
    text, before = log(), parsers()
    for end in reversed(ENDS[::40]):
        text.partial_json(end)
    assert parsers() - before <= 4
    text.forget_json()
    assert parsers() - before <= 0


@given(ends=st.lists(st.sampled_from(ENDS), max_size=30), pieces=st.booleans())
def test_a_text_is_parsed_as_of_any_length_in_any_order(ends: list[int], pieces: bool) -> None:
    text = log()
    for end in ends:
        newest = RECORDS[end - 4 : end] if pieces else ""
        assert text.partial_json(end, newest) == fresh(end)


def test_after_an_error_older_texts_are_parsed_as_far_as_they_were_valid() -> None:
    text = log('[1, 2, x, "')
    for end in (11, 4, 11, 7, 3):
        assert text.partial_json(end) == ([1, 2] if end >= 6 else [1][: end >= 3])
