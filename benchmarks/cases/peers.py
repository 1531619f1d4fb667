"""The cost of a structured answer over HTTP, with what a program would use instead of streamkit."""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks import peers
from benchmarks.budgets import times_cheaper, times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself
from benchmarks.data import streamed
from benchmarks.peers_server import SIZES, fast, paced, serving
from benchmarks.raw_socket import deltas

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from benchmarks.case import Run
    from benchmarks.peers import Way

ONE, MANY, RAW = "one stream", "paced streams at once", "raw socket"
PACED_CHUNKS = 60
"""The chunks of each of many streams, which so take a bit more than a second."""
WARM = fast(20)


def _chunks(workload: Workload) -> int:
    return workload.size if workload.name == ONE else PACED_CHUNKS


def _prepared(way: Way, workload: Workload) -> Run:
    chunks = _chunks(workload)
    if workload.name == ONE:
        return partial(_read_one, way, chunks)
    return lambda: asyncio.run(_read_many(way(serving()).on_loop, workload.size, chunks))


def _prepared_raw(workload: Workload) -> Run:
    def read(model: str) -> AsyncIterator[str]:
        return deltas(serving(), {"model": model, "messages": peers.MESSAGES})

    return lambda: asyncio.run(_read_many(read, workload.size, _chunks(workload)))


def _read_one(way: Way, chunks: int) -> Answer:
    read = way(serving()).blocking
    for _ in read(WARM):  # the first request imports, and sets up
        pass
    found = _Found()
    start, before = time.perf_counter(), time.process_time()
    for value in read(fast(chunks)):
        found.take(value, start)
    return found.answer(time.process_time() - before, time.perf_counter() - start, [found])


async def _read_many(
    read: Callable[[str], AsyncIterator[Any]], streams: int, chunks: int
) -> Answer:
    async for _ in read(WARM):
        pass

    async def one(start: float) -> _Found:
        found = _Found()
        async for value in read(paced(chunks)):
            found.take(value, start)
        return found

    start, before = time.perf_counter(), time.process_time()
    all_found = await asyncio.gather(*(one(start) for _ in range(streams)))
    spent, took = time.process_time() - before, time.perf_counter() - start
    for found in all_found[1:]:
        if found.says() != all_found[0].says():
            return Answer({"parsed": "not the same in all streams"})
    return all_found[0].answer(spent, took, all_found)


class _Found:
    """The findings of a reader: its texts or its last value, and the time of the first event."""

    def __init__(self) -> None:
        self._value: Any = None
        self._texts: list[str] = []
        self.first = 0.0

    def take(self, value: Any, start: float) -> None:
        """Take what an event shows: a text, or the value so far."""
        if not self.first:
            self.first = time.perf_counter() - start
        if isinstance(value, str):
            self._texts.append(value)
        else:
            self._value = value

    def says(self) -> dict[str, Any]:
        """Return the value at the end; of texts alone it is made here."""
        value = json.loads("".join(self._texts)) if self._texts else self._value
        return {"parsed": value.model_dump() if hasattr(value, "model_dump") else value}

    def answer(self, spent: float, took: float, all_found: list[_Found]) -> Answer:
        """Return the answer of this and all others, with the figures."""
        figures = {
            COST: spent,
            "ms to the first event": statistics.median(found.first for found in all_found) * 1e3,
            "s in all": took,
            "MB of memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        }
        return Answer(self.says(), figures)


def _quadratic(size: int) -> Callable[[Workload], str | None]:
    """Return a function that says why a package reads no more than ``size`` chunks."""

    def cannot(workload: Workload) -> str | None:
        is_too_much = workload.name == ONE and workload.size > size
        return "its chunks cost more the more there are: it takes minutes" if is_too_much else None

    return cannot


def _answer(workload: Workload) -> dict[str, Any]:
    return {"parsed": streamed("structured", _chunks(workload)).parsed}


CASE = Case(
    question=(
        "What does a chunk of a structured answer cost with other packages, over HTTP, when the "
        "value so far is read at each event? (100 streams at once have a chunk each 20 ms.)"
    ),
    unit="µs of CPU time of the client's process per chunk",
    workloads=[*(Workload(ONE, size) for size in SIZES), Workload(MANY, 100)],
    quick=[Workload(ONE, 600), Workload(MANY, 10)],
    contenders={
        "streamkit": Contender(partial(_prepared, peers.streamkit), ("streamkit-rx", "httpx")),
        RAW: Contender(_prepared_raw, ("msgspec",), lambda work: work.name == MANY),
        "openai": Contender(partial(_prepared, peers.openai), ("openai",)),
        "anthropic": Contender(partial(_prepared, peers.anthropic), ("anthropic",)),
        "instructor": Contender(
            partial(_prepared, peers.instructor), ("instructor", "openai"), cannot=_quadratic(2_400)
        ),
        "pydantic-ai": Contender(
            partial(_prepared, peers.pydantic_ai), ("pydantic-ai-slim", "openai")
        ),
        "langchain-openai": Contender(
            partial(_prepared, peers.langchain_openai),
            ("langchain-openai", "openai"),
            cannot=_quadratic(600),
        ),
        "litellm, no values so far": Contender(
            partial(_prepared, peers.litellm), ("litellm", "openai")
        ),
    },
    answer=_answer,
    measure=by_itself,
    scale=lambda work: 1e6 / (_chunks(work) * (1 if work.name == ONE else work.size)),
    # A chunk that comes alone costs a turn of the loop and a read, whoever reads it: a bare socket
    # needs most of an eighth of what openai needs. So streams at a pace are held to that socket.
    budgets=[
        times_cheaper(8, "openai", where=lambda work: work.name == ONE),
        times_the_cost(2, RAW, where=lambda work: work.name == MANY),
    ],
    rehearsal=None,
    rounds=1,
)
