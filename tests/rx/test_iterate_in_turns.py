"""A loop and its source take turns: an item passes the operators when the loop asks for it."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from reactivex import operators as rx

from streamkit import AsyncOpenAI, OpenAI, iterate
from streamkit._rx.async_push import observe_async
from tests.http_server import Do, ScriptedServer
from tests.rx.test_iterate import Numbers, from_numbers, from_numbers_async
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
USER: ContextVar[str] = ContextVar("user", default="nobody")
LOST = OSError("lost")


def test_each_event_of_a_chunk_waits_for_the_loop() -> None:
    happened: list[str] = []
    kinds: list[str] = []
    with ScriptedServer(stream(part("a"), part("b", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            observed = client.chat.completions.observe(**ASKED)
            passed = observed.pipe(rx.do_action(lambda _: happened.append("passed")))
            for event in iterate(passed):
                happened.append("taken")
                kinds.append(event.type)
    assert kinds[:2] == ["chunk", "content.delta"]
    assert happened == ["passed", "taken"] * len(kinds)


async def test_so_does_each_event_of_a_chunk_for_the_loop_of_a_task() -> None:
    happened: list[str] = []
    kinds: list[str] = []
    with ScriptedServer(stream(part("a"), part("b", "stop"), DONE)) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            observed = client.chat.completions.observe(**ASKED)
            passed = observed.pipe(rx.do_action(lambda _: happened.append("passed")))
            async for event in iterate(passed):
                happened.append("taken")
                kinds.append(event.type)
    assert kinds[:2] == ["chunk", "content.delta"]
    assert happened == ["passed", "taken"] * len(kinds)


def after_another(inner: Observable[int]) -> Observable[int]:
    return reactivex.concat(from_numbers_async(Numbers(1)), inner)


def for_an_item(inner: Observable[int]) -> Observable[int]:
    return from_numbers_async(Numbers(1)).pipe(rx.flat_map(lambda _: inner))


@pytest.mark.parametrize(("of", "expected"), [(after_another, [0, 0]), (for_an_item, [0, 1])])
async def test_a_stream_that_is_subscribed_to_within_the_loop_waits_for_it(
    of: Callable[[Observable[int]], Observable[int]], expected: list[int]
) -> None:
    inner = Numbers(100)
    loop = aiter(iterate(of(from_numbers_async(inner))))
    assert [await anext(loop), await anext(loop)] == expected
    for _ in range(100):
        await asyncio.sleep(0)
    assert inner.read <= 2 + 1  # a task of its own is ahead by the item that waits
    assert [item async for item in loop][-1] == 99


async def test_an_operator_sees_the_context_of_the_loop() -> None:
    USER.set("ada")
    seen = from_numbers_async(Numbers(3)).pipe(rx.map(lambda _: USER.get()))
    assert [user async for user in iterate(seen)] == ["ada"] * 3


async def test_the_demand_of_a_loop_is_not_that_of_its_body() -> None:
    async for _ in iterate(from_numbers_async(Numbers(1))):
        pushed: list[int] = []
        done = asyncio.Event()
        from_numbers_async(Numbers(3)).subscribe(pushed.append, on_completed=done.set)
        await asyncio.wait_for(done.wait(), 10)
        assert pushed == [0, 1, 2]


def fails_at_three(number: int) -> int:
    if number == 3:
        raise LOST
    return number


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(lambda: from_numbers_async(Numbers(LOST)), id="the stream raises"),
        pytest.param(
            lambda: from_numbers_async(Numbers()).pipe(rx.map(fails_at_three)),
            id="an operator raises",
        ),
    ],
)
async def test_what_came_before_an_error_is_taken_first(
    source: Callable[[], Observable[int]],
) -> None:
    loop = aiter(iterate(source()))
    assert [await anext(loop) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="lost"):
        await anext(loop)


async def test_a_stream_that_cannot_be_opened_ends_the_loop_with_its_error() -> None:
    async def fail() -> Numbers:
        raise LOST

    with pytest.raises(OSError, match="lost"):
        [item async for item in iterate(observe_async(fail))]


async def test_a_loop_that_is_cancelled_while_its_stream_opens_is_at_its_end() -> None:
    opening = asyncio.Event()

    async def never() -> Numbers:
        opening.set()
        await asyncio.Event().wait()
        return Numbers()

    loop = aiter(iterate(observe_async(never)))

    async def first() -> int:
        return await anext(loop)

    task = asyncio.create_task(first())
    await opening.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [item async for item in loop] == []


async def test_closing_wakes_a_task_that_waits_and_hangs_up() -> None:
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            loop: Any = aiter(iterate(client.chat.completions.observe(**ASKED)))
            await anext(loop)

            async def rest() -> list[Any]:
                return [event async for event in loop]

            task = asyncio.create_task(rest())
            await asyncio.sleep(0)
            await loop.aclose()
            await asyncio.wait_for(task, 10)
            assert await asyncio.to_thread(server.hung_up.wait, 10)


async def test_each_item_may_be_awaited_by_another_task() -> None:
    loop = aiter(iterate(from_numbers_async(Numbers(5))))

    async def one() -> int:
        return await anext(loop)

    assert [await asyncio.create_task(one()) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert [item async for item in loop] == []


def test_an_error_of_a_loops_body_disposes_of_a_blocking_stream() -> None:
    numbers = Numbers(100)

    def loop() -> None:
        for item in iterate(from_numbers(numbers)):
            if item == 2:
                raise LOST

    with pytest.raises(OSError, match="lost"):
        loop()
    assert numbers.closed.wait(10)
    assert numbers.read == 3
