"""Disposing of a subscription ends the request, however it was moved to another thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeAlias

import pytest
import reactivex
from reactivex import Observable, Subject, abc
from reactivex import operators as rx
from reactivex.scheduler import (
    CurrentThreadScheduler,
    EventLoopScheduler,
    ImmediateScheduler,
    NewThreadScheduler,
    ThreadPoolScheduler,
    TimeoutScheduler,
)
from reactivex.scheduler.eventloop import AsyncIOScheduler

from streamkit import OpenAI
from streamkit._rx.push import _Subscription  # pyright: ignore[reportPrivateUsage] - for a race
from streamkit.polling import poll
from tests.http_server import STREAM_HEAD, Do, Script, ScriptedServer
from tests.leftovers import PATIENCE, nothing_left
from tests.sse_bodies import DONE, part, stream

pytestmark = pytest.mark.diagonal

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
Observed: TypeAlias = Observable[Any]
Move: TypeAlias = Callable[[Observed], Observed]

MOMENTS: dict[str, Script] = {
    "before the headers": [Do.HOLD],
    "before the first chunk": [STREAM_HEAD, Do.HOLD],
    "in the middle": stream(part("a"), end=[Do.HOLD]),
}


@contextmanager
def pool() -> Generator[abc.SchedulerBase]:
    scheduler = ThreadPoolScheduler(1)
    yield scheduler
    scheduler.executor.shutdown(wait=False)


Scheduler: TypeAlias = Callable[[], AbstractContextManager[abc.SchedulerBase]]
SCHEDULERS: dict[str, Scheduler] = {
    "a new thread": lambda: nullcontext(NewThreadScheduler()),
    "a pool": pool,
    "a loop of its own": lambda: nullcontext(EventLoopScheduler(exit_if_empty=True)),
    "timers": lambda: nullcontext(TimeoutScheduler()),
}
ON_THE_CALLERS: dict[str, Scheduler] = {
    "in turns": lambda: nullcontext(CurrentThreadScheduler()),
    "at once": lambda: nullcontext(ImmediateScheduler()),
}
MOVES: dict[str, Callable[[abc.SchedulerBase], Move]] = {
    "subscribe_on": rx.subscribe_on,
    "subscribe_on, twice": lambda one: (
        lambda source: source.pipe(rx.subscribe_on(one), rx.subscribe_on(NewThreadScheduler()))
    ),
    "subscribe_on under an operator": lambda one: (
        lambda source: source.pipe(rx.subscribe_on(one), rx.map(lambda event: event))
    ),
    "subscribe_on over an operator": lambda one: (
        lambda source: source.pipe(rx.map(lambda event: event), rx.subscribe_on(one))
    ),
    "subscribe_on and observe_on": lambda one: (
        lambda source: source.pipe(rx.subscribe_on(one), rx.observe_on(NewThreadScheduler()))
    ),
    "merged": lambda one: (
        lambda source: reactivex.merge(source.pipe(rx.subscribe_on(one)), reactivex.never())
    ),
    "the loser of amb": lambda one: (
        lambda source: reactivex.amb(
            source.pipe(rx.subscribe_on(one), rx.ignore_elements()), reactivex.never()
        )
    ),
    "switched": lambda one: (
        lambda source: reactivex.of(source.pipe(rx.subscribe_on(one))).pipe(rx.switch_latest())
    ),
}


@pytest.fixture(params=list(MOMENTS))
def server(request: pytest.FixtureRequest) -> Iterator[ScriptedServer]:
    with nothing_left(), ScriptedServer(MOMENTS[request.param]) as server:
        yield server


@pytest.mark.parametrize("scheduler", SCHEDULERS.values(), ids=SCHEDULERS)
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_disposing_hangs_up(
    server: ScriptedServer,
    move: Callable[[abc.SchedulerBase], Move],
    scheduler: Scheduler,
) -> None:
    ends: list[Any] = []
    with scheduler() as one, OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        moved = client.chat.completions.observe(**ASKED).pipe(move(one))
        subscription = moved.subscribe(on_error=ends.append, on_completed=lambda: ends.append(""))
        assert server.asked.wait(PATIENCE)
        subscription.dispose()
        assert server.hung_up.wait(PATIENCE)
    assert ends == []


def test_an_observable_that_says_when_to_stop_hangs_up(server: ScriptedServer) -> None:
    stop: Subject[None] = Subject()
    with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        moved: Observed = client.chat.completions.observe(**ASKED).pipe(
            rx.subscribe_on(NewThreadScheduler())
        )
        moved.pipe(rx.take_until(stop)).subscribe()
        assert server.asked.wait(PATIENCE)
        stop.on_next(None)
        assert server.hung_up.wait(PATIENCE)


def test_a_timeout_of_reactivex_hangs_up(server: ScriptedServer) -> None:
    failed = threading.Event()
    with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        moved: Observed = client.chat.completions.observe(**ASKED).pipe(
            rx.subscribe_on(EventLoopScheduler(exit_if_empty=True))
        )
        moved.pipe(rx.timeout(0.2)).subscribe(on_error=lambda _: failed.set())
        assert failed.wait(PATIENCE)
        assert not server.connections or server.hung_up.wait(PATIENCE)


@pytest.mark.parametrize(
    "scheduler",
    [*SCHEDULERS.values(), *ON_THE_CALLERS.values()],
    ids=[*SCHEDULERS, *ON_THE_CALLERS],
)
def test_a_moved_stream_says_all_it_says_otherwise(
    scheduler: Scheduler,
) -> None:
    here: list[Any] = []
    there: list[Any] = []
    done = threading.Event()
    with ScriptedServer(stream(part("Hi"), part("!", "stop"), DONE)) as server:
        with nothing_left(), scheduler() as one, OpenAI(api_key="k", base_url=server.url) as client:
            observed = client.chat.completions.observe(**ASKED)
            observed.subscribe(here.append)
            observed.pipe(rx.subscribe_on(one)).subscribe(there.append, on_completed=done.set)
            assert done.wait(PATIENCE)
    assert there == here


def test_an_error_of_a_moved_stream_arrives() -> None:
    ends: list[Exception] = []
    failed = threading.Event()

    def fail(error: Exception) -> None:
        ends.append(error)
        failed.set()

    with ScriptedServer(stream(part("Hi"))) as server:
        with nothing_left(), OpenAI(api_key="k", base_url=server.url) as client:
            client.chat.completions.observe(**ASKED).pipe(
                rx.subscribe_on(NewThreadScheduler())
            ).subscribe(on_error=fail)
            assert failed.wait(PATIENCE)
    assert [type(error).__name__ for error in ends] == ["StreamTruncatedError"]


def test_a_pool_of_one_thread_runs_one_moved_stream_at_a_time() -> None:
    first, second = threading.Event(), threading.Event()
    with ScriptedServer(
        stream(part("a"), end=[first, b"", Do.HANG_UP]), stream(part("b", "stop"), DONE)
    ) as server:
        with pool() as one, OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            moved = client.chat.completions.observe(**ASKED).pipe(rx.subscribe_on(one))
            moved.subscribe(on_error=lambda _: None)
            assert server.asked.wait(PATIENCE)
            moved.subscribe(on_completed=second.set)
            assert len(server.requests) == 1
            first.set()
            assert second.wait(PATIENCE)
        assert len(server.requests) == 2


@pytest.mark.parametrize("scheduler", SCHEDULERS.values(), ids=SCHEDULERS)
def test_disposing_ends_a_moved_poll_that_hangs(
    scheduler: Scheduler,
) -> None:
    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        with scheduler() as one, OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            polled = poll(
                lambda: client.files.retrieve("file-1"), until=lambda file: file.status == "done"
            )
            subscription = polled.pipe(rx.subscribe_on(one)).subscribe()
            assert server.asked.wait(PATIENCE)
            subscription.dispose()
            assert server.hung_up.wait(PATIENCE)


async def test_a_subscription_that_ends_before_its_turn_begins_no_thread() -> None:
    opened: list[str] = []

    def open_stream() -> Any:
        opened.append("a stream")

    subscription: _Subscription[Any] = _Subscription(open_stream, Subject())
    subscription.dispose()
    threads = {*threading.enumerate()}
    subscription.push(AsyncIOScheduler(asyncio.get_running_loop()))
    assert {*threading.enumerate()} <= threads
    assert opened == []
