from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import reactivex
from reactivex import Observable, abc
from reactivex import operators as rx
from reactivex.scheduler import NewThreadScheduler

from streamkit import AsyncOpenAI, OpenAI
from streamkit import operators as ops
from tests.http_server import STREAM_HEAD, Do, Script, ScriptedServer
from tests.sse_bodies import DONE, part, stream

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
ENDLESS = stream(part("a"), part("b"), part("c"), end=[Do.HOLD])


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(ENDLESS) as server:
        yield server


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[OpenAI]:
    with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        yield client


def test_every_subscription_makes_a_request() -> None:
    seen: list[Any] = []
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            chunks = client.chat.completions.chunks(**ASKED)
            assert server.requests == []
            chunks.subscribe(seen.append)
            chunks.subscribe(seen.append)
        assert (len(server.requests), len(seen)) == (2, 2)


def test_an_observer_that_has_enough_hangs_up(client: OpenAI, server: ScriptedServer) -> None:
    seen: list[Any] = []
    client.chat.completions.chunks(**ASKED).pipe(rx.take(2)).subscribe(seen.append)
    assert len(seen) == 2
    assert server.hung_up.wait(10)


def test_what_an_observer_subscribes_to_need_not_wait_for_the_end(
    client: OpenAI, server: ScriptedServer
) -> None:
    seen: list[Any] = []
    client.chat.completions.chunks(**ASKED).pipe(
        rx.flat_map(lambda chunk: reactivex.of(chunk, chunk)), rx.take(3)
    ).subscribe(seen.append)
    assert [chunk.choices[0].delta.content for chunk in seen] == ["a", "a", "b"]
    assert server.hung_up.wait(10)


def test_a_choice_can_be_split_further_and_loses_nothing(client: OpenAI) -> None:
    def parsed(choice: Observable[Any]) -> Observable[Any]:
        return reactivex.merge(choice.pipe(ops.partial_parse()), choice.pipe(ops.refusal_detect()))

    seen: list[Any] = []
    client.chat.completions.chunks(**ASKED).pipe(
        ops.accumulate(), ops.split_by_choice(), rx.flat_map(parsed), rx.take(3)
    ).subscribe(seen.append)
    assert [event.delta for event in seen] == ["a", "b", "c"]


def test_disposing_while_the_server_is_silent_hangs_up(
    client: OpenAI, server: ScriptedServer
) -> None:
    third = threading.Event()
    ends: list[Any] = []

    def take(chunk: Any) -> None:
        if chunk.choices[0].delta.content == "c":
            third.set()

    subscription = client.chat.completions.chunks(**ASKED).subscribe(
        take, ends.append, lambda: ends.append("done"), scheduler=NewThreadScheduler()
    )
    assert third.wait(10)
    subscription.dispose()
    subscription.dispose()
    assert server.hung_up.wait(10)
    assert ends == []


def test_disposing_before_the_first_chunk_hangs_up() -> None:
    ends: list[Any] = []
    with ScriptedServer([STREAM_HEAD, Do.HOLD]) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            subscription = client.chat.completions.chunks(**ASKED).subscribe(
                ends.append,
                ends.append,
                lambda: ends.append("done"),
                scheduler=NewThreadScheduler(),
            )
            assert server.asked.wait(10)
            subscription.dispose()
            assert server.hung_up.wait(10)
    assert ends == []


def test_what_an_observer_raises_comes_out_of_subscribe_and_hangs_up(
    client: OpenAI, server: ScriptedServer
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        client.chat.completions.observe(**ASKED).subscribe(fail)
    assert server.hung_up.wait(10)


async def test_an_async_observer_that_has_enough_hangs_up(server: ScriptedServer) -> None:
    async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
        done = asyncio.Event()
        seen: list[Any] = []
        client.chat.completions.chunks(**ASKED).pipe(rx.take(2)).subscribe(
            seen.append, on_completed=done.set
        )
        await done.wait()
        assert len(seen) == 2
        assert await asyncio.to_thread(server.hung_up.wait, 10)


async def test_disposing_cancels_the_task_wherever_it_waits() -> None:
    scripts: list[Script] = [ENDLESS, [STREAM_HEAD, Do.HOLD], [Do.HOLD]]
    for script in scripts:
        with ScriptedServer(script) as server:
            async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
                before = asyncio.all_tasks()
                subscription = client.chat.completions.chunks(**ASKED).subscribe()
                (task,) = asyncio.all_tasks() - before
                assert await asyncio.to_thread(server.asked.wait, 10)
                subscription.dispose()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert await asyncio.to_thread(server.hung_up.wait, 10)


async def test_a_subscription_can_be_disposed_of_from_another_thread(
    server: ScriptedServer,
) -> None:
    async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
        before = asyncio.all_tasks()
        subscription = client.chat.completions.chunks(**ASKED).subscribe()
        (task,) = asyncio.all_tasks() - before
        await asyncio.to_thread(subscription.dispose)
        with pytest.raises(asyncio.CancelledError):
            await task


def test_to_dispose_after_the_loop_is_closed_is_no_error() -> None:
    async def subscribe() -> abc.DisposableBase:
        client = AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:9/v1")
        return client.chat.completions.chunks(**ASKED).subscribe()

    asyncio.run(subscribe()).dispose()


async def test_what_an_async_observer_raises_goes_to_the_loop_and_hangs_up(
    server: ScriptedServer,
) -> None:
    heard: list[Any] = []
    failed = asyncio.Event()

    def hear(_: object, context: dict[str, Any]) -> None:
        heard.append(context["exception"])
        failed.set()

    def fail(_: object) -> None:
        raise RuntimeError("mine")

    asyncio.get_running_loop().set_exception_handler(hear)
    async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
        client.chat.completions.observe(**ASKED).subscribe(fail)
        await failed.wait()
        assert await asyncio.to_thread(server.hung_up.wait, 10)
    assert [str(error) for error in heard] == ["mine"]
