"""The cost of a ``Hub`` for each of its consumers, against an observer that is called directly."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import growth, times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from benchmarks.case import Run

EVENTS = 6_000
PIECE = "word "
IN_THREADS, IN_TASKS = "threads", "tasks"
REPLAY = ", replay"
ONE, SOME, MANY = 1, 10, 100


def _events(count: int) -> list[Any]:
    from streamkit._core.text import TextLog
    from streamkit.events import ContentDeltaEvent
    from streamkit.structured.reader import Reader

    text, reader = TextLog(), Reader()
    return [
        ContentDeltaEvent(0, text.append(PIECE), text, text.length, reader) for _ in range(count)
    ]


def _hub(workload: Workload) -> Run:
    """Return a run of a hub whose consumers iterate."""
    from streamkit import Hub

    events = _events(_length(workload))

    def consumers() -> tuple[Any, list[Any]]:
        hub = Hub[Any](replay="snapshot" if workload.name.endswith(REPLAY) else None)
        return hub, [hub.consumer() for _ in range(workload.size)]

    # A program starts its threads once, and a thread takes as long as some hundred events.
    pool = ThreadPoolExecutor(workload.size)

    def in_threads() -> Sequence[int]:
        hub, all_ = consumers()
        totals = pool.map(_read, all_)
        hub.drive(events)
        return list(totals)

    async def read_async(consumer: Any) -> int:
        total = 0
        async for event in consumer:
            total += len(event.delta)
        return total

    async def in_tasks() -> Sequence[int]:
        hub, all_ = consumers()
        _, *totals = await asyncio.gather(hub.adrive(_one_by_one(events)), *map(read_async, all_))
        return totals

    if workload.name.startswith(IN_THREADS):
        return _timed(in_threads)
    loop = asyncio.new_event_loop()
    return _timed(lambda: loop.run_until_complete(in_tasks()))


def _queues(workload: Workload) -> Run:
    """Return a run of what a program would use instead: a queue for each consumer."""
    from streamkit.hub.backlog import DEFAULT_LIMIT

    events = _events(_length(workload))
    pool = ThreadPoolExecutor(workload.size)

    def run() -> Sequence[int]:
        queues = [Queue[Any](DEFAULT_LIMIT) for _ in range(workload.size)]
        totals = pool.map(_read, [iter(queue.get, None) for queue in queues])
        for event in events:
            for queue in queues:
                queue.put(event)
        for queue in queues:
            queue.put(None)
        return list(totals)

    return _timed(run)


def _read(events: Iterable[Any]) -> int:
    return sum(len(event.delta) for event in events)


async def _one_by_one(events: Sequence[Any]) -> AsyncIterator[Any]:
    for event in events:
        yield event


def _subscribe(workload: Workload) -> Run:
    """Return a run of observers of a stream, which its driver calls."""
    from streamkit._rx.observers import Observers

    events = _events(_length(workload))

    def run() -> Sequence[int]:
        observers = Observers[Any]()
        totals = [0] * workload.size

        def observer(index: int) -> Callable[[Any], None]:
            def on_next(event: Any) -> None:
                totals[index] += len(event.delta)

            return on_next

        for index in range(workload.size):
            observers.observable.subscribe(observer(index))
        for event in events:
            observers.emit(event)
        observers.complete()
        return totals

    return _timed(run)


def _timed(run: Callable[[], Sequence[int]]) -> Run:
    """Return a run that measures the CPU time of all its threads."""

    def timed() -> Answer:
        start = time.process_time()
        totals = run()
        cost = time.process_time() - start
        return Answer({"consumers": len(totals), "characters": set(totals)}, {COST: cost})

    return timed


def _length(workload: Workload) -> int:
    """Return the number of events: fewer for many consumers, so that a run takes as long."""
    return max(EVENTS // workload.size, 600)


CASE = Case(
    question="What does an event cost each consumer of a `Hub`, and an observer that is called?",
    unit="µs of CPU time per event and consumer",
    workloads=[
        *(Workload(way, count) for way in (IN_THREADS, IN_TASKS) for count in (ONE, SOME, MANY)),
        # An event is kept once, which many consumers share.
        *(
            Workload(way + REPLAY, count)
            for way in (IN_THREADS, IN_TASKS)
            for count in (SOME, MANY)
        ),
    ],
    quick=[Workload(way, SOME) for way in (IN_THREADS, IN_TASKS)],
    contenders={
        "streamkit": Contender(_hub, ("streamkit-rx",)),
        "subscribe": Contender(_subscribe, ("streamkit-rx", "reactivex")),
        "queue.Queue": Contender(_queues, takes=lambda work: work.name == IN_THREADS),
    },
    answer=lambda work: {
        "consumers": work.size,
        "characters": {_length(work) * len(PIECE)},
    },
    measure=by_itself,
    scale=lambda work: 1e6 / (_length(work) * work.size),
    budgets=[times_the_cost(4, "subscribe"), growth(1.5, since=ONE)],
    rounds=9,
    in_one_process=True,  # so that they take turns, and a busy machine slows both
)
