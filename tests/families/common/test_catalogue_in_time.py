"""Retries, limits of time and races keep their rules on the events of every protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from reactivex.notification import OnNext
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import APIConnectionError, StreamTimeoutError, race
from streamkit import operators as ops
from tests.families.common.answers import ANSWERS
from tests.families.common.protocols import PROTOCOLS
from tests.families.common.taking import begun, events_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable
    from reactivex.testing import Recorded

families = pytest.mark.parametrize("family", PROTOCOLS)

TEXT, CALLS = ANSWERS["text"], ANSWERS["calls"]
LOST = APIConnectionError(message="lost")
START = ReactiveTest.subscribed
on_next, on_error, on_completed = (
    ReactiveTest.on_next,
    ReactiveTest.on_error,
    ReactiveTest.on_completed,
)


def run(
    operator: Callable[[list[Observable[Any]]], Observable[Any]],
    *sources: list[Recorded[Any]],
    leaves: int = 10_000,
) -> tuple[list[Any], Any, list[int | None]]:
    """Return the outputs, the end, and when the last subscription to each source was let go."""
    scheduler = TestScheduler()
    colds = [scheduler.create_cold_observable(*records) for records in sources]
    seen = scheduler.start(lambda: operator([*colds]), disposed=START + leaves)
    outputs = [each.value.value for each in seen.messages if isinstance(each.value, OnNext)]
    ends = [each.value for each in seen.messages if not isinstance(each.value, OnNext)]
    end = getattr(ends[0], "exception", "completed") if ends else None
    let_go = [
        each.subscriptions[-1].unsubscribe - START if each.subscriptions else None for each in colds
    ]
    return outputs, end, let_go


def at(step: int, events: Sequence[Any], end: Exception | bool | None = None) -> list[Any]:
    """Return the records of a source that emits an event each ``step`` seconds."""
    records: list[Any] = [on_next(step * n, event) for n, event in enumerate(events, 1)]
    last = step * (len(events) + 1)
    if end is True:
        records.append(on_completed(last))
    elif isinstance(end, Exception):
        records.append(on_error(last, end))
    return records


def retried(sources: list[Observable[Any]], **options: Any) -> Observable[Any]:
    """Return a source that is another one at each attempt, behind ``retry_stream``."""
    attempts = iter(sources)
    source = reactivex.defer(lambda _: next(attempts))
    return source.pipe(ops.retry_stream(wait=lambda _: 5, **options))


@families
def test_a_failed_attempt_is_void_and_another_follows(family: str) -> None:
    events = events_of(family, TEXT)
    lost = begun(events)
    outputs, end, let_go = run(retried, at(1, lost, LOST), at(1, events, True))
    kinds = [event.type for event in outputs]
    reset = kinds.index("attempt.reset")
    assert (outputs[:reset], outputs[reset + 1 :], end) == (lost, events, "completed")
    assert let_go == [len(lost) + 1, len(lost) + 1 + 5 + len(events) + 1]


@families
@pytest.mark.parametrize("last", [LOST, ValueError("mine")], ids=["the last", "a lasting one"])
def test_the_error_of_the_last_attempt_is_passed_on(family: str, last: Exception) -> None:
    events = begun(events_of(family, TEXT))
    attempts = [at(1, events, LOST), at(1, events, last)]
    outputs, end, _ = run(lambda them: retried(them, max_attempts=2), *attempts)
    assert (text_of(outputs), end) == (TEXT.content * 2, last)


@families
def test_disposal_ends_an_attempt_and_the_wait_for_the_next(family: str) -> None:
    events = begun(events_of(family, TEXT))
    attempts = [at(2, events, LOST), at(2, events)]
    fails = 2 * (len(events) + 1)
    assert run(retried, *attempts, leaves=3)[1:] == (None, [3, None])
    assert run(retried, *attempts, leaves=fails + 1)[1:] == (None, [fails, None])
    assert run(retried, *attempts, leaves=fails + 8)[1:] == (None, [fails, fails + 8])


def test_an_empty_source_is_not_retried() -> None:
    assert run(retried, at(1, [], True), at(1, [])) == ([], "completed", [1, None])


@families
@pytest.mark.parametrize(
    ("limit", "answered"), [("first_content", False), ("between_content", True), ("total", True)]
)
def test_silence_ends_a_stream_in_time(family: str, limit: str, answered: bool) -> None:
    events = begun(events_of(family, TEXT))[: None if answered else 1]
    silent = at(1, events)
    limits: dict[str, Any] = {limit: 50.0}
    operator = ops.content_timeout(**limits)
    outputs, end, let_go = run(lambda them: them[0].pipe(operator), silent)
    assert (outputs, type(end), end.limit) == (events, StreamTimeoutError, limit)
    assert let_go == [50 + (len(events) if limit == "between_content" else 0)]


@families
@pytest.mark.parametrize("end", [True, LOST], ids=["whole", "error"])
def test_the_winner_of_a_race_passes_whole_and_the_loser_is_let_go(family: str, end: Any) -> None:
    events = events_of(family, TEXT)
    first = next(n for n, event in enumerate(events, 1) if event.type == "content.delta")
    slow, fast = at(3, events, True), at(2, events, end)
    (settled, *outputs), ending, let_go = run(lambda them: race(*them), slow, fast)
    assert (settled.type, settled.winner) == ("race.settled", 1)
    assert (outputs, ending) == (events, LOST if end is LOST else "completed")
    assert let_go == [2 * first, 2 * (len(events) + 1)]


@families
def test_a_source_that_fails_before_its_content_does_not_win(family: str) -> None:
    events = events_of(family, TEXT)
    failing, whole = at(1, events[:1], LOST), at(3, events, True)
    (settled, *outputs), end, _ = run(lambda them: race(*them), failing, whole)
    assert (settled.winner, outputs, end) == (1, events, "completed")
    assert run(lambda them: race(*them), failing, at(2, events[:1], LOST))[:2] == ([], LOST)


@families
def test_disposal_of_a_race_lets_all_sources_go(family: str) -> None:
    events = events_of(family, TEXT)
    sources = [at(step, events, True) for step in (2, 4)]
    assert run(lambda them: race(*them), *sources, leaves=3) == ([], None, [3, 3])


def test_a_race_of_empty_sources_is_empty() -> None:
    (settled,), end, _ = run(lambda them: race(*them), at(1, [], True), at(2, [], True))
    assert (settled.winner, end) == (0, "completed")
