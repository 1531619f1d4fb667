"""The cost of ``iterate`` over ``observe()``, against the loop over ``stream()``."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import times_the_cost
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.streams import params, streamkit_async_client, streamkit_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Run

IN_THREAD, ON_LOOP = "for", "async for"


class _Reader:
    """A reader that looks at the parsed value of each event, and joins the content."""

    def __init__(self) -> None:
        self._deltas: list[str] = []
        self._last: Any = None

    def see(self, event: Any) -> None:
        if event.type == "content.delta":
            self._last = event.parsed
            self._deltas.append(event.delta)

    def answer(self) -> Answer:
        return Answer({"text": "".join(self._deltas), "parsed": self._last is not None})


def _iterate(completions: Any, given: dict[str, Any]) -> Any:
    from streamkit import iterate

    return _Entered(iterate(completions.observe(**given)))


class _Entered:
    """An iteration as what is entered first, as a stream is."""

    def __init__(self, iteration: Any) -> None:
        self._iteration = iteration

    def __enter__(self) -> Any:
        return iter(self._iteration)

    def __exit__(self, *_: object) -> None:
        """Do nothing: the loop was at its end."""

    async def __aenter__(self) -> Any:
        return aiter(self._iteration)

    async def __aexit__(self, *_: object) -> None:
        """Do nothing, for the same reason."""


def _stream(completions: Any, given: dict[str, Any]) -> Any:
    return completions.stream(**given)


def _prepare(events_of: Callable[[Any, dict[str, Any]], Any], workload: Workload) -> Run:
    import streamkit

    pieces = streamed("structured", workload.size).pieces
    given = params("structured", streamkit)

    def run() -> Answer:
        reader = _Reader()
        with events_of(client.chat.completions, given) as events:
            for event in events:
                reader.see(event)
        return reader.answer()

    async def read(reader: _Reader) -> None:
        async with (
            streamkit_async_client(pieces) as client,
            events_of(client.chat.completions, given) as events,
        ):
            async for event in events:
                reader.see(event)

    def run_on_loop() -> Answer:
        reader = _Reader()
        loop.run_until_complete(read(reader))
        return reader.answer()

    if workload.name == ON_LOOP:
        loop = asyncio.new_event_loop()
        return run_on_loop
    client = streamkit_client(pieces)
    return run


def _answer(workload: Workload) -> dict[str, Any]:
    return {"text": streamed("structured", workload.size).text, "parsed": True}


CASE = Case(
    question="What does a chunk cost a loop over `iterate(observe())`, and one over `stream()`?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(name, size) for name in (IN_THREAD, ON_LOOP) for size in (600, 6_000)],
    quick=[Workload(name, 600) for name in (IN_THREAD, ON_LOOP)],
    contenders={
        "streamkit": Contender(partial(_prepare, _iterate), ("streamkit-rx", "reactivex", "httpx")),
        "stream": Contender(partial(_prepare, _stream), ("streamkit-rx", "httpx")),
    },
    answer=_answer,
    measure=partial(cpu_seconds, runs=5),
    scale=lambda workload: 1e6 / workload.size,
    budgets=[times_the_cost(1.5, "stream")],
    rounds=15,
    in_one_process=True,  # their costs differ by tenths
)
