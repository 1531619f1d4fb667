"""`poll` waits on the subscriber's thread or on its scheduler's, and can be interrupted there."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import reactivex
from reactivex import abc
from reactivex import operators as rx
from reactivex.scheduler import (
    CurrentThreadScheduler,
    NewThreadScheduler,
)

from streamkit.polling import (
    Polling,
    Reply,
    poll,
    poll_until_done,
)
from tests.polling.jobs import Job, Source, is_z

PATIENCE = 10.0


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


def test_any_scheduler_will_do() -> None:
    seen: list[str] = []
    ended = threading.Event()
    poll(Source([*"abz"]), is_z, 0).subscribe(
        lambda job: seen.append(job.status), on_completed=ended.set, scheduler=NewThreadScheduler()
    )
    assert ended.wait(PATIENCE)
    assert seen == ["a", "b", "z"]
