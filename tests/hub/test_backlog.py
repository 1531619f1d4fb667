from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streamkit._core.text import whole_text
from streamkit.errors import SlowConsumerError, StreamClosedError
from streamkit.events import (
    AttemptResetEvent,
    ChunkEvent,
    ContentDeltaEvent,
    Event,
    EventsDroppedEvent,
)
from streamkit.hub.backlog import DEFAULT_LIMIT, NOTHING_YET, Backlog, End
from streamkit.operators import chat_events
from streamkit.structured.reader import Reader
from tests.chat_chunks import call, calls, choice, chunk, ends, says, token

LIMITS = st.integers(1, 5)
TURNS = st.lists(st.booleans(), max_size=60)
"""For each turn, whether an event is put or taken."""


def rest_of(backlog: Backlog[Any]) -> list[Any]:
    """Return all events that can still be taken; the end is the last."""
    taken: list[Any] = []
    while (one := backlog.take()) is not NOTHING_YET:
        taken.append(one)
        if isinstance(one, End):
            break
    return taken


@given(LIMITS, TURNS)
def test_block_loses_nothing_and_keeps_order(limit: int, turns: list[bool]) -> None:
    backlog: Backlog[int] = Backlog(limit, "block")
    put, taken = 0, list[Any]()
    for is_put in turns:
        if is_put:
            assert backlog.has_room == (len(backlog) < limit)
            put += backlog.put(put)
        elif (one := backlog.take()) is not NOTHING_YET:
            taken.append(one)
        assert len(backlog) == put - len(taken) <= limit
    assert taken + rest_of(backlog) == list(range(put))


@given(LIMITS, TURNS)
def test_drop_oldest_says_how_many_were_dropped_and_where(limit: int, turns: list[bool]) -> None:
    backlog: Backlog[int] = Backlog(limit, "drop_oldest")
    put, taken = 0, list[Any]()
    for is_put in turns:
        if is_put:
            assert backlog.put(put)
            put += 1
        elif (one := backlog.take()) is not NOTHING_YET:
            taken.append(one)
        assert len(backlog) <= limit
    position = 0
    for one in taken + rest_of(backlog):
        if isinstance(one, EventsDroppedEvent):
            assert one.count > 0
            position += one.count
        else:
            assert one == position
            position += 1
    assert position == put


@given(LIMITS, TURNS)
def test_fail_loses_nothing_until_it_fails(limit: int, turns: list[bool]) -> None:
    backlog: Backlog[int] = Backlog(limit, "fail")
    put, taken, failed_at = 0, list[Any](), None
    for is_put in turns:
        if is_put:
            if failed_at is None and len(backlog) == limit:
                failed_at = put
            assert backlog.put(put)
            put += 1
        else:
            one = backlog.take()
            taken += [] if one is NOTHING_YET or isinstance(one, End) else [one]
        assert len(backlog) <= limit
        assert backlog.has_ended == (failed_at is not None)
    taken += rest_of(backlog)
    if failed_at is None:
        assert taken == list(range(put))
    else:
        *events, end = taken
        assert events == list(range(failed_at))
        assert isinstance(end, End)
        assert isinstance(end.error, SlowConsumerError)
        assert (end.error.limit, end.error.behind) == (limit, limit + 1)


WHATEVER_THE_OVERFLOW = pytest.mark.parametrize(
    "overflow", ["block", "drop_oldest", "coalesce", "fail"]
)


@WHATEVER_THE_OVERFLOW
def test_the_end_comes_last_and_there_is_always_room_for_it(overflow: Any) -> None:
    backlog: Backlog[str] = Backlog(1, overflow)
    backlog.put("a")
    lost = OSError("lost")
    backlog.end(lost)
    backlog.end()
    assert backlog.put("too late")
    assert backlog.take() == "a"
    ends = [backlog.take(), backlog.take()]
    assert [isinstance(end, End) and end.error for end in ends] == [lost, lost]


@WHATEVER_THE_OVERFLOW
def test_what_is_closed_forgets_what_waits(overflow: Any) -> None:
    backlog: Backlog[str] = Backlog(1, overflow)
    backlog.put("a")
    backlog.close()
    assert (len(backlog), backlog.has_room) == (0, True)
    (end,) = rest_of(backlog)
    assert isinstance(end.error, StreamClosedError)


def test_to_close_it_after_its_end_was_taken_changes_nothing() -> None:
    backlog: Backlog[str] = Backlog()
    backlog.end()
    backlog.close()
    assert [end.error for end in rest_of(backlog)] == [None]


@WHATEVER_THE_OVERFLOW
def test_nothing_grows_with_the_stream(overflow: Any) -> None:
    backlog: Backlog[int] = Backlog(overflow=overflow)
    assert sum(backlog.put(number) for number in range(10_000)) >= DEFAULT_LIMIT
    assert len(backlog) == DEFAULT_LIMIT


@pytest.mark.parametrize("limit", [0, -1])
def test_the_limit_is_at_least_one(limit: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Backlog(limit)


def test_there_are_four_ways_to_overflow() -> None:
    overflow: Any = "explode"
    with pytest.raises(ValueError, match="'block', 'drop_oldest', 'coalesce' or 'fail'"):
        Backlog(overflow=overflow)


# Merged events


def logprob(content: str, index: int = 0) -> Any:
    return chunk(choice(index, content=content, logprobs={"content": [token(content)]}))


def argues(arguments: str, index: int) -> Any:
    return calls(call(index, arguments, id=f"call_{index}", name="f"))


def refuses(refusal: str) -> Any:
    return chunk(choice(refusal=refusal))


def reasons(text: str) -> Any:
    return chunk(choice(reasoning_content=text))


CHUNKS = st.lists(
    st.one_of(
        st.builds(says, st.text("ab é😀\n", max_size=3), st.integers(0, 1)),
        st.builds(logprob, st.sampled_from(["x", "yy"]), st.integers(0, 1)),
        st.builds(argues, st.sampled_from(['{"a', '": 1', "}", ""]), st.integers(0, 1)),
        st.builds(refuses, st.sampled_from(["no", "!"])),
        st.builds(reasons, st.sampled_from(["hm", "so"])),
    ),
    max_size=30,
)


def events_of(chunks: list[Any]) -> list[Any]:
    events: list[Any] = []
    rx.from_iterable([*chunks, ends(index=0), ends(index=1)]).pipe(chat_events()).subscribe(
        events.append
    )
    return events


def place(event: Any) -> tuple[Any, ...]:
    return event.type, getattr(event, "choice_index", None), getattr(event, "index", None)


def piece(event: Any) -> Any:
    names = ("delta", "arguments_delta", "content", "refusal")
    return next(getattr(event, name) for name in names if hasattr(event, name))


def pieces(events: list[Any]) -> dict[Any, Any]:
    """Return the joined pieces of the delta events for each place."""
    joined: dict[Any, Any] = defaultdict(list)
    for event in events:
        if event.type.endswith(".delta"):
            joined[place(event)] += list(piece(event))
    return joined


@given(CHUNKS, st.lists(st.booleans(), max_size=200))
def test_coalesced_events_say_all_that_was_said_in_order(
    chunks: list[Any], takes: list[bool]
) -> None:
    events = events_of(chunks)
    backlog: Backlog[Any] = Backlog(64, "coalesce")
    taken: list[Any] = []
    turns = iter(takes)
    for event in events:
        assert backlog.put(event)
        while next(turns, False) and (one := backlog.take()) is not NOTHING_YET:
            taken.append(one)
    taken += rest_of(backlog)

    assert pieces(taken) == pieces(events)
    # No done event is missing; any other one is at the place of the newest event merged into it.
    is_mergeable = [event.type.endswith(".delta") or event.type == "chunk" for event in events]
    dones = [event for event, merges in zip(events, is_mergeable, strict=True) if not merges]
    assert [event for event in taken if event in dones] == dones
    positions = iter(events)
    for one in taken:
        assert any(same_moment(one, event) for event in positions)


def same_moment(one: Any, event: Any) -> bool:
    """Return whether a merged event was emitted at the same moment as another event."""
    if type(one) is not type(event) or place(one) != place(event):
        return False
    views = ("snapshot", "arguments")
    return all(getattr(one, name, None) == getattr(event, name, None) for name in views)


def test_a_consumer_that_never_reads_has_one_event_of_each_kind_waiting() -> None:
    backlog: Backlog[Any] = Backlog(4, "coalesce")
    for event in events_of([says("ab")] * 1000)[:2000]:
        backlog.put(event)
    assert len(backlog) == 2
    newest, delta = rest_of(backlog)
    assert isinstance(newest, ChunkEvent)
    assert isinstance(delta, ContentDeltaEvent)
    assert newest.snapshot.choices[0].message.content == delta.delta == "ab" * 1000


def test_what_nobody_waited_with_is_the_event_that_was_put() -> None:
    backlog: Backlog[Any] = Backlog(4, "coalesce")
    first, second, *_ = events_of([says("a")])
    for event in (first, second):
        backlog.put(event)
        assert backlog.take() is event


def test_nothing_is_merged_across_a_reset() -> None:
    backlog: Backlog[Any] = Backlog(8, "coalesce")
    reset = AttemptResetEvent(2, 0.5, OSError("lost"))
    (_, before), (_, after) = events_of([says("a")])[:2], events_of([says("b")])[:2]
    for event in (before, reset, after):
        backlog.put(event)
    assert rest_of(backlog) == [before, reset, after]


class Counted(Event, frozen=True, gc=False, eq=False):
    """An event outside of all families; a newer one merges with the older ones of its place."""

    type: ClassVar[str] = "counted"
    row: str
    column: int
    count: int = 1

    @property
    def place(self) -> tuple[int | str, ...]:
        return self.row, self.column

    def since(self, first: Counted) -> Counted:
        return replace(self, count=self.count + first.count)


def test_events_of_any_family_are_merged_by_their_own_place() -> None:
    backlog: Backlog[Any] = Backlog(8, "coalesce")
    for event in (Counted("a", 0), Counted("a", 1), Counted("b", 0), Counted("a", 0)):
        backlog.put(event)
    assert rest_of(backlog) == [Counted("a", 1), Counted("b", 0), Counted("a", 0, 2)]


def test_events_of_two_places_with_one_log_stay_apart() -> None:
    backlog: Backlog[Any] = Backlog(8, "coalesce")
    log = whole_text("ab")
    both = [ContentDeltaEvent(index, "ab", log, 2, Reader()) for index in (0, 1)]
    for event in both:
        backlog.put(event)
    assert rest_of(backlog) == both


def test_what_cannot_be_merged_counts_and_fails_beyond_the_limit() -> None:
    backlog: Backlog[Any] = Backlog(2, "coalesce")
    for item in "abc":
        backlog.put(item)
    *items, end = rest_of(backlog)
    assert items == ["a", "b"]
    assert isinstance(end.error, SlowConsumerError)
