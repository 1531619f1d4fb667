"""Question 8: the cost end to end, from a server in another process."""

from __future__ import annotations

import asyncio
import atexit
import statistics
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.budgets import times_cheaper, times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself
from benchmarks.data import Report, streamed
from benchmarks.server import MODELS
from benchmarks.streams import Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from benchmarks.case import Run

ONE, MANY = "one at a time", "streams at once"
FIRST = "ms to the first event"
PATIENCE = 300.0
ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "Report."}]}


def _model(workload: Workload) -> str:
    return "recording:long" if workload.name == ONE else "recording:short"


def _chunks(workload: Workload) -> int:
    return MODELS[_model(workload)]


@lru_cache
def _base_url() -> str:
    command = [sys.executable, "-m", "benchmarks.server"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)  # closes its input, which ends it
    return next(iter(server.stdout or ())).strip()


def _at_once(open_client: Callable[[str], Any], deltas: Callable[..., AsyncIterator[str]]) -> Any:
    """Return a ``prepare`` for reading many streams at once, each in a task of its own."""

    def prepare(workload: Workload) -> Run:
        base_url = _base_url()
        # The number of streams at a time, and of repetitions: a single first event is too little.
        at_once, times_over = (1, workload.size) if workload.name == ONE else (workload.size, 1)

        async def read(client: Any, model: str) -> tuple[str, list[float]]:
            times = [time.perf_counter()]
            texts: list[str] = []
            async for delta in deltas(client, model):
                times.append(time.perf_counter())
                texts.append(delta)
            return "".join(texts), times

        async def read_all() -> Answer:
            model = _model(workload)
            async with open_client(base_url) as client:
                # Some clients set up, for example, certificates only at the first request.
                await read(client, "recording:short")
                results: list[tuple[str, list[float]]] = []
                start = time.process_time()
                for _ in range(times_over):
                    results += await asyncio.gather(*(read(client, model) for _ in range(at_once)))
                seconds = time.process_time() - start
            gaps = [b - a for _, times in results for a, b in pairwise(times[1:])]
            figures = {
                COST: seconds,
                FIRST: statistics.median(times[1] - times[0] for _, times in results) * 1e3,
                "ms p99 gap": statistics.quantiles(gaps, n=100)[98] * 1e3,
                "ms longest gap": max(gaps) * 1e3,
            }
            return Answer({"texts": {text for text, _ in results}}, figures)

        return lambda: asyncio.run(read_all())

    return prepare


def _streamkit(base_url: str) -> Any:
    from streamkit import AsyncOpenAI

    return AsyncOpenAI(api_key="k", base_url=base_url, timeout=PATIENCE, max_retries=0)


def _streamkit_over_aiohttp(base_url: str) -> Any:
    from httpx_aiohttp import HttpxAiohttpClient

    from streamkit import AsyncOpenAI

    http = HttpxAiohttpClient(limits=_limits())
    client = AsyncOpenAI(
        api_key="k", base_url=base_url, timeout=PATIENCE, max_retries=0, http_client=http
    )
    return _and_its(http, client)


def _openai(base_url: str) -> Any:
    from openai import AsyncOpenAI

    return AsyncOpenAI(api_key="k", base_url=base_url, timeout=PATIENCE, max_retries=0)


@asynccontextmanager
async def _and_its(http: Any, client: Any) -> AsyncGenerator[Any, None]:
    """Yield a client, and close the HTTP client that it was given and does not close itself."""
    async with http, client:
        yield client


def _limits() -> Any:
    import httpx

    return httpx.Limits(max_connections=1000, max_keepalive_connections=100)


async def _parsed_deltas(client: Any, model: str) -> AsyncIterator[str]:
    manager = client.chat.completions.stream(model=model, response_format=Report, **ASKED)
    async with manager as stream:
        async for event in stream:
            if event.type == "content.delta":
                _ = event.parsed
                yield event.delta


def _httpx(base_url: str) -> Any:
    import httpx

    return httpx.AsyncClient(base_url=base_url, timeout=PATIENCE, limits=_limits())


async def _bare_deltas(client: Any, model: str) -> AsyncIterator[str]:
    from httpx_sse import aconnect_sse

    decode = msgspec.json.Decoder(Chunk).decode
    body = {"model": model, "stream": True, **ASKED}
    async with aconnect_sse(client, "POST", "/chat/completions", json=body) as source:
        async for event in source.aiter_sse():
            if event.data == "[DONE]":
                break
            for choice in decode(event.data).choices:
                if choice.delta.content:
                    yield choice.delta.content


CASE = Case(
    question=(
        "What does a chunk of a structured answer cost an async client over HTTP, how long does "
        "the first event take, and does any stream wait for the others?"
    ),
    unit="µs of CPU time of the client's process per chunk",
    workloads=[Workload(ONE, 9), Workload(MANY, 100), Workload(MANY, 1_000)],
    quick=[Workload(ONE, 3), Workload(MANY, 50)],
    contenders={
        "streamkit": Contender(_at_once(_streamkit, _parsed_deltas), ("streamkit-rx", "httpx")),
        "streamkit, aiohttp": Contender(
            _at_once(_streamkit_over_aiohttp, _parsed_deltas),
            ("streamkit-rx", "httpx-aiohttp", "aiohttp"),
        ),
        "openai": Contender(_at_once(_openai, _parsed_deltas), ("openai", "httpx2")),
        "floor": Contender(_at_once(_httpx, _bare_deltas), ("httpx", "httpx-sse", "msgspec")),
    },
    answer=lambda work: {"texts": {streamed("structured", _chunks(work)).text}},
    measure=by_itself,
    scale=lambda work: 1e6 / (work.size * _chunks(work)),
    budgets=[times_cheaper(8, "openai"), times_the_cost(1, "openai", figure=FIRST)],
    rehearsal=lambda work: work._replace(size=1 if work.name == ONE else 10),
    rounds=1,
)
