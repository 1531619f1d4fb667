"""What is awaited is polled on the running event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from reactivex import operators as rx
from reactivex.scheduler import (
    HistoricalScheduler,
)

from streamkit import OpenAIError, PollTimeoutError
from streamkit.polling import (
    poll,
)
from tests.polling.jobs import Job, Source, is_z
from tests.polling.test_poll_threads import PATIENCE


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
