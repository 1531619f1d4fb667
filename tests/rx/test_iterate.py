"""A ``for`` or ``async for`` over an observable loses nothing, holds little, and disposes."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from itertools import count
from typing import Any, Self, TypeAlias

import pytest
import reactivex
from reactivex import Observable, Subject
from reactivex import operators as rx
from reactivex.disposable import Disposable
from reactivex.scheduler import NewThreadScheduler

from streamkit import AsyncOpenAI, OpenAI, iterate
from streamkit import operators as ops
from streamkit._rx import iteration
from streamkit._rx.async_push import observe_async
from streamkit._rx.push import observe
from streamkit.errors import APIError, SlowConsumerError, StreamkitError
from tests.http_server import Do, ScriptedServer
from tests.sse_bodies import DONE, part, stream

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
LOST = OSError("lost")
NOTHING: Observable[Any] = reactivex.empty()
NO_ITEMS: list[Any] = []

Taken: TypeAlias = "tuple[list[Any], str]"


class Numbers:
    """A stream of numbers, for both kinds of clients, that notes how far it was read."""

    def __init__(self, end: int | Exception = 5, pace: Callable[[], Any] | None = None) -> None:
        self._numbers = iter(count()) if isinstance(end, Exception) else iter(range(end))
        self._error = end if isinstance(end, Exception) else None
        self.pace = pace
        self.read = 0
        self.closed = threading.Event()

    def __next__(self) -> int:
        if self.pace is not None:
            self.pace()
        number = next(self._numbers)
        if self._error is not None and number == 3:
            raise self._error
        self.read += 1
        return number

    def close(self) -> None:
        self.closed.set()

    async def __anext__(self) -> int:
        await asyncio.sleep(0)
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


def from_numbers(numbers: Numbers) -> Observable[int]:
    return observe(lambda: numbers)


def from_numbers_async(numbers: Numbers) -> Observable[int]:
    async def opened() -> Numbers:
        return numbers

    return observe_async(opened)


def taken(observable: Observable[Any], most: int = 1_000) -> Taken:
    """Loop with ``for``; return the items, and how the loop ended."""
    items: list[Any] = []
    try:
        for item in iterate(observable):
            items.append(item)
            if len(items) == most:
                return items, "left"
    except Exception as error:  # noqa: BLE001 - it is the result
        return items, repr(error)
    return items, "completed"


def taken_async(observable: Observable[Any], most: int = 1_000) -> Taken:
    """Do the same with ``async for``."""

    async def main() -> Taken:
        items: list[Any] = []
        try:
            async for item in iterate(observable):
                items.append(item)
                if len(items) == most:
                    return items, "left"
        except Exception as error:  # noqa: BLE001 - it is the result
            return items, repr(error)
        return items, "completed"

    return asyncio.run(main())


LOOPS = pytest.mark.parametrize("loop", [taken, taken_async])


@LOOPS
@pytest.mark.parametrize(
    ("observable", "expected"),
    [
        pytest.param(lambda: reactivex.of(1, 2, 3), ([1, 2, 3], "completed"), id="happy"),
        pytest.param(lambda: NOTHING, (NO_ITEMS, "completed"), id="empty"),
        pytest.param(
            lambda: reactivex.concat(reactivex.of(1, 2), reactivex.throw(LOST)),
            ([1, 2], repr(LOST)),
            id="error",
        ),
        pytest.param(
            lambda: from_numbers(Numbers()), ([0, 1, 2, 3, 4], "completed"), id="a stream"
        ),
        pytest.param(
            lambda: from_numbers(Numbers(LOST)), ([0, 1, 2], repr(LOST)), id="a stream that fails"
        ),
        pytest.param(
            lambda: from_numbers(Numbers()).pipe(
                rx.flat_map(lambda number: from_numbers(Numbers(2)).pipe(rx.map(lambda _: number)))
            ),
            ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], "completed"),
            id="a stream within each item",
        ),
        pytest.param(
            lambda: reactivex.timer(0.001).pipe(rx.flat_map(lambda _: from_numbers(Numbers(2)))),
            ([0, 1], "completed"),
            id="a stream on a timer's thread",
        ),
        pytest.param(
            lambda: from_numbers(Numbers()).pipe(rx.observe_on(NewThreadScheduler())),
            ([0, 1, 2, 3, 4], "completed"),
            id="moved to another thread",
        ),
    ],
)
def test_a_loop_gets_every_item_and_the_end(
    loop: Callable[..., Taken], observable: Callable[[], Observable[Any]], expected: Taken
) -> None:
    items, end = loop(observable())
    assert (sorted(items), end) == expected


def test_of_two_streams_neither_waits_for_the_other() -> None:
    barrier = threading.Barrier(2, timeout=10)
    both = reactivex.merge(
        from_numbers(Numbers(2, barrier.wait)), from_numbers(Numbers(2, barrier.wait))
    )
    items, end = taken(both)
    assert (sorted(items), end) == ([0, 0, 1, 1], "completed")


@LOOPS
def test_each_loop_is_a_subscription_and_none_is_made_before(loop: Callable[..., Taken]) -> None:
    subscribed: list[int] = []

    def subscribe(observer: Any, _: Any = None) -> Disposable:
        subscribed.append(1)
        observer.on_completed()
        return Disposable()

    observable: Observable[Any] = Observable(subscribe)
    iterate(observable)
    assert not subscribed
    loop(observable)
    loop(observable)
    assert len(subscribed) == 2


def test_a_stream_is_not_read_before_its_items_are_asked_for() -> None:
    numbers = Numbers(100)
    loop = iter(iterate(from_numbers(numbers)))
    assert [next(loop), next(loop)] == [0, 1]
    assert numbers.read == 2


def test_a_stream_is_read_ahead_by_the_buffer() -> None:
    numbers = Numbers(100)
    ahead = threading.Event()

    def pace() -> None:
        if numbers.read == 2 + 3:
            ahead.set()

    numbers.pace = pace
    loop = iter(iterate(from_numbers(numbers), buffer=3))
    assert [next(loop), next(loop)] == [0, 1]
    assert ahead.wait(10)
    assert numbers.read <= 2 + 3 + 1  # and one that waits for room
    assert list(loop) == list(range(2, 100))


@pytest.mark.parametrize(("buffer", "read"), [(0, 2), (3, 2 + 3 + 1)])
def test_a_task_reads_ahead_of_its_loop_by_the_buffer(buffer: int, read: int) -> None:
    numbers = Numbers(100)

    async def main() -> None:
        loop = aiter(iterate(from_numbers_async(numbers), buffer=buffer))
        assert [await anext(loop), await anext(loop)] == [0, 1]
        for _ in range(100):
            await asyncio.sleep(0)
        assert numbers.read == read

    asyncio.run(main())


@pytest.mark.parametrize("buffer", [0, 3])
def test_a_source_on_another_thread_waits_there(buffer: int) -> None:
    emitted: list[int] = []
    ahead = threading.Event()

    def emit(observer: Any, _: Any = None) -> Disposable:
        def run() -> None:
            for number in range(100):
                emitted.append(number)
                if len(emitted) == 2 + buffer:
                    ahead.set()
                observer.on_next(number)

        threading.Thread(target=run, daemon=True).start()
        return Disposable()

    observable: Observable[Any] = Observable(emit)
    loop = iter(iterate(observable, buffer=buffer))
    assert next(loop) == 0
    assert ahead.wait(10)
    assert len(emitted) <= 2 + buffer
    assert [next(loop) for _ in range(50)] == list(range(1, 51))
    loop.close()


def test_an_endless_source_that_emits_at_once_can_be_left() -> None:
    assert taken(reactivex.from_iterable(count()), most=3) == ([0, 1, 2], "left")


def test_a_subject_fed_by_the_loop_itself_is_ahead_by_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(iteration, "UNWAITING_LIMIT", 3)
    subject: Subject[int] = Subject()

    def subscribe(observer: Any, _: Any = None) -> Any:
        subscription = subject.subscribe(observer)
        threading.Thread(target=subject.on_next, args=(0,), daemon=True).start()
        return subscription

    observable: Observable[int] = Observable(subscribe)
    items: list[int] = []

    def loop() -> None:
        for item in iterate(observable):
            items.append(item)
            for number in range(1, 6):
                subject.on_next(number)

    with pytest.raises(SlowConsumerError):
        loop()
    assert items == [0, 1, 2, 3, 4]


@LOOPS
@pytest.mark.parametrize("way", ["break", "raise", "return"])
def test_leaving_the_loop_closes_the_stream(loop: Callable[..., Taken], way: str) -> None:
    numbers = Numbers(100)
    expected = pytest.raises(OSError, match="lost") if way == "raise" else nullcontext()

    def leave() -> None:
        for _ in iterate(from_numbers(numbers)):
            if way == "break":
                break
            if way == "raise":
                raise LOST
            return

    async def leave_async() -> None:
        async for _ in iterate(from_numbers_async(numbers)):
            if way == "break":
                break
            if way == "raise":
                raise LOST
            return

    with expected:
        leave() if loop is taken else asyncio.run(leave_async())
    del expected
    gc.collect()
    assert numbers.closed.wait(10)


def test_closing_from_another_thread_wakes_a_loop_that_waits() -> None:
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            loop = iter(iterate(client.chat.completions.observe(**ASKED)))
            next(loop)
            reading = threading.Thread(target=list, args=(loop,), daemon=True)
            reading.start()
            loop.close()
            reading.join(10)
            assert not reading.is_alive()
        assert server.hung_up.wait(10)


def test_the_server_sees_that_a_loop_was_left() -> None:
    with ScriptedServer(stream(part("a"), part("b"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            for event in iterate(client.chat.completions.observe(**ASKED)):
                if event.type == "content.delta":
                    break
        assert server.hung_up.wait(10)


async def test_cancelling_the_task_of_a_loop_closes_the_response() -> None:
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            seen = asyncio.Event()

            async def loop() -> None:
                async for _ in iterate(client.chat.completions.observe(**ASKED)):
                    seen.set()

            task = asyncio.create_task(loop())
            await seen.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            del task
            assert await asyncio.to_thread(server.hung_up.wait, 10)


def test_the_events_of_a_stream_are_those_of_its_loop() -> None:
    body = stream(*map(part, "abc"), part("", "stop"), DONE)
    with ScriptedServer(body) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                expected = [event.to_dict() for event in events]
            observed = client.chat.completions.chunks(**ASKED).pipe(ops.chat_events())
            assert [event.to_dict() for event in iterate(observed)][: len(expected)] == expected


async def test_a_blocking_client_can_be_looped_over_on_an_event_loop() -> None:
    with ScriptedServer(stream(*map(part, "abc"), part("", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            deltas = [
                event.delta
                async for event in iterate(client.chat.completions.observe(**ASKED))
                if event.type == "content.delta"
            ]
    assert "".join(deltas) == "abc"


def test_an_error_of_the_stream_keeps_what_had_arrived() -> None:
    body = stream(part("a"), b'data: {"error": {"message": "overloaded"}}\n\n')
    with ScriptedServer(body) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            with pytest.raises(APIError) as caught:
                list(iterate(client.chat.completions.observe(**ASKED)))
    assert caught.value.completion is not None
    assert caught.value.completion.choices[0].message.content == "a"


def test_the_async_client_needs_the_other_loop() -> None:
    client = AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:1")
    with pytest.raises(StreamkitError, match="running event loop"):
        list(iterate(client.chat.completions.observe(**ASKED)))


async def test_a_for_that_would_wait_for_its_own_event_loop_is_refused() -> None:
    with pytest.raises(RuntimeError, match="use `async for`"):
        for _ in iterate(reactivex.never()):
            pass


@pytest.mark.parametrize("what", [[1, 2], iter(()), None, "text"])
def test_what_is_no_observable_is_refused(what: Any) -> None:
    with pytest.raises(TypeError, match="iterate is applied to an observable"):
        iterate(what)


def test_a_negative_buffer_is_refused() -> None:
    with pytest.raises(ValueError, match="buffer must be at least 0"):
        iterate(reactivex.never(), buffer=-1)


def test_an_operator_that_raises_ends_the_loop() -> None:
    def fail(_: int) -> int:
        raise LOST

    numbers = Numbers()
    assert taken(from_numbers(numbers).pipe(rx.map(fail))) == ([], repr(LOST))
    assert numbers.closed.wait(10)


def test_nothing_keeps_a_loop_that_was_left() -> None:
    numbers: Iterable[int] = iterate(from_numbers(Numbers(100)))
    loop: Iterator[int] = iter(numbers)
    next(loop)
    before = threading.active_count()
    del loop
    gc.collect()
    assert threading.active_count() <= before
