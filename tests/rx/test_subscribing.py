"""A wrong use of an observable raises an error that names the right one, before any request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as rxops

from streamkit import AsyncOpenAI, OpenAI
from streamkit import operators as ops
from tests.http_server import ScriptedServer
from tests.rx.test_observable import OBSERVABLES
from tests.sse_bodies import DONE, part, stream

pytestmark = pytest.mark.diagonal

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


def take(*_: object) -> None:
    """Take a notification."""


async def wait(*_: object) -> None:
    """Take a notification in a coroutine."""


async def ask(_: object) -> AsyncIterator[int]:
    yield 1


class Observer:
    """An observer with some of the three methods."""

    def __init__(self, **methods: object) -> None:
        vars(self).update(methods)


Fail = Callable[[Exception], None]
WRONG: dict[str, tuple[Callable[[Fail], tuple[object, ...]], str]] = {
    "a number": (lambda fail: (42, fail), "not int for on_next"),
    "text": (lambda fail: ("print", fail), "not str for on_next"),
    "a list": (lambda fail: ([], fail), "not list for on_next"),
    "a number for the end": (lambda fail: (take, fail, 42), "not int for on_completed"),
    "a coroutine function": (lambda fail: (wait, fail), "on_next would have to be awaited"),
    "a part of one": (lambda fail: (partial(wait), fail), "on_next would have to be awaited"),
    "an async generator": (lambda fail: (ask, fail), "on_next would have to be awaited"),
    "one for the end": (lambda fail: (take, fail, wait), "on_completed would have to be awaited"),
    "an observer without an end": (
        lambda fail: (Observer(on_next=take, on_error=fail),),
        "not nothing for on_completed",
    ),
    "an observer to be awaited": (
        lambda fail: (Observer(on_next=wait, on_error=fail, on_completed=take),),
        "on_next would have to be awaited",
    ),
}


@pytest.mark.parametrize(("observer", "said"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("make", OBSERVABLES.values(), ids=OBSERVABLES)
def test_a_call_that_cannot_observe_gets_the_reason_in_on_error(
    make: Callable[[], Observable[Any]], observer: Callable[[Fail], tuple[object, ...]], said: str
) -> None:
    failed: list[Exception] = []
    subscribe: Any = make().subscribe
    subscribe(*observer(failed.append)).dispose()
    assert [type(error) for error in failed] == [TypeError]
    assert said in str(failed[0])


NO_OBSERVER: dict[str, tuple[tuple[object, ...], str]] = {
    "no on_error": ((42,), "not int for on_next"),
    "a number": ((take, 42), "not int for on_error"),
    "a coroutine function": ((take, wait), "on_error would have to be awaited"),
    "an observer without it": ((Observer(on_next=take),), "not nothing for on_error"),
}


@pytest.mark.parametrize(("given", "said"), NO_OBSERVER.values(), ids=NO_OBSERVER)
def test_without_an_observer_the_reason_is_raised(given: tuple[object, ...], said: str) -> None:
    with OpenAI(api_key="k", base_url="http://127.0.0.1:9") as client:
        subscribe: Any = client.chat.completions.observe(**ASKED).subscribe
        with pytest.raises(TypeError, match=said):
            subscribe(*given)


async def test_an_event_loop_is_no_scheduler_and_says_what_is() -> None:
    failed: list[Exception] = []
    with OpenAI(api_key="k", base_url="http://127.0.0.1:9") as client:
        subscribe: Any = client.chat.completions.observe(**ASKED).subscribe
        subscribe(on_error=failed.append, scheduler=asyncio.get_running_loop())
    assert "EventLoop; for an event loop that is AsyncIOThreadSafeScheduler" in str(failed[0])


def test_of_an_observer_that_cannot_be_no_request_is_made() -> None:
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            subscribe: Any = client.chat.completions.observe(**ASKED).subscribe
            subscribe(wait, take)
        assert server.requests == []


OF_A_REQUEST = [name for name in OBSERVABLES if name.startswith(("observe", "chunks", "a run"))]


@pytest.mark.parametrize("name", OF_A_REQUEST)
async def test_what_makes_a_request_is_not_awaited(name: str) -> None:
    with pytest.raises(TypeError, match="subscribe to it, await `create"):
        await OBSERVABLES[name]()


async def test_what_is_made_of_a_request_can_be_awaited() -> None:
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            chunks: Observable[Any] = client.chat.completions.chunks(**ASKED)
            assert len(await chunks.pipe(rxops.to_list())) == 1


# Operators that were not called

POSITIONAL: dict[str, Callable[[Any], object]] = {
    "chat_events": lambda source: source.pipe(ops.chat_events),
    "decode": lambda source: source.pipe(ops.decode, ops.accumulate()),
    "lift": lambda source: source.pipe(ops.lift, ops.share()),
    "partial_parse": lambda source: source.pipe(ops.partial_parse),
    "pipe": lambda source: source.pipe(ops.pipe, ops.share()),
    "split_think": lambda source: source.pipe(ops.split_think, ops.accumulate()),
    "tool_arg_parse": lambda source: source.pipe(ops.tool_arg_parse),
}


@pytest.mark.parametrize("apply", POSITIONAL.values(), ids=POSITIONAL)
def test_an_operator_that_was_not_called_is_refused_at_once(apply: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        apply(rx.never())


def test_a_pipe_of_what_is_no_operator_is_refused_at_once() -> None:
    of_anything: Any = ops.pipe
    with pytest.raises(TypeError, match="pipe takes operators, and not int"):
        of_anything(ops.share(), 42)
