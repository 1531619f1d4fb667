"""An observable raises a helpful error when iterated, and works with reactivex's operators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as rxops
from reactivex.scheduler import ImmediateScheduler

from streamkit import AsyncOpenAI, Hub, OpenAI
from streamkit import operators as ops
from streamkit._rx.observable import Observable as Ours
from streamkit._rx.observers import Observers
from streamkit.polling import poll
from tests.chat_chunks import says
from tests.operators.test_operator_input import ASKED, EVERY

pytestmark = pytest.mark.diagonal

CLIENT = OpenAI(api_key="k", base_url="http://127.0.0.1:9")
ASYNC = AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:9")
RUN: dict[str, Any] = {"thread_id": "t", "assistant_id": "a"}


def a_choice() -> Observable[Any]:
    seen: list[Any] = []
    rx.just(says("a")).pipe(ops.accumulate(), ops.split_by_choice()).subscribe(seen.append)
    choice: Observable[Any] = seen[0]
    return choice


OBSERVABLES: dict[str, Callable[[], Observable[Any]]] = {
    "observe": lambda: CLIENT.chat.completions.observe(**ASKED),
    "chunks": lambda: CLIENT.chat.completions.chunks(**ASKED),
    "observe, async": lambda: ASYNC.chat.completions.observe(**ASKED),
    "chunks, async": lambda: ASYNC.chat.completions.chunks(**ASKED),
    "a run": lambda: CLIENT.beta.threads.runs.observe(**RUN),
    "a run, async": lambda: ASYNC.beta.threads.runs.observe(**RUN),
    "polling": lambda: poll(lambda: 1, until=bool),
    "of a stream": lambda: Observers[int]().observable,
    "of a hub": lambda: Hub[int]().observe_on(ImmediateScheduler()),
    "a choice": a_choice,
    **{
        # mypy does not infer the default of a lambda.
        f"from {name}": lambda operator=operator: Ours[Any]().pipe(operator)  # type: ignore[misc]
        for name, operator in EVERY.items()
    },
}


def loop(observable: Any) -> None:
    for _ in observable:
        pass


async def loop_async(observable: Any) -> None:
    async for _ in observable:
        pass


def unpack(observable: Any) -> None:
    _first, *_rest = observable


WAYS: dict[str, Callable[[Any], object]] = {
    "for": loop,
    "list": list,
    "iter": iter,
    "unpacking": unpack,
    "in": lambda observable: 1 in observable,
    "async for": lambda observable: asyncio.run(loop_async(observable)),
    "aiter": aiter,
}


@pytest.mark.parametrize("iterate", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("make", OBSERVABLES.values(), ids=OBSERVABLES.keys())
def test_an_observable_is_not_iterated_but_says_what_to_do(
    make: Callable[[], Observable[Any]], iterate: Callable[[Any], object]
) -> None:
    with pytest.raises(TypeError, match=r"loop over `streamkit\.iterate\(observable\)`"):
        iterate(make())


PIPED: dict[str, Callable[[Observable[Any]], Observable[Any]]] = {
    "piped": lambda it: it.pipe(rxops.map(str)),
    "piped twice": lambda it: it.pipe(rxops.map(str)).pipe(rxops.take(1)),
    "many operators": lambda it: it.pipe(rxops.map(str), rxops.filter(bool), rxops.share()),
    "chained": lambda it: it.map(str).filter(bool),
    "operators of both": lambda it: it.pipe(rxops.map(str), ops.share(), rxops.take(1)),
}


@pytest.mark.parametrize("iterate", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("piped", PIPED.values(), ids=PIPED.keys())
def test_nor_is_what_operators_of_reactivex_make_of_it(
    piped: Callable[[Observable[Any]], Observable[Any]], iterate: Callable[[Any], object]
) -> None:
    source: Observable[Any] = ops.share()(rx.of(1, 2))
    with pytest.raises(TypeError, match=r"loop over `streamkit\.iterate\(observable\)`"):
        iterate(piped(source))
    seen: list[Any] = []
    piped(source).subscribe(seen.append)
    assert seen[0] == "1"


Make = Callable[["Observable[int]"], "Observable[Any]"]

LOST = OSError("lost")


def nothing_more(_: int) -> Observable[int]:
    return rx.empty()


def even(number: int) -> bool:
    return number % 2 == 0


def itself(group: Observable[int]) -> Observable[int]:
    return group


def grouped(it: Observable[int]) -> Observable[int]:
    groups: Observable[Any] = it.pipe(rxops.group_by(even))
    return groups.pipe(rxops.flat_map(itself))


def there_and_back(it: Observable[Any]) -> Observable[Any]:
    notifications: Observable[Any] = it.pipe(rxops.materialize())
    return notifications.pipe(rxops.dematerialize())


COMPOSED: dict[str, Make] = {
    "merge": lambda it: rx.merge(it, it),
    "concat": lambda it: rx.concat(it, it),
    "concat_with_iterable": lambda it: rx.concat_with_iterable([it, it]),
    "amb": lambda it: rx.amb(it, rx.never()),
    "zip": lambda it: rx.zip(it, it),
    "combine_latest": lambda it: rx.combine_latest(it, it),
    "with_latest_from": lambda it: rx.with_latest_from(it, it),
    "fork_join": lambda it: rx.fork_join(it, it),
    "catch": lambda it: rx.catch(rx.throw(LOST), it),
    "catch with one": lambda it: rx.throw(LOST).pipe(rxops.catch(it)),
    "catch with a function": lambda it: rx.throw(LOST).pipe(
        rxops.catch(lambda _error, _source: it)
    ),
    "on_error_resume_next": lambda it: rx.on_error_resume_next(it, it),
    "defer": lambda it: rx.defer(lambda _: it),
    "if_then": lambda it: rx.if_then(lambda: True, it),
    "flat_map": lambda it: it.pipe(rxops.flat_map(lambda _: it)),
    "flat_map to one": lambda it: it.pipe(rxops.flat_map(it)),
    "flat_map_latest": lambda it: it.pipe(rxops.flat_map_latest(lambda _: it)),
    "concat_map": lambda it: it.pipe(rxops.concat_map(lambda _: it)),
    "switch_latest": lambda it: rx.of(it).pipe(rxops.switch_latest()),
    "exclusive": lambda it: rx.of(it).pipe(rxops.exclusive()),
    "merge_all": lambda it: rx.of(it).pipe(rxops.merge_all()),
    "expand": lambda it: it.pipe(rxops.expand(nothing_more)),
    "start_with": lambda it: it.pipe(rxops.start_with(0)),
    "take_until": lambda it: it.pipe(rxops.take_until(rx.never())),
    "skip_until": lambda it: rx.concat(it, it).pipe(rxops.skip_until(it)),
    "default_if_empty": lambda it: it.pipe(rxops.default_if_empty(0)),
    "sequence_equal": lambda it: it.pipe(rxops.sequence_equal([1, 2])),
    "to_list": lambda it: it.pipe(rxops.to_list()),
    "contains": lambda it: it.pipe(rxops.contains(2)),
    "a slice": lambda it: it[1:],
    "an index": lambda it: it[0],
    "plus": lambda it: it + it,
    "compose": rx.compose(rxops.map(str), rxops.share()),
    "materialize": there_and_back,
    "replay": lambda it: it.pipe(rxops.replay(), rxops.ref_count()),
    "group_by": grouped,
}


@pytest.mark.parametrize("make", COMPOSED.values(), ids=COMPOSED.keys())
def test_reactivex_s_own_operators_take_it_as_one_of_its_own(make: Make) -> None:
    theirs = rx.of(1, 2)

    def subscribe(
        observer: rx.abc.ObserverBase[int], scheduler: rx.abc.SchedulerBase | None = None
    ) -> rx.abc.DisposableBase:
        return theirs.subscribe(observer, scheduler=scheduler)

    ours = Ours(subscribe)
    assert recorded(make(ours)) == recorded(make(theirs)) != []


def recorded(observable: Observable[Any]) -> list[Any]:
    seen: list[Any] = []
    observable.subscribe(seen.append, seen.append, lambda: seen.append("completed"))
    return seen


async def test_it_can_be_awaited() -> None:
    assert await rx.of(1, 2).pipe(ops.share()) == 2
