"""The consumers of a hub to which it pushes on a scheduler."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators
from reactivex.scheduler import ImmediateScheduler, NewThreadScheduler, VirtualTimeScheduler

from streamkit import Hub, StreamClosedError
from streamkit.events import EventsDroppedEvent
from tests.hub.consuming import feed, rest_of

if TYPE_CHECKING:
    pass

LOST = OSError("lost")


class RefusedError(Exception):
    """The error that an observer raises."""


class Recorder:
    """The notifications of an observer and their virtual times."""

    def __init__(self, scheduler: VirtualTimeScheduler) -> None:
        self.recorded: list[tuple[float, object]] = []
        self._scheduler = scheduler

    def note(self, value: object) -> None:
        self.recorded.append((self._scheduler.clock, value))

    def subscribe_to(self, observable: rx.Observable[Any]) -> rx.abc.DisposableBase:
        return observable.subscribe(self.note, self.note, lambda: self.note("|"))


@pytest.mark.parametrize("error", [None, LOST], ids=["complete", "error"])
def test_it_pushes_on_the_scheduler_in_order(error: OSError | None) -> None:
    scheduler = VirtualTimeScheduler()
    hub: Hub[int] = Hub()
    recorder = Recorder(scheduler)
    recorder.subscribe_to(hub.observe_on(scheduler))
    feed(hub, 3)
    assert recorder.recorded == []
    end = partial(hub.on_error, error) if error else hub.on_completed

    def go_on(*_: object) -> None:
        hub.on_next(3)

    def come_to_an_end(*_: object) -> None:
        end()

    scheduler.schedule_absolute(50, go_on)
    scheduler.schedule_absolute(60, come_to_an_end)
    scheduler.start()
    assert recorder.recorded == [(0, 0), (0, 1), (0, 2), (50, 3), (60, error or "|")]


def test_an_observer_on_a_slow_scheduler_misses_what_is_too_much() -> None:
    scheduler = VirtualTimeScheduler()
    hub: Hub[int] = Hub()
    recorder = Recorder(scheduler)
    recorder.subscribe_to(hub.observe_on(scheduler, limit=2, overflow="drop_oldest"))
    feed(hub, 5)
    hub.on_completed()
    scheduler.start()
    assert [value for _, value in recorder.recorded] == [EventsDroppedEvent(3), 3, 4, "|"]


def test_a_disposed_observer_gets_nothing_more_and_leaves() -> None:
    scheduler = VirtualTimeScheduler()
    hub: Hub[int] = Hub()
    recorder = Recorder(scheduler)
    subscription = recorder.subscribe_to(hub.observe_on(scheduler))
    feed(hub, 2)
    subscription.dispose()
    subscription.dispose()
    scheduler.start()
    assert recorder.recorded == []
    assert isinstance(rest_of(hub.consumer())[0], StreamClosedError)


def test_an_operator_that_has_enough_leaves() -> None:
    scheduler = VirtualTimeScheduler()
    hub: Hub[int] = Hub()
    recorder = Recorder(scheduler)
    recorder.subscribe_to(hub.observe_on(scheduler).pipe(rx_operators.take(1)))
    feed(hub, 2)
    scheduler.start()
    assert [value for _, value in recorder.recorded] == [0, "|"]
    assert isinstance(rest_of(hub.consumer())[0], StreamClosedError)


def test_each_subscription_is_a_consumer() -> None:
    scheduler = VirtualTimeScheduler()
    hub: Hub[int] = Hub()
    both = [Recorder(scheduler) for _ in range(2)]
    observable = hub.observe_on(scheduler)
    for recorder in both:
        recorder.subscribe_to(observable)
    feed(hub, 2)
    scheduler.start()
    assert [[value for _, value in recorder.recorded] for recorder in both] == [[0, 1]] * 2


def test_one_that_raises_is_heard_on_its_scheduler_and_hurts_no_other() -> None:
    scheduler = VirtualTimeScheduler()
    hub: Hub[int] = Hub()

    def refuse(_: int) -> None:
        raise RefusedError

    hub.observe_on(scheduler).subscribe(refuse)
    consumer = hub.consumer()
    feed(hub, 2)
    with pytest.raises(RefusedError):
        scheduler.start()
    feed(hub, 1)
    hub.on_completed()
    assert rest_of(consumer) == [0, 1, 0, "|"]


def test_one_that_raises_on_the_producers_thread_is_heard_after_the_end() -> None:
    hub: Hub[int] = Hub()
    consumers = [hub.consumer()]
    recorded: list[int] = []

    def refuse(number: int) -> None:
        recorded.append(number)
        raise RefusedError

    hub.observe_on(ImmediateScheduler()).subscribe(refuse)
    consumers.append(hub.consumer())
    feed(hub, 2)
    with pytest.raises(RefusedError):
        hub.on_completed()
    assert recorded == [0]
    assert [rest_of(consumer) for consumer in consumers] == [[0, 1, "|"]] * 2


def test_one_that_raises_at_the_end_is_heard_with_the_others() -> None:
    hub: Hub[int] = Hub()

    def refuse(*_: object) -> None:
        raise RefusedError

    for _ in range(2):
        hub.observe_on(ImmediateScheduler()).subscribe(on_error=refuse, on_completed=refuse)
    consumer = hub.consumer()
    with pytest.raises(ExceptionGroup) as raised:
        hub.on_completed()
    assert [type(error) for error in raised.value.exceptions] == [RefusedError] * 2
    assert rest_of(consumer) == ["|"]


def test_threads_of_a_scheduler_take_turns() -> None:
    hub: Hub[int] = Hub()
    recorded: list[int] = []
    ended = threading.Event()
    observable = hub.observe_on(NewThreadScheduler(), limit=3)
    observable.subscribe(recorded.append, on_completed=ended.set)
    feed(hub, 500)
    hub.on_completed()
    assert ended.wait(10)
    assert recorded == list(range(500))
