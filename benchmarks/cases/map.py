"""Question 12: the cost of many requests at a time."""

from __future__ import annotations

import asyncio
import atexit
import subprocess
import sys
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import pydantic  # noqa: TID253 - the type to parse

from benchmarks.answers import report_on
from benchmarks.budgets import times_cheaper, times_the_cost
from benchmarks.case import COST, Answer, Case, Contender, Workload, by_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.case import Run

AT_ONCE = 100
PATIENCE = 300.0
SECONDS = "s in all"


class Report(pydantic.BaseModel):
    """The answers, which are parsed."""

    title: str
    total: int
    ratio: float


def _requests(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {"messages": [{"role": "user", "content": str(number)}]}


@lru_cache
def _base_url() -> str:
    command = [sys.executable, "-m", "benchmarks.answers"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)  # closes its input, which ends it
    return next(iter(server.stdout or ())).strip()


def _timed(answer: Callable[[str, int], dict[int, Any]]) -> Callable[[Workload], Run]:
    """Return a ``prepare`` for the work of a function of the server's address and a count."""

    def prepare(workload: Workload) -> Run:
        base_url = _base_url()

        def run() -> Answer:
            began, start = time.perf_counter(), time.process_time()
            reports = answer(base_url, workload.size)
            seconds = time.process_time() - start
            return Answer(
                {"reports": reports}, {COST: seconds, SECONDS: time.perf_counter() - began}
            )

        return run

    return prepare


def _streamkit(base_url: str, count: int) -> dict[int, Any]:
    from streamkit import AsyncOpenAI

    async def main() -> dict[int, Any]:
        async with AsyncOpenAI(api_key="k", base_url=base_url, timeout=PATIENCE) as client:
            results = client.chat.completions.map(
                _requests(count), model="m", response_format=Report, max_concurrent=AT_ONCE
            )
            return {result.index: _plain(result.parsed) async for result in results}

    return asyncio.run(main())


def _streamkit_in_threads(base_url: str, count: int) -> dict[int, Any]:
    from streamkit import OpenAI

    with OpenAI(api_key="k", base_url=base_url, timeout=PATIENCE) as client:
        results = client.chat.completions.map(
            _requests(count), model="m", response_format=Report, max_concurrent=AT_ONCE
        )
        return {result.index: _plain(result.parsed) for result in results}


def _openai(base_url: str, count: int) -> dict[int, Any]:
    from openai import AsyncOpenAI

    async def main() -> dict[int, Any]:
        places = asyncio.Semaphore(AT_ONCE)
        async with AsyncOpenAI(api_key="k", base_url=base_url, timeout=PATIENCE) as client:

            async def ask(request: Any) -> Any:
                async with places:
                    completion = await client.chat.completions.parse(
                        model="m", response_format=Report, **request
                    )
                return _plain(completion.choices[0].message.parsed)

            answers = await asyncio.gather(*map(ask, _requests(count)))
        return dict(enumerate(answers))

    return asyncio.run(main())


def _httpx(base_url: str, count: int) -> dict[int, Any]:
    import httpx

    async def main() -> dict[int, Any]:
        places = asyncio.Semaphore(AT_ONCE)
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as client:

            async def ask(request: Any) -> Any:
                async with places:
                    response = await client.post(f"{base_url}/chat/completions", json=request)
                content = msgspec.json.decode(response.content)["choices"][0]["message"]["content"]
                return _plain(Report.model_validate_json(content))

            answers = await asyncio.gather(*map(ask, _requests(count)))
        return dict(enumerate(answers))

    return asyncio.run(main())


def _plain(report: Report | None) -> Any:
    return None if report is None else report.model_dump()


CASE = Case(
    question=f"What does a request cost among many, {AT_ONCE} at once, whose answers are parsed?",
    unit="µs of CPU time of the client's process per request",
    workloads=[Workload("requests", 1_000)],
    quick=[Workload("requests", 200)],
    contenders={
        "streamkit": Contender(_timed(_streamkit), ("streamkit-rx", "httpx")),
        "streamkit in threads": Contender(_timed(_streamkit_in_threads), ("streamkit-rx",)),
        "openai": Contender(_timed(_openai), ("openai", "httpx2")),
        "floor": Contender(_timed(_httpx), ("httpx", "msgspec", "pydantic")),
    },
    answer=lambda work: {"reports": {number: report_on(number) for number in range(work.size)}},
    measure=by_itself,
    scale=lambda work: 1e6 / work.size,
    budgets=[times_cheaper(1.5, "openai"), times_the_cost(1, "openai", figure=SECONDS)],
    rehearsal=lambda work: work._replace(size=10),
)
