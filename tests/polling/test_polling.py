from __future__ import annotations

import asyncio
import itertools
import signal
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import reactivex
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable, abc
from reactivex import operators as rx
from reactivex.notification import OnError, OnNext
from reactivex.scheduler import (
    CurrentThreadScheduler,
    HistoricalScheduler,
    NewThreadScheduler,
)
from reactivex.testing import ReactiveTest, TestScheduler
from reactivex.testing.recorded import Recorded

from streamkit import APIConnectionError, OpenAIError, PollTimeoutError
from streamkit.polling import (
    DEFAULT_INTERVAL,
    LONGEST_HINT,
    SHORTEST_HINT,
    Poller,
    Polling,
    Reply,
    poll,
    poll_until_done,
    poll_until_done_async,
)

PATIENCE = 10.0


@dataclass(frozen=True)
class Job:
    """A state: its name in a diagram, and the hint that comes with it."""

    status: str
    hint: object = None
    id: str = "job_1"

    def __str__(self) -> str:
        return self.status


@dataclass
class Source:
    """A source that returns its states, raises the exceptions among them, and repeats the last."""

    states: list[Any]
    on_fetch: Callable[[], object] = lambda: None
    fetches: int = 0

    def __call__(self) -> Any:
        state = self.states[min(self.fetches, len(self.states) - 1)]
        self.fetches += 1
        self.on_fetch()
        if isinstance(state, Exception):
            raise state
        return Job(state) if isinstance(state, str) else state


def is_z(state: Any) -> bool | None:
    """Return whether a state is final: "z" is, and "?" is unknown."""
    return None if state.status == "?" else bool(state.status == "z")


def diagram(
    observable: Observable[Any], *, until: str = "", scheduler: TestScheduler | None = None
) -> str:
    """Return the diagram of an observable in virtual time, a column a second; ``!`` disposes."""
    disposed = ReactiveTest.subscribed + until.index("!") if until else ReactiveTest.disposed
    observer = (scheduler or TestScheduler()).start(lambda: observable, disposed=disposed)
    return drawn(observer.messages)


def drawn(messages: Iterable[Recorded[Any]]) -> str:
    text = ""
    for time, records in itertools.groupby(messages, lambda record: record.time):
        signs = [sign(record.value) for record in records]
        text = text.ljust(int(time - ReactiveTest.subscribed), "-")
        text += signs[0] if len(signs) == 1 else f"({','.join(signs)})"
    return text


def sign(notification: Any) -> str:
    if isinstance(notification, OnNext):
        return str(cast("OnNext[object]", notification).value)
    return "#" if isinstance(notification, OnError) else "|"


def failure(observable: Observable[Any]) -> Any:
    """Return the error that ends an observable in virtual time."""
    observer = TestScheduler().start(lambda: observable, disposed=5000)
    return getattr(observer.messages[-1].value, "exception")  # noqa: B009 - only errors have one


# Emitted states


@pytest.mark.parametrize(
    ("states", "interval", "expected"),
    [
        ("abz", 3, "a--b--(z,|)"),
        ("aaaz", 2, "a-a-a-(z,|)"),
        ("z", 3, "(z,|)"),
        ("ab?z", 2, "a-b-(?,|)"),
    ],
    ids=["each state", "equal states too", "final at once", "unknown"],
)
def test_every_state_is_emitted_up_to_the_final_one(
    states: str, interval: float, expected: str
) -> None:
    source = Source([*states])
    assert diagram(poll(source, is_z, interval)) == expected
    assert source.fetches == len(states.partition("?")[0]) + states.count("?")


def test_an_unknown_state_is_the_first_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    diagram(poll(Source(["a", "?"]), is_z, 1))
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("streamkit", "WARNING")
    assert "job_1" in record.message
    assert "'?'" in record.message


def test_nothing_is_fetched_before_the_subscription() -> None:
    source = Source(["z"])
    poll(source, is_z, 1)
    assert source.fetches == 0


def test_the_interval_counts_from_the_answer() -> None:
    scheduler = TestScheduler()
    slow = Source([*"abz"], on_fetch=lambda: scheduler.sleep(2.0))
    assert diagram(poll(slow, is_z, 3), scheduler=scheduler) == "--a----b----(z,|)"


def test_each_subscription_has_its_own_interval_and_deadline() -> None:
    scheduler = TestScheduler()
    states = [Job("a", 4000), Job("b", 1000), Job("c"), Job("d"), Job("e")]
    polled = poll(Source(states), is_z, 9, hint=lambda job: job.hint, max_wait_seconds=5)
    first, second = scheduler.create_observer(), scheduler.create_observer()
    for start, observer in ((200.0, first), (202.0, second)):
        scheduler.advance_to(start)
        polled.subscribe(observer, scheduler=scheduler)
    scheduler.start()
    assert drawn(first.messages) == "a---d#"
    assert drawn(second.messages) == "--bceee#"


def test_a_scheduler_of_its_own_is_stronger_than_the_subscribers() -> None:
    own = TestScheduler()
    source = Source(["a", "z"])
    diagram(poll(source, is_z, 1, scheduler=own))
    assert source.fetches == 0
    own.start()
    assert source.fetches == 0  # the subscription has been disposed of meanwhile


# Hints


def hinted(*hints: object) -> Observable[Job]:
    states = [Job("a", hint) for hint in hints]
    return poll(Source([*states, Job("z")]), is_z, 2, hint=lambda job: job.hint)


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (["4000", "1000"], "a---a(z,|)"),
        (["4000", None], "a---a---(z,|)"),
        ([None, 3000], "a-a--(z,|)"),
        ([" 3000 "], "a--(z,|)"),
    ],
    ids=["the newest holds", "until the next", "from then on", "spaces"],
)
def test_the_interval_follows_the_hints(hints: list[object], expected: str) -> None:
    assert diagram(hinted(*hints)) == expected


@pytest.mark.parametrize(
    "hint",
    ["-1", "1.5", "soon", "", "1e3", "+5", "1_0", "٣", "9" * 50, "300001", -5, 7.5, True, [5]],
    ids=repr,
)
def test_a_hint_that_is_none_changes_nothing(hint: object) -> None:
    assert diagram(hinted(hint)) == "a-(z,|)"
    assert diagram(hinted(5000, hint)) == "a----a----(z,|)"


@given(st.integers(min_value=0, max_value=10**9) | st.text())
def test_whatever_the_hint_the_pause_keeps_its_bounds(hint: str | int) -> None:
    poller = Poller(Polling(until=is_z))
    poller.feed(Reply(Job("a"), hint))
    assert SHORTEST_HINT <= poller.pause(0) <= LONGEST_HINT


def test_a_server_that_is_too_eager_is_slowed_down() -> None:
    poller = Poller(Polling(until=is_z))
    poller.feed(Reply(Job("a"), "0"))
    assert poller.pause(0) == SHORTEST_HINT


# The deadline


@pytest.mark.parametrize(
    ("max_wait_seconds", "expected"),
    [(0, "#"), (3, "a--#"), (5, "a--b-#"), (6, "a--b--#"), (7, "a--b--(z,|)")],
)
def test_no_request_is_made_past_the_deadline(max_wait_seconds: float, expected: str) -> None:
    source = Source([*"abz"])
    assert diagram(poll(source, is_z, 3, max_wait_seconds=max_wait_seconds)) == expected
    assert source.fetches == sum(sign in expected for sign in "abz")


def test_the_error_of_the_deadline_says_where_to_go_on() -> None:
    error = failure(poll(Source(["a", "b"]), is_z, 3, max_wait_seconds=4))
    assert isinstance(error, PollTimeoutError)
    assert isinstance(error, OpenAIError)
    assert isinstance(error, TimeoutError)
    assert (error.last, error.resource_id) == (Job("b"), "job_1")
    assert str(error) == "job_1 was not finished after 4 s; its status was 'b'"


def test_an_error_before_the_first_request_knows_the_id_it_was_given() -> None:
    error = failure(poll(Source(["a"]), is_z, 3, max_wait_seconds=0, resource_id="job_2"))
    assert (error.last, error.resource_id) == (None, "job_2")
    assert str(error) == "job_2 was not finished after 0 s"


def test_an_error_between_two_states_has_the_newest_one() -> None:
    lost = APIConnectionError("lost")
    assert failure(poll(Source(["a", "b", lost]), is_z, 3)) is lost
    assert (lost.partial, lost.resource_id) == (Job("b"), "job_1")


def test_what_an_error_brings_along_stays_its_own() -> None:
    lost = APIConnectionError("lost")
    lost.partial, lost.resource_id = "half a job", "job_3"
    assert failure(poll(Source(["a", lost]), is_z, 3)) is lost
    assert (lost.partial, lost.resource_id) == ("half a job", "job_3")


def test_a_final_state_that_comes_late_is_good() -> None:
    scheduler = TestScheduler()
    slow = Source(["z"], on_fetch=lambda: scheduler.sleep(9.0))
    polled = poll(slow, is_z, 3, max_wait_seconds=1)
    assert diagram(polled, scheduler=scheduler) == "---------(z,|)"


def test_a_deadline_that_passes_during_a_request_is_not_waited_for() -> None:
    scheduler = TestScheduler()
    slow = Source(["a"], on_fetch=lambda: scheduler.sleep(4.0))
    polled = poll(slow, is_z, 3, max_wait_seconds=1)
    assert diagram(polled, scheduler=scheduler) == "----(a,#)"


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e10])
@pytest.mark.parametrize("name", ["interval", "max_wait_seconds"])
def test_seconds_that_make_no_sense_are_refused_before_any_request(
    name: str, seconds: float
) -> None:
    terms: dict[str, Any] = {name: seconds}
    with pytest.raises(ValueError, match=f"^{name} must be a number from 0"):
        poll(Source(["z"]), is_z, **terms)


# Errors


def test_an_error_of_fetch_ends_the_polling_and_keeps_the_id() -> None:
    lost = OpenAIError("lost")
    assert diagram(poll(Source(["a", lost, "z"]), is_z, 3)) == "a--#"
    assert lost.resource_id == "job_1"


def test_an_error_of_another_kind_has_the_id_in_a_note() -> None:
    assert failure(poll(Source(["a", OSError("lost")]), is_z, 3)).__notes__ == [
        "It was raised while job_1 was polled."
    ]


def test_an_error_of_the_first_fetch_has_no_id_unless_one_was_given() -> None:
    lost = OpenAIError("lost")
    assert failure(poll(Source([lost]), is_z, 3)).resource_id is None
    assert failure(poll(Source([lost]), is_z, 3, resource_id="job_2")).resource_id == "job_2"


def test_an_error_of_until_ends_the_polling() -> None:
    assert diagram(poll(Source([Job("a"), 3]), is_z, 3)) == "a--#"


def test_polling_can_be_tried_again_and_goes_on() -> None:
    source = Source(["a", OSError("lost"), "z"])
    assert diagram(poll(source, is_z, 3).pipe(rx.retry(2))) == "a--(z,|)"


# Disposal


def test_disposal_stops_it_at_once() -> None:
    source = Source(["a"])
    assert diagram(poll(source, is_z, 3), until="-----!") == "a--a"
    assert source.fetches == 2


def test_an_observer_that_has_enough_stops_it() -> None:
    source = Source(["a"])
    assert diagram(poll(source, is_z, 3).pipe(rx.take(2))) == "a--(a,|)"
    assert source.fetches == 2


def test_an_answer_that_comes_after_the_disposal_is_dropped() -> None:
    scheduler = TestScheduler()
    subscriptions: list[Any] = []

    def dispose() -> None:
        subscriptions[0].dispose()

    source = Source(["z"], on_fetch=dispose)
    observer = scheduler.create_observer()
    subscriptions.append(poll(source, is_z, 3).subscribe(observer, scheduler=scheduler))
    scheduler.start()
    assert (source.fetches, observer.messages) == (1, [])


# On the subscriber's own thread


def test_without_a_scheduler_subscribe_returns_when_it_has_ended() -> None:
    seen: list[str] = []
    poll(Source([*"abz"]), is_z, 0).subscribe(
        lambda job: seen.append(job.status), on_completed=lambda: seen.append("|")
    )
    assert seen == ["a", "b", "z", "|"]


def test_disposal_from_another_thread_wakes_the_one_that_waits() -> None:
    stop: reactivex.Subject[None] = reactivex.Subject()
    other = threading.Thread(target=stop.on_next, args=(None,))

    def stop_now(_scheduler: abc.SchedulerBase, _state: Any = None) -> None:
        other.start()

    def stop_soon(_job: Job) -> None:
        # Stop as soon as the observers have handled this state, just before the pause begins.
        CurrentThreadScheduler.singleton().schedule(stop_now)

    source = Source(["a"])
    poll(source, is_z, 3600).pipe(rx.take_until(stop)).subscribe(stop_soon)
    other.join()
    assert source.fetches == 1


def test_what_an_observer_raises_ends_it_and_is_raised_there() -> None:
    source = Source(["a"])

    def refuse(_job: Job) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        poll(source, is_z, 0).subscribe(refuse)
    assert source.fetches == 1


@pytest.fixture
def interrupted() -> Iterator[Source]:
    """Yield a source whose fetch is interrupted by Ctrl-C."""
    main = threading.get_ident()
    threads: list[threading.Thread] = []

    def press() -> None:
        threads.append(threading.Thread(target=signal.pthread_kill, args=(main, signal.SIGINT)))
        threads[0].start()

    yield Source(["a"], on_fetch=press)
    threads[0].join()


@pytest.mark.usefixtures("with_ctrl_c")
def test_ctrl_c_interrupts_the_pause(interrupted: Source) -> None:
    with pytest.raises(KeyboardInterrupt):
        poll_until_done(
            Polling(until=is_z, interval=3600), lambda _first: Reply[Any](interrupted())
        )
    assert interrupted.fetches == 1


@pytest.mark.usefixtures("with_ctrl_c")
def test_ctrl_c_interrupts_the_pause_of_an_observable(interrupted: Source) -> None:
    with pytest.raises(KeyboardInterrupt):
        poll(interrupted, is_z, 3600).subscribe(lambda _job: None)
    assert interrupted.fetches == 1


# On other threads


def test_any_scheduler_will_do() -> None:
    seen: list[str] = []
    ended = threading.Event()
    poll(Source([*"abz"]), is_z, 0).subscribe(
        lambda job: seen.append(job.status), on_completed=ended.set, scheduler=NewThreadScheduler()
    )
    assert ended.wait(PATIENCE)
    assert seen == ["a", "b", "z"]


# On an event loop


def test_what_is_awaited_needs_a_running_loop() -> None:
    with pytest.raises(OpenAIError, match="event loop"):
        poll(awaited(Source(["z"])), is_z, 0).subscribe()


def awaited(source: Source) -> Callable[[], Awaitable[Any]]:
    async def fetch() -> Any:
        await asyncio.sleep(0)
        return source()

    return fetch


async def test_what_is_awaited_is_polled_on_the_running_loop() -> None:
    seen: list[str] = []

    def note(job: Job) -> None:
        seen.append(job.status)

    polled = poll(awaited(Source([*"abz"])), is_z, 0)
    last = await polled.pipe(rx.do_action(note))
    assert (seen, last) == (["a", "b", "z"], Job("z"))


async def test_an_awaited_error_keeps_the_id() -> None:
    lost = OpenAIError("lost")
    with pytest.raises(OpenAIError) as caught:
        await poll(awaited(Source(["a", lost])), is_z, 0)
    assert caught.value is lost
    assert lost.resource_id == "job_1"


async def test_an_awaited_poll_has_a_deadline() -> None:
    with pytest.raises(PollTimeoutError) as caught:
        await poll(awaited(Source(["a"])), is_z, 0, max_wait_seconds=0)
    assert caught.value.last is None


async def test_a_scheduler_may_time_what_is_awaited() -> None:
    scheduler = HistoricalScheduler()
    source, seen = Source([*"az"]), asyncio.Queue[Job]()
    ended = asyncio.Event()
    polled = poll(awaited(source), is_z, 3600)
    polled.subscribe(seen.put_nowait, on_completed=ended.set, scheduler=scheduler)
    scheduler.advance_by(1.0)
    assert await seen.get() == Job("a")
    scheduler.advance_by(3599.0)
    assert source.fetches == 1
    scheduler.advance_by(1.0)
    assert await seen.get() == Job("z")
    await ended.wait()


@dataclass
class Hanging:
    """A fetch that never returns."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> Job:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()
        raise AssertionError


async def test_disposal_cancels_the_request() -> None:
    hanging = Hanging()
    subscription = poll(hanging, is_z, 1).subscribe()
    await hanging.asked.wait()
    subscription.dispose()
    await asyncio.wait_for(hanging.cancelled.wait(), PATIENCE)


async def test_disposal_from_another_thread_cancels_the_request() -> None:
    hanging = Hanging()
    subscription = poll(hanging, is_z, 1).subscribe()
    await hanging.asked.wait()
    await asyncio.to_thread(subscription.dispose)
    await asyncio.wait_for(hanging.cancelled.wait(), PATIENCE)


async def test_disposal_ends_the_pause_on_the_loop() -> None:
    source, seen = Source(["a"]), asyncio.Queue[Job]()
    subscription = poll(awaited(source), is_z, 0).subscribe(seen.put_nowait)
    await seen.get()
    subscription.dispose()
    fetches = source.fetches
    for _ in range(5):
        await asyncio.sleep(0)
    assert source.fetches == fetches


def test_disposal_after_the_loop_was_closed_is_nothing() -> None:
    async def subscribe() -> Any:
        subscription = poll(Hanging(), is_z, 1).subscribe()
        await asyncio.sleep(0)
        return subscription

    asyncio.run(subscribe()).dispose()


async def test_what_an_observer_raises_goes_to_the_loop() -> None:
    loop = asyncio.get_running_loop()
    raised: asyncio.Future[Any] = loop.create_future()
    loop.set_exception_handler(lambda _loop, context: raised.set_result(context["exception"]))
    source = Source(["a"])

    def refuse(_job: Job) -> None:
        raise LookupError("mine")

    poll(awaited(source), is_z, 0).subscribe(refuse)
    assert isinstance(await raised, LookupError)
    assert source.fetches == 1


# Event loops


@dataclass
class Clock:
    """A clock that moves when a test sleeps on it."""

    now: float = 1000.0
    naps: list[float] = field(default_factory=list[float])

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


def looped(polling: Polling[Any], source: Source, clock: Clock) -> Any:
    def ask(_first: object) -> Reply[Any]:
        state = source()
        return Reply(state, state.hint)

    return poll_until_done(polling, ask, sleep=clock.sleep, clock=clock)


def looped_async(polling: Polling[Any], source: Source, clock: Clock) -> Any:
    async def ask(_first: object) -> Reply[Any]:
        state = source()
        return Reply(state, state.hint)

    return asyncio.run(poll_until_done_async(polling, ask, sleep=clock.sleep_async, clock=clock))


Loop = Callable[[Polling[Any], Source, Clock], Any]
LOOPS = pytest.mark.parametrize("loop", [looped, looped_async], ids=["sync", "async"])


@LOOPS
def test_a_loop_returns_the_final_state(loop: Loop) -> None:
    clock, source = Clock(), Source(["a", Job("b", 2500), "c", "z"])
    assert loop(Polling(until=is_z), source, clock) == Job("z")
    assert clock.naps == [0.0, DEFAULT_INTERVAL, 2.5, 2.5]


@LOOPS
def test_a_loop_has_a_deadline(loop: Loop) -> None:
    clock, source = Clock(), Source([*"abz"])
    with pytest.raises(PollTimeoutError) as caught:
        loop(Polling(until=is_z, interval=2, max_wait_seconds=3), source, clock)
    assert caught.value.last == Job("b")
    assert clock.naps == [0.0, 2.0, 1.0]


@LOOPS
def test_an_error_within_a_loop_keeps_the_id(loop: Loop) -> None:
    lost = OpenAIError("lost")
    with pytest.raises(OpenAIError):
        loop(Polling(until=is_z), Source(["a", lost]), Clock())
    assert lost.resource_id == "job_1"


@LOOPS
def test_what_starts_the_work_is_not_timed_and_is_looked_at_right_away(loop: Loop) -> None:
    clock, source = Clock(), Source([*"aaz"])
    assert loop(Polling(until=is_z, starts_work=True), source, clock) == Job("z")
    assert clock.naps == [0.0, 0.0, 1.0]


@LOOPS
def test_what_starts_the_work_may_say_when_to_ask(loop: Loop) -> None:
    clock, source = Clock(), Source([Job("a", "4000"), "z"])
    assert loop(Polling(until=is_z, starts_work=True), source, clock) == Job("z")
    assert clock.naps == [0.0, 4.0]


@LOOPS
def test_what_starts_the_work_is_done_though_there_is_no_time_to_poll(loop: Loop) -> None:
    source = Source(["a"])
    with pytest.raises(PollTimeoutError) as caught:
        loop(Polling(until=is_z, starts_work=True, max_wait_seconds=0), source, Clock())
    assert (source.fetches, caught.value.last) == (1, Job("a"))


@LOOPS
def test_what_is_final_from_the_start_is_not_polled(loop: Loop) -> None:
    source = Source(["z"])
    loop(Polling(until=is_z, starts_work=True, max_wait_seconds=0), source, Clock())
    assert source.fetches == 1


@given(
    interval=st.floats(0, 100),
    max_wait_seconds=st.floats(0, 1000),
    start=st.floats(0, 1e9),
)
def test_a_deadline_ends_every_polling(
    interval: float, max_wait_seconds: float, start: float
) -> None:
    clock = Clock(start)
    source = Source(["a"], on_fetch=lambda: clock.sleep(10.0))
    with suppress(PollTimeoutError):
        looped(
            Polling(until=is_z, interval=interval, max_wait_seconds=max_wait_seconds), source, clock
        )
    assert source.fetches <= max_wait_seconds / 10 + 1
