"""``coalesce`` merges the pieces that come within some seconds, or up to some characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex.testing import ReactiveTest

from streamkit import operators as ops
from streamkit.operators import coalesce
from tests.operators.test_throttle import LOST, RESET, at, deltas, shown, timed

if TYPE_CHECKING:
    from tests.conftest import Marbles

on_error, on_completed = ReactiveTest.on_error, ReactiveTest.on_completed


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("-a-b-c-d-|", "-----(abc)-(d,|)", id="happy"),
        pytest.param("-|", "-|", id="empty"),
        pytest.param("----", "----", id="never"),
        pytest.param("-a-#", "---(a,#)", id="error"),
        pytest.param("-abcd-|", "-abcd-|", id="a piece that is long"),
    ],
)
def test_pieces_are_merged_up_to_some_characters(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(
        source.replace("(abc)", "abc"), coalesce(characters=3), expected.replace("(abc)", "abc")
    )


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("-a-b-c-d-|", coalesce(characters=2), "---ab-", until="------!")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param([210, 212, 214], [(220, "abc")], id="within the seconds"),
        pytest.param([210, 212, 221], [(220, "ab"), (231, "c")], id="and beyond"),
        pytest.param([210, 219, 240], [(220, "ab"), (250, "c")], id="after a silence"),
    ],
)
def test_pieces_wait_some_seconds(times: list[int], expected: list[Any]) -> None:
    assert timed(*at(times, deltas("abc")), operator=ops.coalesce(seconds=10))[0] == expected


def test_whichever_comes_first_counts() -> None:
    operator = ops.coalesce(seconds=10, characters=3)
    emitted, _ = timed(*at([210, 211, 212, 213], deltas("abcd")), operator=operator)
    assert emitted == [(212, "abc"), (223, "d")]


def test_a_steady_stream_does_not_put_the_time_off() -> None:
    emitted, _ = timed(
        *at([*range(210, 240, 2)], deltas("a" * 15)), operator=ops.coalesce(seconds=10)
    )
    assert [time for time, _ in emitted] == [220, 232, 244]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param(on_completed(214), (214, "end"), id="end"),
        pytest.param(on_error(214, LOST), (214, LOST), id="error"),
        pytest.param(ReactiveTest.on_next(214, RESET), (214, "attempt.reset"), id="no piece"),
    ],
)
def test_at_the_end_nothing_waits(end: Any, expected: Any) -> None:
    emitted, _ = timed(*at([210, 212], deltas("ab")), end, operator=ops.coalesce(seconds=10))
    assert emitted == [(214, "ab"), expected]


def test_disposal_drops_what_waits_and_the_timer() -> None:
    records = at([210, 212], deltas("ab"))
    emitted, subscriptions = timed(*records, operator=ops.coalesce(seconds=10), disposed=215)
    assert emitted == []
    assert subscriptions == [ReactiveTest.subscribe(200, 215)]


@given(st.lists(st.text(st.characters(codec="ascii"), max_size=5)), st.integers(1, 9))
def test_nothing_is_lost_however_the_text_is_cut(pieces: list[str], characters: int) -> None:
    times = [201 + number for number, _ in enumerate(pieces)]
    operator = ops.coalesce(characters=characters)
    emitted, _ = timed(*at(times, pieces), on_completed(900), operator=operator)
    assert "".join(map(shown, (what for _, what in emitted[:-1]))) == "".join(pieces)
    assert all(len(what) >= characters for _, what in emitted[:-2])


@pytest.mark.parametrize("wrong", [{}, {"seconds": 0}, {"characters": -1}])
def test_amounts_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="characters"):
        ops.coalesce(**wrong)
