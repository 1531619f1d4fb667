"""Disposing ends the request when an operator subscribes on a scheduler's thread or loop."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest
import reactivex
from reactivex import Observable, Subject
from reactivex import operators as rx
from reactivex.scheduler import EventLoopScheduler, NewThreadScheduler
from reactivex.scheduler.eventloop import AsyncIOScheduler, AsyncIOThreadSafeScheduler

from streamkit import AsyncOpenAI, OpenAI
from streamkit import operators as ops
from streamkit.polling import poll
from tests.http_server import Do, ScriptedServer
from tests.leftovers import PATIENCE, nothing_left
from tests.sse_bodies import DONE, part, stream

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
SILENT = stream(part("a"), end=[Do.HOLD])
WHOLE = stream(part("Hi"), part("!", "stop"), DONE)

Observed: TypeAlias = Observable[Any]
Road: TypeAlias = Callable[[Observed], Observed]


def after_a_timer(source: Observed) -> Observed:
    return reactivex.timer(0.0).pipe(rx.flat_map(lambda _: source))


WITHIN: dict[str, Road] = {
    "flat_map after a timer": after_a_timer,
    "flat_map after observe_on": lambda source: reactivex.of(1).pipe(
        rx.observe_on(NewThreadScheduler()), rx.flat_map(lambda _: source)
    ),
    "flat_map after observe_on a loop of its own": lambda source: reactivex.of(1).pipe(
        rx.observe_on(EventLoopScheduler(exit_if_empty=True)), rx.flat_map(lambda _: source)
    ),
    "concat_map after delay": lambda source: reactivex.of(1).pipe(
        rx.delay(0.0), rx.concat_map(lambda _: source)
    ),
    "merged after a timer": lambda source: reactivex.merge(
        after_a_timer(source), after_a_timer(reactivex.empty())
    ),
    "one of our operators": lambda source: after_a_timer(source).pipe(ops.retry_stream()),
    "retried within": lambda source: after_a_timer(source.pipe(ops.retry_stream())),
    "shared within": lambda source: after_a_timer(source.pipe(ops.share())),
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with nothing_left(), ScriptedServer(SILENT) as server:
        yield server


@contextmanager
def loop_on_a_thread() -> Generator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def has_turns(loop: asyncio.AbstractEventLoop) -> bool:
    had_a_turn = threading.Event()
    loop.call_soon_threadsafe(had_a_turn.set)
    return had_a_turn.wait(PATIENCE)


@pytest.mark.parametrize("road", WITHIN.values(), ids=WITHIN)
def test_disposing_hangs_up(server: ScriptedServer, road: Road) -> None:
    ends: list[Any] = []
    with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        within = road(client.chat.completions.observe(**ASKED))
        subscription = within.subscribe(on_error=ends.append, on_completed=lambda: ends.append(""))
        assert server.asked.wait(PATIENCE)
        subscription.dispose()
        assert server.hung_up.wait(PATIENCE)
    assert ends == []


@pytest.mark.parametrize("road", WITHIN.values(), ids=WITHIN)
def test_it_says_all_it_says_otherwise(road: Road) -> None:
    here: list[Any] = []
    there: list[Any] = []
    done = threading.Event()
    with nothing_left(), ScriptedServer(WHOLE) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            observed = client.chat.completions.observe(**ASKED)
            observed.subscribe(here.append)
            road(observed).subscribe(there.append, on_completed=done.set)
            assert done.wait(PATIENCE)
    assert there == here


def test_what_is_asked_anew_hangs_up_on_what_was_asked_before(server: ScriptedServer) -> None:
    words: Subject[str] = Subject()
    with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        answers: Observed = words.pipe(
            rx.debounce(0.0), rx.switch_map(lambda _: client.chat.completions.observe(**ASKED))
        )
        subscription = answers.subscribe()
        words.on_next("a")
        assert server.asked.wait(PATIENCE)
        words.on_next("ab")
        assert server.hung_up.wait(PATIENCE)
        subscription.dispose()


def test_a_poll_that_hangs_after_a_timer_is_disposed_of() -> None:
    with nothing_left(), ScriptedServer([Do.HOLD]) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            polled = poll(
                lambda: client.files.retrieve("file-1"), until=lambda file: file.status == "done"
            )
            subscription = after_a_timer(polled).subscribe()
            assert server.asked.wait(PATIENCE)
            subscription.dispose()
            assert server.hung_up.wait(PATIENCE)


def test_on_a_thread_of_ones_own_subscribe_returns_at_the_end() -> None:
    seen: list[Any] = []
    at_return: list[int] = []
    with ScriptedServer(WHOLE) as server, OpenAI(api_key="k", base_url=server.url) as client:

        def take() -> None:
            client.chat.completions.observe(**ASKED).subscribe(seen.append)
            at_return.append(len(seen))

        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
    assert at_return == [len(seen)] != [0]


ON_A_LOOP: dict[str, Callable[[asyncio.AbstractEventLoop], Road]] = {
    "moved": lambda loop: rx.subscribe_on(AsyncIOThreadSafeScheduler(loop)),
    "moved, then observed": lambda loop: (
        lambda source: source.pipe(
            rx.subscribe_on(AsyncIOThreadSafeScheduler(loop)), rx.observe_on(NewThreadScheduler())
        )
    ),
    "flat_map after a timer of the loop": lambda loop: (
        lambda source: reactivex.timer(0.0, scheduler=AsyncIOThreadSafeScheduler(loop)).pipe(
            rx.flat_map(lambda _: source)
        )
    ),
}


@pytest.mark.parametrize("road", ON_A_LOOP.values(), ids=ON_A_LOOP)
@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_a_stream_on_an_event_loop_leaves_it_its_turns_and_can_be_disposed_of(
    server: ScriptedServer, road: Callable[[asyncio.AbstractEventLoop], Road], kind: Any
) -> None:
    with loop_on_a_thread() as loop:
        client = kind(api_key="k", base_url=server.url, max_retries=0)
        subscription = road(loop)(client.chat.completions.observe(**ASKED)).subscribe()
        assert server.asked.wait(PATIENCE)
        assert has_turns(loop)
        subscription.dispose()
        assert server.hung_up.wait(PATIENCE)
        if kind is AsyncOpenAI:
            asyncio.run_coroutine_threadsafe(client.close(), loop).result()
        else:
            client.close()


async def test_a_sync_stream_on_a_loop_pushes_on_it_all_it_says_otherwise() -> None:
    here: list[Any] = []
    there: list[Any] = []
    threads: set[int] = set()
    done = asyncio.Event()

    def take(event: Any) -> None:
        there.append(event)
        threads.add(threading.get_ident())

    with ScriptedServer(WHOLE) as server, OpenAI(api_key="k", base_url=server.url) as client:
        observed = client.chat.completions.observe(**ASKED)
        observed.subscribe(here.append)
        observed.subscribe(
            take, on_completed=done.set, scheduler=AsyncIOScheduler(asyncio.get_running_loop())
        )
        await asyncio.wait_for(done.wait(), PATIENCE)
    assert there == here
    assert threads == {threading.get_ident()}


def test_a_loop_that_is_closed_in_mid_stream_keeps_no_thread_and_no_connection() -> None:
    goes_on = threading.Event()
    script = stream(part("a"), end=[goes_on, *stream(part("b"))[1:], Do.HOLD])
    with nothing_left(), ScriptedServer(script) as server:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0)

        async def begin() -> None:
            came = asyncio.Event()
            client.chat.completions.chunks(**ASKED).subscribe(
                lambda _: came.set(), scheduler=AsyncIOScheduler(asyncio.get_running_loop())
            )
            await asyncio.wait_for(came.wait(), PATIENCE)

        asyncio.run(begin())
        goes_on.set()
        client.close()
        gc.collect()
        assert server.hung_up.wait(PATIENCE)


def test_an_async_client_where_no_loop_runs_says_so_in_on_error() -> None:
    ends: list[Exception] = []
    failed = threading.Event()

    def fail(error: Exception) -> None:
        ends.append(error)
        failed.set()

    observed = AsyncOpenAI(api_key="k").chat.completions.observe(**ASKED)
    observed.pipe(rx.subscribe_on(NewThreadScheduler())).subscribe(on_error=fail)
    assert failed.wait(PATIENCE)
    assert "running event loop" in str(ends[0])
