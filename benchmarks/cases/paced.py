"""Question 9: the cost of streams at the pace of a model, from a server in another process."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself
from benchmarks.data import Report, streamed
from benchmarks.peers_server import PACE, paced, serving
from benchmarks.raw_socket import deltas

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from benchmarks.case import Run

RAW = "raw socket"
AT_ONCE = "a frame each 20 ms"
PATIENCE = 300.0
CHUNKS = 120
"""The number of chunks in an answer."""
ASKED: dict[str, Any] = {
    "model": paced(CHUNKS),
    "messages": [{"role": "user", "content": "Report."}],
}


def _at_once(
    open_client: Callable[[str], Any], read: Callable[[Any], Awaitable[str]]
) -> Callable[[Workload], Run]:
    """Return a ``prepare`` for reading many streams at once, each in a task of its own."""

    def prepare(workload: Workload) -> Run:
        base_url = f"{serving()}/v1"

        async def read_all() -> Answer:
            async with open_client(base_url) as client:
                await read(client)  # some clients set up, for example, certificates only then
                begun, start = time.perf_counter(), time.process_time()
                texts = await asyncio.gather(*(read(client) for _ in range(workload.size)))
                seconds = time.process_time() - start
                late = time.perf_counter() - begun - CHUNKS * PACE
            return Answer({"texts": {*texts}}, {COST: seconds, "s behind the pace": max(0.0, late)})

        return lambda: asyncio.run(read_all())

    return prepare


@asynccontextmanager
async def _streamkit(base_url: str, http: Any = None) -> AsyncGenerator[Any]:
    from streamkit import AsyncOpenAI

    async with AsyncOpenAI(
        api_key="k", base_url=base_url, timeout=PATIENCE, max_retries=0, http_client=http
    ) as client:
        yield client
    if http is not None:
        await http.aclose()


def _streamkit_over_httpx(base_url: str) -> Any:
    from streamkit import DefaultAsyncHttpxClient

    return _streamkit(base_url, DefaultAsyncHttpxClient())


def _streamkit_over_aiohttp(base_url: str) -> Any:
    from streamkit import DefaultAioHttpClient

    return _streamkit(base_url, DefaultAioHttpClient())


def _openai(base_url: str) -> Any:
    from openai import AsyncOpenAI

    return AsyncOpenAI(api_key="k", base_url=base_url, timeout=PATIENCE, max_retries=0)


async def _read_parsed(client: Any) -> str:
    texts: list[str] = []
    async with client.chat.completions.stream(response_format=Report, **ASKED) as stream:
        async for event in stream:
            if event.type == "content.delta":
                _ = event.parsed
                texts.append(event.delta)
    return "".join(texts)


@asynccontextmanager
async def _no_client(base_url: str) -> AsyncGenerator[str]:
    yield base_url


async def _read_socket(address: str) -> str:
    return "".join([delta async for delta in deltas(address, ASKED)])


CASE = Case(
    question=(
        "What does a chunk of a structured answer cost an async client with so many streams at "
        "once, each at the pace of a model?"
    ),
    unit="µs of CPU time of the client's process per chunk, requests included",
    workloads=[Workload(AT_ONCE, 100), Workload(AT_ONCE, 1_000)],
    quick=[Workload(AT_ONCE, 20)],
    contenders={
        "streamkit": Contender(_at_once(_streamkit, _read_parsed), ("streamkit-rx", "httpx")),
        "streamkit, httpx": Contender(
            _at_once(_streamkit_over_httpx, _read_parsed), ("streamkit-rx", "httpx")
        ),
        "streamkit, aiohttp": Contender(
            _at_once(_streamkit_over_aiohttp, _read_parsed),
            ("streamkit-rx", "httpx-aiohttp", "aiohttp"),
        ),
        "openai": Contender(
            _at_once(_openai, _read_parsed), ("openai",), lambda work: work.size <= 100
        ),
        RAW: Contender(_at_once(_no_client, _read_socket), ("msgspec",)),
    },
    answer=lambda _: {"texts": {streamed("structured", CHUNKS).text}},
    measure=by_itself,
    scale=lambda work: 1e6 / (work.size * CHUNKS),
    budgets=[times_the_cost(1.6, RAW, until=100), times_the_cost(2.5, RAW, since=1_000)],
    rehearsal=lambda work: work._replace(size=5),
    rounds=1,
)
