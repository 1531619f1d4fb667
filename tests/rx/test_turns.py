from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import reactivex
from reactivex import Observable
from reactivex import operators as rx
from reactivex.scheduler import CurrentThreadScheduler, TrampolineScheduler

from streamkit import OpenAI
from streamkit._rx.turns import take_turns
from streamkit.types import ChatCompletionChunk
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


def steps(order: list[str], name: str, count: int, also: Callable[[], object] | None = None) -> Any:
    left = [*range(count)]

    def step() -> bool:
        order.append(name)
        if also is not None:
            also()
        left.pop()
        return bool(left)

    return step


@pytest.mark.parametrize("scheduler", [TrampolineScheduler, CurrentThreadScheduler.singleton])
def test_what_a_step_schedules_comes_before_the_next_step(scheduler: Any) -> None:
    trampoline = scheduler()
    order: list[str] = []

    def other(*_: object) -> None:
        order.append("other")

    take_turns(trampoline, steps(order, "step", 3, lambda: trampoline.schedule(other)))
    assert order == ["step", "other"] * 3


def test_works_that_wait_together_take_turns() -> None:
    trampoline = TrampolineScheduler()
    order: list[str] = []

    def begin(*_: object) -> None:
        for name in "abc":
            take_turns(trampoline, steps(order, name, 3))

    trampoline.schedule(begin)
    assert "".join(order) == "abcabcabc"


@pytest.mark.parametrize("scheduler", [TrampolineScheduler, CurrentThreadScheduler.singleton])
def test_of_work_that_is_done_nothing_waits_for_the_garbage_collector(scheduler: Any) -> None:
    trampoline = scheduler()
    order: list[str] = []

    def other(*_: object) -> None:
        order.append("other")

    step = steps(order, "step", 3, lambda: trampoline.schedule(other))
    held = weakref.ref(step)
    gc.disable()
    try:
        take_turns(trampoline, step)
        del step
        assert held() is None
    finally:
        gc.enable()
    assert order == ["step", "other"] * 3


def test_work_that_schedules_itself_anew_is_not_starved() -> None:
    trampoline = TrampolineScheduler()
    order: list[str] = []

    def again(*_: object) -> None:
        order.append("other")
        if len(order) < 20:
            trampoline.schedule(again)

    def begin(*_: object) -> None:
        take_turns(trampoline, steps(order, "step", 5))
        trampoline.schedule(again)

    trampoline.schedule(begin)
    assert order[:10] == ["step", "other"] * 5


def test_work_that_is_alone_keeps_its_turn() -> None:
    trampoline = TrampolineScheduler()
    scheduled: list[object] = []
    schedule = trampoline.schedule_absolute
    trampoline.schedule_absolute = lambda *args: scheduled.append(args) or schedule(*args)  # type: ignore[method-assign,func-returns-value]  # counted
    take_turns(trampoline, steps([], "step", 1000))
    assert len(scheduled) == 2


def test_work_that_was_disposed_of_before_its_turn_is_not_done() -> None:
    trampoline = TrampolineScheduler()
    order: list[str] = []

    def begin(*_: object) -> None:
        take_turns(trampoline, steps(order, "step", 3)).dispose()

    trampoline.schedule(begin)
    assert order == []


def content(chunk: ChatCompletionChunk) -> str:
    text: str = chunk.to_dict()["choices"][0]["delta"]["content"]
    return text


def twice(text: str) -> Observable[str]:
    return reactivex.of(text + "1", text + "2")


def test_what_each_event_leads_to_comes_before_the_next_event() -> None:
    seen: list[str] = []
    with ScriptedServer(stream(part("a"), part("b"), part("c", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            texts: Observable[str] = client.chat.completions.chunks(**ASKED).pipe(
                rx.map(content), rx.do_action(seen.append)
            )
            texts.pipe(rx.flat_map(twice)).subscribe(seen.append)
    assert seen == ["a", "a1", "a2", "b", "b1", "b2", "c", "c1", "c2"]


def test_two_streams_on_one_thread_take_turns() -> None:
    seen: list[str] = []
    script = stream(part("a"), part("b"), part("c", "stop"), DONE)
    with ScriptedServer(script) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            one = client.chat.completions.chunks(**ASKED).pipe(rx.map(lambda _: "1"))
            other = client.chat.completions.chunks(**ASKED).pipe(rx.map(lambda _: "2"))
            reactivex.merge(one, other).subscribe(seen.append)
    assert seen == ["1", "2"] * 3
