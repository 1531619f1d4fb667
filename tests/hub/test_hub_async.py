from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators
from reactivex.scheduler.eventloop import AsyncIOScheduler, AsyncIOThreadSafeScheduler

from streamkit import AsyncOpenAI, Hub, SlowConsumerError, StreamClosedError
from streamkit import operators as ops
from streamkit.hub.backlog import Backlog
from streamkit.hub.channel import Channel
from streamkit.hub.waiters import Waiters
from tests.http_server import Do, ScriptedServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streamkit.hub.consumer import Consumer

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
LOST = OSError("lost")


async def rest_of(consumer: Consumer[Any]) -> list[Any]:
    """Return the items of a consumer; the last is the error, or ``|``."""
    taken: list[Any] = []
    try:
        async for event in consumer:
            taken.append(event)  # noqa: PERF401 - items before an error count
    except Exception as error:  # noqa: BLE001 - the test judges it
        return [*taken, error]
    return [*taken, "|"]


async def numbers(count: int, error: Exception | None = None) -> AsyncIterator[int]:
    for number in range(count):
        yield number
    if error is not None:
        raise error


@pytest.mark.parametrize("overflow", ["block", "drop_oldest", "coalesce", "fail"])
async def test_tasks_that_keep_up_get_everything_whatever_the_overflow(overflow: Any) -> None:
    hub: Hub[int] = Hub()
    consumers: list[Consumer[Any]] = [hub.consumer(limit=2, overflow=overflow) for _ in range(3)]
    tasks = [asyncio.create_task(rest_of(consumer)) for consumer in consumers]
    await hub.adrive(numbers(300))
    assert await asyncio.gather(*tasks) == [[*range(300), "|"]] * 3


async def test_the_error_of_the_stream_is_emitted_and_not_raised() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    await hub.adrive(numbers(1, LOST))
    assert await rest_of(consumer) == [0, LOST]


async def test_the_driver_awaits_a_consumer_that_blocks() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer(limit=2)
    driver = asyncio.create_task(hub.adrive(numbers(5)))
    done, _ = await asyncio.wait({driver}, timeout=0)
    assert not done
    assert await rest_of(consumer) == [*range(5), "|"]
    await driver


async def test_a_driver_awaits_a_thread_that_reads() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer(limit=1)
    reading = asyncio.to_thread(list, consumer)
    taken, _ = await asyncio.gather(reading, hub.adrive(numbers(100)))
    assert taken == list(range(100))


async def test_a_thread_that_feeds_waits_for_a_task() -> None:
    hub: Hub[int] = Hub()
    task = asyncio.create_task(rest_of(hub.consumer(limit=1)))
    await asyncio.to_thread(hub.drive, iter(range(100)))
    assert await task == [*range(100), "|"]


async def test_a_task_that_waits_can_be_cancelled_and_wait_again() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer(overflow="coalesce")
    for _ in range(3):
        waiting = asyncio.create_task(anext(consumer))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    hub.on_next(1)
    assert await anext(consumer) == 1


def unfulfilled() -> int:
    """Return the number of futures, besides tasks, that are kept without a result."""
    gc.collect()
    kept: list[Any] = [item for item in gc.get_objects() if type(item) is asyncio.Future]
    return sum(not future.done() or future.cancelled() for future in kept)


async def test_of_waits_that_are_cancelled_nothing_is_left() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer(overflow="drop_oldest")
    before = unfulfilled()
    for _ in range(100):
        waiting = asyncio.create_task(anext(consumer))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert unfulfilled() - before < 10
    hub.on_next(1)
    assert await anext(consumer) == 1


async def test_of_a_driver_that_waits_for_room_and_is_cancelled_nothing_is_left() -> None:
    channel = Channel[int](Backlog(1))
    channel.put(0)
    before = unfulfilled()
    for _ in range(100):
        waiting = asyncio.create_task(channel.await_room())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert unfulfilled() - before < 10


async def test_to_close_a_consumer_wakes_the_task_in_it() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    task = asyncio.create_task(rest_of(consumer))
    await asyncio.sleep(0)
    await asyncio.to_thread(consumer.close)
    (error,) = await task
    assert isinstance(error, StreamClosedError)


async def test_an_observer_on_a_loop_does_not_block_it() -> None:
    hub: Hub[int] = Hub()
    blocking, other = hub.consumer(), hub.consumer(overflow="coalesce")
    hub.on_next(1)
    hub.on_completed()
    (error,) = await rest_of(blocking)
    assert isinstance(error, RuntimeError)
    assert "await hub.adrive(stream)" in str(error)
    assert await rest_of(other) == [1, "|"]


async def test_a_stream_is_let_go_when_its_only_consumer_falls_behind() -> None:
    read: list[int] = []
    hub: Hub[int] = Hub()
    consumer = hub.consumer(limit=1, overflow="fail")

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(10):
                read.append(number)
                yield number
        finally:
            read.append(-1)

    await hub.adrive(numbers())
    assert read == [0, 1, -1]
    assert isinstance((await rest_of(consumer))[-1], SlowConsumerError)


async def test_one_that_fails_leaves_the_others_alone() -> None:
    hub: Hub[int] = Hub()
    failing = hub.consumer(limit=3, overflow="fail")
    task = asyncio.create_task(rest_of(hub.consumer(limit=3)))
    await hub.adrive(numbers(10))
    *taken, error = await rest_of(failing)
    assert taken == [0, 1, 2]
    assert isinstance(error, SlowConsumerError)
    assert await task == [*range(10), "|"]


async def test_to_cancel_the_driver_ends_the_consumers() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    driver = asyncio.create_task(hub.adrive(endless()))
    assert await anext(consumer) == 0
    driver.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driver
    (error,) = await rest_of(consumer)
    assert isinstance(error, StreamClosedError)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["on the loop", "from a thread"])
async def test_the_last_to_leave_ends_a_driver_that_waits_and_its_task_goes_on(
    elsewhere: bool,
) -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    went_on: list[int] = []

    async def drive() -> None:
        await hub.adrive(endless())
        await asyncio.sleep(0)
        task = asyncio.current_task()
        assert task is not None
        went_on.append(task.cancelling())

    driver = asyncio.create_task(drive())
    assert await anext(consumer) == 0
    if elsewhere:
        await asyncio.to_thread(consumer.close)
    else:
        consumer.close()
    await driver
    assert went_on == [0]


async def test_who_is_cancelled_as_well_is_cancelled() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    driver = asyncio.create_task(hub.adrive(endless()))
    assert await anext(consumer) == 0
    consumer.close()
    driver.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driver


async def test_a_driver_that_lost_its_last_consumer_meanwhile_closes_the_stream() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    read: list[int] = []

    async def leaving() -> AsyncIterator[int]:
        try:
            for number in range(5):
                if number == 2:
                    consumer.close()
                read.append(number)
                yield number
        finally:
            read.append(-1)

    await hub.adrive(leaving())
    assert read == [0, 1, 2, -1]


async def test_it_pushes_on_a_loop() -> None:
    hub: Hub[int] = Hub()
    here, there = list[int](), list[int]()
    ended = [asyncio.Event(), asyncio.Event()]
    loop = asyncio.get_running_loop()
    hub.observe_on(AsyncIOScheduler(loop)).subscribe(here.append, on_completed=ended[0].set)
    hub.observe_on(AsyncIOThreadSafeScheduler(loop), limit=1).subscribe(
        there.append, on_completed=ended[1].set
    )
    await hub.adrive(numbers(50))
    for event in ended:
        await event.wait()
    assert here == there == list(range(50))


def test_what_waited_on_a_loop_that_is_closed_hurts_nobody() -> None:
    waiters = Waiters()

    async def wait() -> None:
        waiters.task()

    asyncio.run(wait())
    here = waiters.thread()
    waiters.wake()
    assert here.acquire(blocking=False)


async def test_a_stream_feeds_tasks() -> None:
    hub: Hub[Any] = Hub()
    tasks = [asyncio.create_task(rest_of(hub.consumer(limit=1))) for _ in range(3)]
    parts = [part(letter) for letter in "abcdefgh"]
    with ScriptedServer(stream(*parts, part(finish_reason="stop"), DONE)) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            async with client.chat.completions.stream(**ASKED) as events:
                await hub.adrive(events)
    for taken in await asyncio.gather(*tasks):
        assert taken[-1] == "|"
        assert "".join(event.delta for event in taken if hasattr(event, "delta")) == "abcdefgh"


@pytest.mark.parametrize("how", ["drive", "connect"])
async def test_the_last_consumer_to_leave_hangs_up(how: str) -> None:
    hub: Hub[Any] = Hub()
    consumer = hub.consumer(overflow="coalesce")
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:

            async def drive() -> None:
                if how == "drive":
                    async with client.chat.completions.stream(**ASKED) as events:
                        await hub.adrive(events)
                else:
                    hub.connect(client.chat.completions.observe(**ASKED))

            driver = asyncio.create_task(drive())
            async with consumer:
                assert [(await anext(consumer)).type for _ in range(2)] == [
                    "chunk",
                    "content.delta",
                ]
            assert await asyncio.to_thread(server.hung_up.wait, 10)
            await driver


async def pipeline_of(client: AsyncOpenAI, hub: Hub[Any], how: str) -> None:
    answer = client.chat.completions.observe(**ASKED).pipe(ops.text())
    if how == "twice":  # an operator that emits several items at once
        letters: Any = rx_operators.flat_map(list)
        answer = answer.pipe(letters)
    hub.connect(answer)


@pytest.mark.parametrize("how", ["once", "twice"])
async def test_a_pipeline_that_is_connected_waits_for_a_slow_consumer(how: str) -> None:
    hub: Hub[str] = Hub()
    slow, fast = hub.consumer(limit=1), hub.consumer(limit=1)
    following = asyncio.create_task(rest_of(fast))
    texts = [letter * 3 for letter in "abcdefgh"]
    body = stream(*map(part, texts), part(finish_reason="stop"), DONE)
    with ScriptedServer(body) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            await pipeline_of(client, hub, how)
            taken: list[str] = []
            async for text in slow:
                taken.append(text)
                for _ in range(20):
                    await asyncio.sleep(0)
                assert slow.waiting <= 1
            assert "".join(taken) == "".join(texts)
            assert await following == [*taken, "|"]


async def test_an_observable_is_subscribed_to_at_once() -> None:
    hub: Hub[int] = Hub()
    source: rx.Subject[int] = rx.Subject()
    consumer = hub.consumer()
    hub.connect(source)
    source.on_next(1)
    source.on_completed()
    assert await rest_of(consumer) == [1, "|"]


async def test_closing_the_hub_disposes_of_what_is_connected() -> None:
    hub: Hub[int] = Hub()
    source: rx.Subject[int] = rx.Subject()
    hub.connect(source)
    hub.close()
    for _ in range(5):
        await asyncio.sleep(0)
    assert source.observers == []


async def endless() -> AsyncIterator[int]:
    yield 0
    await asyncio.Event().wait()
