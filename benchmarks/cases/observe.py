"""Question 7: the cost of ``observe()``, against the ``for`` loop; in a thread and on a loop."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import times_the_cost
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.streams import params, streamkit_async_client, streamkit_client

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from benchmarks.case import Run
    from benchmarks.data import Kind

KINDS: tuple[Kind, ...] = ("text", "structured")
ASYNC = ", async"
NAMES = [kind + way for way in ("", ASYNC) for kind in KINDS]


class _Reader:
    """A reader that joins the content, from a loop or as an observer."""

    def __init__(self) -> None:
        self._deltas: list[str] = []
        self._failures: list[Exception] = []
        self._ends = 0

    def on_next(self, event: Any) -> None:
        if event.type == "content.delta":
            self._deltas.append(event.delta)

    def on_error(self, error: Exception) -> None:
        self._failures.append(error)

    def on_completed(self) -> None:
        self._ends += 1

    def answer(self) -> Answer:
        text = "".join(self._deltas)
        return Answer({"text": text, "failures": self._failures, "ends": self._ends})


def _observe(completions: Any, given: dict[str, Any], reader: _Reader) -> None:
    completions.observe(**given).subscribe(reader.on_next, reader.on_error, reader.on_completed)


def _for(completions: Any, given: dict[str, Any], reader: _Reader) -> None:
    with completions.stream(**given) as stream:
        for event in stream:
            reader.on_next(event)
    reader.on_completed()


async def _observe_async(completions: Any, given: dict[str, Any], reader: _Reader) -> None:
    ended = asyncio.Event()

    def on_error(error: Exception) -> None:
        reader.on_error(error)
        ended.set()

    def on_completed() -> None:
        reader.on_completed()
        ended.set()

    completions.observe(**given).subscribe(reader.on_next, on_error, on_completed)
    await ended.wait()


async def _for_async(completions: Any, given: dict[str, Any], reader: _Reader) -> None:
    async with completions.stream(**given) as stream:
        async for event in stream:
            reader.on_next(event)
    reader.on_completed()


def _prepare(
    in_thread: Callable[..., None], on_loop: Callable[..., Awaitable[None]], workload: Workload
) -> Run:
    import streamkit

    kind = _kind(workload)
    pieces, given = streamed(kind, workload.size).pieces, params(kind, streamkit)

    def run() -> Answer:
        reader = _Reader()
        in_thread(client.chat.completions, given, reader)
        return reader.answer()

    async def read(reader: _Reader) -> None:
        async with streamkit_async_client(pieces) as client:
            await on_loop(client.chat.completions, given, reader)

    def run_on_loop() -> Answer:
        reader = _Reader()
        loop.run_until_complete(read(reader))
        return reader.answer()

    if workload.name.endswith(ASYNC):
        loop = asyncio.new_event_loop()
        return run_on_loop
    client = streamkit_client(pieces)
    return run


def _answer(workload: Workload) -> dict[str, Any]:
    return {"text": streamed(_kind(workload), workload.size).text, "failures": [], "ends": 1}


def _kind(workload: Workload) -> Kind:
    return "structured" if workload.name.startswith("structured") else "text"


CASE = Case(
    question="What does a chunk cost an observer of `observe()`, and what a `for` loop?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(name, size) for name in NAMES for size in (600, 6_000)],
    quick=[Workload(name, 600) for name in NAMES],
    contenders={
        "streamkit": Contender(
            partial(_prepare, _observe, _observe_async), ("streamkit-rx", "reactivex", "httpx")
        ),
        "for": Contender(partial(_prepare, _for, _for_async), ("streamkit-rx", "httpx")),
    },
    answer=_answer,
    measure=partial(cpu_seconds, runs=5),
    scale=lambda workload: 1e6 / workload.size,
    budgets=[times_the_cost(1.3, "for")],
    rounds=15,
    in_one_process=True,  # their costs differ by tenths
)
