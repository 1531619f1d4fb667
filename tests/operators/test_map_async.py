"""``map_async`` maps by functions that take time, several calls at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import reactivex
from reactivex import Observable, Subject
from reactivex import operators as rx_operators

from streamkit import AsyncOpenAI, OpenAI, iterate
from streamkit import operators as ops
from streamkit._rx import loop_mapping
from streamkit.errors import SlowConsumerError, StreamkitError
from tests.http_server import Do, ScriptedServer
from tests.rx.test_iterate import Numbers, from_numbers, from_numbers_async
from tests.sse_bodies import part, stream

LOST = OSError("lost")


class Calls:
    """Functions whose calls a test ends, one by one, and that note how many run at a time."""

    def __init__(self) -> None:
        self.ends: dict[Any, asyncio.Future[Any]] = {}
        self.running: list[Any] = []
        self.cancelled: list[Any] = []

    async def __call__(self, item: Any) -> Any:
        self.running.append(item)
        end = self.ends[item] = asyncio.get_running_loop().create_future()
        try:
            return await end
        except asyncio.CancelledError:
            self.cancelled.append(item)
            raise
        finally:
            self.running.remove(item)

    def end(self, item: Any) -> None:
        self.ends[item].set_result(item.upper())


async def settle() -> None:
    """Let everything happen that can happen on the loop."""
    for _ in range(10):
        await asyncio.sleep(0)


async def upper(item: str) -> str:
    await asyncio.sleep(0)
    return item.upper()


def begun(item: str) -> Awaitable[str]:
    return upper(item)


def watched(observable: Observable[Any]) -> tuple[list[Any], Any]:
    """Subscribe; return what is emitted, with the end, and the subscription."""
    seen: list[Any] = []
    subscription = observable.subscribe(seen.append, seen.append, lambda: seen.append("end"))
    return seen, subscription


@pytest.mark.parametrize(
    ("ordered", "expected"),
    [
        pytest.param(True, ["A", "B", "C"], id="ordered"),
        pytest.param(False, ["B", "A", "C"], id="as they come"),
    ],
)
def test_results_come_in_order_or_as_they_come(ordered: bool, expected: list[str]) -> None:
    async def main() -> None:
        calls, source = Calls(), reactivex.of("a", "b", "c")
        seen, _ = watched(source.pipe(ops.map_async(calls, max_concurrent=3, ordered=ordered)))
        await settle()
        for item in "bac":
            calls.end(item)
            await settle()
        assert seen == [*expected, "end"]

    asyncio.run(main())


def test_no_more_run_than_may_and_the_next_begins_when_one_ends() -> None:
    async def main() -> None:
        calls = Calls()
        seen, _ = watched(reactivex.of(*"abcd").pipe(ops.map_async(calls, max_concurrent=2)))
        await settle()
        assert calls.running == ["a", "b"]
        calls.end("b")
        await settle()
        assert (calls.running, seen) == (["a"], [])  # a result that waits keeps its place
        calls.end("a")
        await settle()
        assert (calls.running, seen) == (["c", "d"], ["A", "B"])

    asyncio.run(main())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(reactivex.empty(), ["end"], id="empty"),
        pytest.param(reactivex.throw(LOST), [LOST], id="error"),
        pytest.param(reactivex.of("a", "b"), ["A", "B", "end"], id="happy"),
    ],
)
@pytest.mark.parametrize(
    "function",
    [upper, str.upper, begun],
    ids=["async", "sync", "returns an awaitable"],
)
def test_a_source_is_mapped(
    source: Observable[Any], expected: list[Any], function: Callable[[Any], Any]
) -> None:
    async def main() -> None:
        ended = asyncio.Semaphore(0)
        mapped = source.pipe(ops.map_async(function), rx_operators.finally_action(ended.release))
        (seen, _), (second, _) = watched(mapped), watched(mapped)
        await ended.acquire()
        await ended.acquire()
        assert seen == second == expected

    asyncio.run(main())


def test_an_error_of_the_function_cancels_the_others_and_lets_the_source_go() -> None:
    async def main() -> None:
        calls, source = Calls(), Subject[str]()
        seen, _ = watched(source.pipe(ops.map_async(calls)))
        for item in "ab":
            source.on_next(item)
        await settle()
        calls.ends["b"].set_exception(LOST)
        await settle()
        assert (seen, calls.cancelled, source.observers) == ([LOST], ["a"], [])

    asyncio.run(main())


def test_an_error_of_the_source_cancels_what_runs() -> None:
    async def main() -> None:
        calls, source = Calls(), Subject[str]()
        seen, _ = watched(source.pipe(ops.map_async(calls)))
        source.on_next("a")
        await settle()
        source.on_error(LOST)
        await settle()
        assert (seen, calls.cancelled) == ([LOST], ["a"])

    asyncio.run(main())


def test_disposal_cancels_what_runs() -> None:
    async def main() -> None:
        calls, source = Calls(), Subject[str]()
        seen, subscription = watched(source.pipe(ops.map_async(calls, max_concurrent=1)))
        for item in "ab":
            source.on_next(item)
        await settle()
        subscription.dispose()
        await settle()
        assert (seen, calls.cancelled, calls.running, source.observers) == ([], ["a"], [], [])

    asyncio.run(main())


def test_what_cannot_wait_is_ahead_by_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_mapping, "UNWAITING_LIMIT", 3)

    async def main() -> None:
        calls, source = Calls(), Subject[str]()
        seen, _ = watched(source.pipe(ops.map_async(calls, max_concurrent=1)))
        for item in "abcde":
            source.on_next(item)
        await settle()
        assert [type(each) for each in seen] == [SlowConsumerError]

    asyncio.run(main())


def test_an_async_function_without_a_loop_is_an_error_that_says_so() -> None:
    seen, _ = watched(reactivex.of("a").pipe(ops.map_async(upper)))
    assert [type(each) for each in seen] == [StreamkitError]
    seen, _ = watched(reactivex.of("a").pipe(ops.map_async(begun)))
    assert [type(each) for each in seen] == [TypeError]


@pytest.mark.parametrize("most", [0, -1])
def test_a_number_that_is_none_is_refused(most: int) -> None:
    with pytest.raises(ValueError, match="max_concurrent must be at least 1"):
        ops.map_async(upper, max_concurrent=most)


# A source that can wait


async def awaited(number: int) -> int:
    await asyncio.sleep(0)
    return number


@pytest.mark.parametrize("source", [from_numbers, from_numbers_async], ids=["sync", "async"])
@pytest.mark.parametrize("function", [awaited, abs], ids=["async", "sync"])
def test_an_async_loop_slows_the_source(
    source: Callable[[Numbers], Observable[int]], function: Callable[[int], Any]
) -> None:
    async def main() -> None:
        numbers = Numbers(1_000)
        mapped = source(numbers).pipe(ops.map_async(function, max_concurrent=2))
        taken: list[int] = []
        async for number in iterate(mapped):
            taken.append(number)
            for _ in range(20):
                await asyncio.sleep(0.0005 if function is abs else 0)
            assert numbers.read <= len(taken) + 4
            if len(taken) == 5:
                break
        assert taken == [0, 1, 2, 3, 4]
        assert await asyncio.to_thread(numbers.closed.wait, 10)

    asyncio.run(main())


def test_a_for_loop_slows_the_source() -> None:
    numbers = Numbers(1_000)
    taken: list[int] = []
    for number in iterate(from_numbers(numbers).pipe(ops.map_async(abs, max_concurrent=2))):
        taken.append(number)
        assert numbers.read <= len(taken) + 5
        if len(taken) == 5:
            break
    assert taken == [0, 1, 2, 3, 4]
    assert numbers.closed.wait(10)


def test_a_subscription_on_a_thread_returns_when_all_was_emitted() -> None:
    numbers = Numbers(50)
    barrier = threading.Barrier(4)

    def together(number: int) -> int:
        if number < 4:
            barrier.wait(10)
        return -number

    seen, _ = watched(from_numbers(numbers).pipe(ops.map_async(together, max_concurrent=4)))
    assert seen == [*range(0, -50, -1), "end"]


def test_an_error_on_a_thread_arrives_as_one() -> None:
    def fail(number: int) -> int:
        if number == 3:
            raise LOST
        return number

    numbers = Numbers(1_000)
    seen, _ = watched(from_numbers(numbers).pipe(ops.map_async(fail, max_concurrent=1)))
    assert seen == [0, 1, 2, LOST]
    assert numbers.closed.wait(10)


def test_taking_enough_ends_the_source_on_a_thread() -> None:
    numbers = Numbers(1_000)
    mapped = from_numbers(numbers).pipe(ops.map_async(abs), rx_operators.take(3))
    assert watched(mapped)[0] == [0, 1, 2, "end"]
    assert numbers.closed.wait(10)


def test_a_loop_whose_body_feeds_the_source_does_not_wait_for_itself() -> None:
    source: Subject[int] = Subject()
    subscribed = threading.Event()

    def subscribe(observer: Any, _: Any = None) -> Any:
        subscription = source.subscribe(observer)
        subscribed.set()
        return subscription

    def feed_first() -> None:
        subscribed.wait(10)
        source.on_next(0)

    fed: Observable[int] = Observable(subscribe)
    mapped = fed.pipe(ops.map_async(abs, max_concurrent=1), rx_operators.take(5))
    threading.Thread(target=feed_first).start()
    taken: list[int] = []
    for number in iterate(mapped):
        taken.append(number)
        if number == 0:
            for following in range(1, 5):
                source.on_next(following)
    assert taken == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("client", [OpenAI, AsyncOpenAI])
def test_leaving_a_loop_hangs_up(client: Any) -> None:
    async def main(url: str) -> None:
        api = client(api_key="k", base_url=url, max_retries=0)
        answer = api.chat.completions.observe(model="m", messages=[])
        async for text in iterate(answer.pipe(ops.text(), ops.map_async(upper))):
            assert text == "A"
            break

    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        asyncio.run(main(server.url))
        assert server.hung_up.wait(10)
