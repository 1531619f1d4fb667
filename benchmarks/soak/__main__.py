"""The soak, ``python -m benchmarks.soak [--minutes N]``; it exits with 1 for a leak or an error."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from threading import Thread
from typing import TYPE_CHECKING

from benchmarks.soak.meter import Reading, read
from benchmarks.soak.plans import plans
from benchmarks.soak.readers import read_in_a_task, read_in_a_thread
from benchmarks.soak.tally import Tally
from streamkit import AsyncOpenAI, OpenAI
from streamkit._http.config import Timeout

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLES = 20
"""The number of readings of the process."""
WARM_UP = 0.25
"""The part of the time in which memory may grow, because pools fill and modules are imported."""
GROWTH = 1.10
"""The largest ratio of the memory at the end to that after the warm-up."""
LIMITS = Timeout(connect=60, read=20, first_content=30, between_content=15, total=120)
"""The time limits, long enough that no answer without a fault is late on a busy machine."""


def main() -> None:
    """Read streams for some minutes, and print their ends."""
    options = _options()
    command = [sys.executable, "-m", "benchmarks.soak.server"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        url = next(iter(server.stdout or ())).strip()
        tally = Tally()
        readings = asyncio.run(_soak(url, options, tally))
        server.communicate()  # closes its input, which ends it
    complaints = [*tally.complaints, *_grown(readings)]
    _report(readings, tally, complaints)
    sys.exit(1 if complaints else 0)


async def _soak(url: str, options: argparse.Namespace, tally: Tally) -> list[Reading]:
    start = time.monotonic()
    end: float = start + options.minutes * 60
    readings = [read(0, 0)]

    def goes_on() -> bool:
        return time.monotonic() < end

    def seed(kind: str, number: int) -> str:
        return f"{kind} {number} of {options.seed}"

    async with AsyncOpenAI(base_url=url, api_key="k", max_retries=1, timeout=LIMITS) as client:
        blocking = OpenAI(base_url=url, api_key="k", max_retries=1, timeout=LIMITS)
        threads = [
            Thread(
                target=read_in_a_thread, args=(blocking, plans(seed("thread", i)), tally, goes_on)
            )
            for i in range(options.threads)
        ]
        for thread in threads:
            thread.start()
        tasks = [
            asyncio.create_task(read_in_a_task(client, plans(seed("task", i)), tally, goes_on))
            for i in range(options.streams - options.threads)
        ]
        while goes_on():
            await asyncio.sleep((end - start) / SAMPLES)
            if goes_on():
                readings.append(read(time.monotonic() - start, tally.streams))
        await asyncio.gather(*tasks)
        for thread in threads:
            await asyncio.to_thread(thread.join)
        blocking.close()
    await asyncio.get_running_loop().shutdown_default_executor()
    await asyncio.sleep(0.1)  # closed transports report their end
    readings.append(read(time.monotonic() - start, tally.streams))
    return readings


def _grown(readings: Sequence[Reading]) -> list[str]:
    """Return a complaint for each resource that has grown or is left."""
    before, *during, after = readings
    warm = during[int(len(during) * WARM_UP) :]
    found = [
        f"{name}: {getattr(before, name)} before, {getattr(after, name)} afterwards"
        for name in ("sockets", "tasks", "threads")
        if getattr(after, name) > getattr(before, name)
    ]
    if len(warm) >= 2:
        half = len(warm) // 2
        for name in ("megabytes", "blocks", "sockets", "tasks", "threads"):
            early = max(getattr(each, name) for each in warm[:half])
            late = max(getattr(each, name) for each in warm[half:])
            if late > early * GROWTH:
                found.append(
                    f"{name}: at most {early:.0f} in the first half, {late:.0f} in the second"
                )
    return found


def _report(readings: Sequence[Reading], tally: Tally, complaints: Sequence[str]) -> None:
    heads = ("s", "MB", "blocks", "sockets", "tasks", "threads", "streams")
    print("".join(f"{head:>9}" for head in heads))
    for each in readings:
        counts = (each.blocks, each.sockets, each.tasks, each.threads, each.streams)
        print(f"{each.seconds:9.0f}{each.megabytes:9.1f}" + "".join(f"{n:9}" for n in counts))
    print(f"\n{tally.streams:,} streams, {tally.events:,} events")
    for end, count in tally.ends.most_common():
        print(f"{count:8,} {end}")
    print(f"\n{len(complaints)} complaints")
    for complaint in complaints[:20]:
        print(f"  {complaint}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--streams", type=int, default=200, help="how many at once")
    parser.add_argument("--threads", type=int, default=20, help="how many of them in threads")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
