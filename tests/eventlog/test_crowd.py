"""However many readers come, leave and come back, each gets every entry once, in order."""

from __future__ import annotations

import asyncio
import threading
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.eventlog.backends import Backend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from streamkit.eventlog import EventLog

READERS = 25
ENTRIES = [b"%d" % number for number in range(1, 301)]


async def impatient(log: EventLog, random: Random) -> list[int]:
    """Read a stream to its end, leave again and again, and go on after the last cursor."""
    numbers: list[int] = []
    cursor: str | None = None
    while True:
        stays = random.randrange(1, 120)
        async with log.read("s", cursor) as reader:
            async for entry in reader:
                numbers.append(entry.number)
                cursor = entry.cursor
                if entry.is_end:
                    return numbers
                stays -= 1
                if not stays:
                    break
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.thorough)])
async def test_tasks_that_come_and_go_miss_nothing(backend: Backend, seed: int) -> None:
    logs = [backend.log(), backend.log()]

    async def source() -> AsyncIterator[bytes]:
        for entry in ENTRIES:
            yield entry
            if not random.randrange(9):
                await asyncio.sleep(0)

    random = Random(seed)  # noqa: S311 - seeded, to come again
    production = logs[0].produce("s", source())
    production.close()
    await production.producer.opened.wait_async()
    # A seed, for the same crowd each time.
    readers = [impatient(logs[number % 2], Random(number)) for number in range(READERS)]  # noqa: S311
    for numbers in await asyncio.gather(*readers):
        assert numbers == [*range(1, len(ENTRIES) + 2)]


def test_threads_that_come_and_go_miss_nothing(backend: Backend) -> None:
    logs = [backend.log(), backend.log()]
    begun, go_on = threading.Event(), threading.Event()

    def source() -> Iterator[bytes]:
        yield from ENTRIES[:100]
        begun.set()
        go_on.wait()
        yield from ENTRIES[100:]

    production = logs[0].produce("s", source())
    production.close()
    production.producer.opened.wait()
    begun.wait()
    got: list[list[int]] = [[] for _ in range(8)]

    def read(number: int) -> None:
        cursor: str | None = None
        stays = number + 1
        while len(got[number]) <= len(ENTRIES):
            with logs[number % 2].read("s", cursor) as reader:
                for entry in reader:
                    got[number].append(entry.number)
                    cursor = entry.cursor
                    if len(got[number]) % stays == 0:
                        break
            if len(got[number]) >= 90:
                go_on.set()
            stays += 7

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [[*range(1, len(ENTRIES) + 2)]] * 8
