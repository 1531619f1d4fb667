"""The operator ``content_timeout`` in virtual time."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from reactivex import Subject, never, of
from reactivex.scheduler import TimeoutScheduler
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import AsyncOpenAI, OpenAI, StreamTimeoutError, Usage, iterate
from streamkit import operators as ops
from streamkit._core.text import TextLog
from streamkit.events import (
    AnswerChunkEvent,
    ContentDeltaEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    ReasoningDeltaEvent,
    UsageEvent,
)
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChunkChoice, CompletionUsage
from tests.http_server import Do, ScriptedServer
from tests.sse_bodies import part, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable
    from reactivex.testing.recorded import Recorded

on_next, on_error, on_completed = (
    ReactiveTest.on_next,
    ReactiveTest.on_error,
    ReactiveTest.on_completed,
)
subscribe = ReactiveTest.subscribe

LOST = OSError("lost")


def text(content: str) -> ChatCompletionChunk:
    return ChatCompletionChunk(choices=[ChunkChoice(delta=ChoiceDelta(content=content))])


A, B = text("a"), text("b")
ROLE = ChatCompletionChunk(choices=[ChunkChoice(delta=ChoiceDelta(role="assistant", content=""))])
USAGE = ChatCompletionChunk(choices=[], usage=CompletionUsage(total_tokens=7))


def run(*records: Any, **limits: Any) -> tuple[list[tuple[float, object]], list[Any]]:
    """Return the emitted items with their times, and the subscriptions; the first is at 200."""
    scheduler = TestScheduler()
    source = scheduler.create_hot_observable(*records)
    observer = scheduler.start(lambda: source.pipe(ops.content_timeout(**limits)))
    recorded: list[tuple[float, object]] = []
    for record in observer.messages:
        value: Any = record.value
        error = getattr(value, "exception", None)
        if isinstance(error, StreamTimeoutError):
            recorded.append((record.time, (error.limit, error.seconds)))
        else:
            recorded.append((record.time, error or getattr(value, "value", "completed")))
    return recorded, source.subscriptions


def test_content_in_time_passes_untouched() -> None:
    recorded, subscriptions = run(
        on_next(205, ROLE), on_next(209, A), on_next(213, B), on_completed(217),
        first_content=10, between_content=5, total=20,
    )  # fmt: skip
    assert recorded == [(205, ROLE), (209, A), (213, B), (217, "completed")]
    assert subscriptions == [subscribe(200, 217)]


def test_no_content_at_all_is_an_error_and_lets_the_source_go() -> None:
    recorded, subscriptions = run(first_content=10)
    assert recorded == [(210, ("first_content", 10))]
    assert subscriptions == [subscribe(200, 210)]


def test_what_is_no_content_passes_and_gives_no_more_time() -> None:
    recorded, subscriptions = run(
        on_next(203, ROLE), on_next(207, A), on_next(209, USAGE), on_next(211, ROLE),
        on_next(213, B), first_content=10, between_content=5,
    )  # fmt: skip
    assert recorded == [
        (203, ROLE), (207, A), (209, USAGE), (211, ROLE), (212, ("between_content", 5)),
    ]  # fmt: skip
    assert subscriptions == [subscribe(200, 212)]


def test_a_stream_that_never_ends_reaches_its_total() -> None:
    chunks = [on_next(time, A) for time in range(202, 260, 2)]
    recorded, subscriptions = run(*chunks, between_content=5, total=25)
    assert recorded[-2:] == [(224, A), (225, ("total", 25))]
    assert subscriptions == [subscribe(200, 225)]


def test_the_first_content_alone_may_be_limited() -> None:
    recorded, _ = run(on_next(209, A), on_next(900, B), on_completed(950), first_content=10)
    assert recorded == [(209, A), (900, B), (950, "completed")]


def test_before_the_first_content_the_limit_between_is_none() -> None:
    recorded, _ = run(on_next(290, A), between_content=5)
    assert recorded == [(290, A), (295, ("between_content", 5))]


def test_errors_of_the_source_pass_and_end_the_watch() -> None:
    recorded, subscriptions = run(on_next(203, A), on_error(205, LOST), between_content=5)
    assert recorded == [(203, A), (205, LOST)]
    assert subscriptions == [subscribe(200, 205)]


def test_each_subscription_has_a_time_of_its_own() -> None:
    scheduler = TestScheduler()
    limited = silence(scheduler).pipe(ops.content_timeout(first_content=10, scheduler=scheduler))
    first, second = scheduler.create_observer(), scheduler.create_observer()
    scheduler.advance_to(200)
    limited.subscribe(first)
    scheduler.advance_to(207)
    limited.subscribe(second)
    scheduler.start()
    assert [record.time for record in first.messages] == [210]
    assert [record.time for record in second.messages] == [217]


def test_nothing_happens_after_disposal() -> None:
    scheduler = TestScheduler()
    source = silence(scheduler)
    observer = scheduler.start(
        lambda: source.pipe(ops.content_timeout(first_content=10)), disposed=205
    )
    assert observer.messages == []
    assert source.subscriptions == [subscribe(200, 205)]


def silence(scheduler: TestScheduler) -> Any:
    none: list[Recorded[Any]] = []
    return scheduler.create_hot_observable(none)


def busy(scheduler: TestScheduler, source: Observable[Any], seconds: float, **limits: Any) -> Any:
    """Return an observer that needs some time for each chunk."""
    observer = scheduler.create_observer()

    def on_next(chunk: Any) -> None:
        observer.on_next(chunk)
        scheduler.sleep(seconds)

    source.pipe(ops.content_timeout(**limits, scheduler=scheduler)).subscribe(
        on_next, observer.on_error, observer.on_completed
    )
    return observer


def test_a_slow_observer_is_no_silent_server() -> None:
    scheduler, source = TestScheduler(), Subject[Any]()
    observer = busy(scheduler, source, 60, between_content=5)
    for chunk in (A, B, A):
        scheduler.advance_by(4)
        source.on_next(chunk)
    assert [record.time for record in observer.messages] == [4, 68, 132]
    scheduler.start()
    *_, last = observer.messages
    assert (last.time, last.value.kind) == (197, "E")


def test_a_slow_observer_uses_up_the_total() -> None:
    scheduler, source = TestScheduler(), Subject[Any]()
    observer = busy(scheduler, source, 60, total=50)
    scheduler.advance_by(4)
    source.on_next(A)
    assert [(record.time, record.value.kind) for record in observer.messages] == [
        (4, "N"),
        (64, "E"),
    ]
    assert not source.observers


def test_an_observer_that_raises_leaves_no_timer_behind() -> None:
    scheduler, source = TestScheduler(), Subject[Any]()
    recorded: list[Exception] = []

    def fail(_: object) -> None:
        raise LOST

    source.pipe(ops.content_timeout(between_content=5, scheduler=scheduler)).subscribe(
        fail, recorded.append
    )
    with pytest.raises(OSError, match="lost"):
        source.on_next(A)
    scheduler.start()
    assert recorded == []
    assert not source.observers


def test_the_error_carries_what_had_arrived_where_it_is_added_up() -> None:
    scheduler = TestScheduler()
    source = scheduler.create_hot_observable(on_next(203, A), on_next(205, B))
    observer = scheduler.start(
        lambda: source.pipe(ops.content_timeout(between_content=5), ops.chat_events())
    )
    last: Any = observer.messages[-1]
    error = last.value.exception
    assert (last.time, type(error)) == (210, StreamTimeoutError)
    assert error.completion.choices[0].message.content == "ab"


async def test_without_a_scheduler_the_running_loop_keeps_the_time() -> None:
    failed: asyncio.Future[tuple[Exception, threading.Thread]] = asyncio.Future()
    never().pipe(ops.content_timeout(first_content=0)).subscribe(
        on_error=lambda error: failed.set_result((error, threading.current_thread()))
    )
    error, thread = await failed
    assert isinstance(error, StreamTimeoutError)
    assert thread is threading.main_thread()


def test_without_a_loop_a_timer_keeps_the_time() -> None:
    failed = threading.Event()
    never().pipe(ops.content_timeout(first_content=0.001)).subscribe(
        on_error=lambda _: failed.set()
    )
    assert failed.wait(10)


def test_a_source_that_pushes_while_it_is_subscribed_to_is_watched_too() -> None:
    recorded: list[object] = []
    of(ROLE, A, B).pipe(
        ops.content_timeout(first_content=60, scheduler=TimeoutScheduler.singleton())
    ).subscribe(recorded.append, on_completed=lambda: recorded.append("completed"))
    assert recorded == [ROLE, A, B, "completed"]


@pytest.mark.parametrize("limit", ["first_content", "between_content", "total"])
def test_a_limit_that_is_no_time_is_refused_at_once(limit: str) -> None:
    operator: Callable[..., Any] = ops.content_timeout
    with pytest.raises(ValueError, match=limit):
        operator(**{limit: -1})


COMMON: dict[str, tuple[Any, bool]] = {
    "a piece of text": (ContentDeltaEvent(0, "a", TextLog(), 1, Reader()), True),
    "an empty piece": (ContentDeltaEvent(0, "", TextLog(), 0, Reader()), False),
    "a thought": (ReasoningDeltaEvent(0, "a", TextLog(), 1), True),
    "a call": (
        FunctionToolCallArgumentsDeltaEvent(0, 0, "f", "c", "", TextLog(), 0, Reader()),
        True,
    ),
    "a finish reason": (FinishEvent(0, "stop", "stop"), True),
    "a chunk": (AnswerChunkEvent(USAGE), False),
    "usage": (UsageEvent(Usage()), False),
}


@pytest.mark.parametrize(("event", "is_content"), COMMON.values(), ids=COMMON)
def test_of_common_events_those_with_content_give_more_time(event: Any, is_content: bool) -> None:
    recorded, _ = run(on_next(203, event), on_completed(214), first_content=10)
    assert recorded == [
        (203, event),
        (214, "completed") if is_content else (210, ("first_content", 10)),
    ]


def loop() -> Callable[[str], None]:
    def go(url: str) -> None:
        with OpenAI(api_key="k", base_url=url, max_retries=0) as client:
            answer = client.chat.completions.observe(model="m", messages=[])
            for _ in iterate(answer.pipe(ops.content_timeout(between_content=0.05))):
                pass

    return go


def async_loop() -> Callable[[str], None]:
    async def main(url: str) -> None:
        async with AsyncOpenAI(api_key="k", base_url=url, max_retries=0) as client:
            answer = client.chat.completions.observe(model="m", messages=[])
            async for _ in iterate(answer.pipe(ops.content_timeout(between_content=0.05))):
                pass

    return lambda url: asyncio.run(main(url))


@pytest.mark.parametrize("go", [loop(), async_loop()], ids=["for", "async for"])
def test_a_loop_ends_with_the_error_while_the_server_is_silent(go: Callable[[str], None]) -> None:
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        with pytest.raises(StreamTimeoutError):
            go(server.url)
        assert server.hung_up.wait(10)
