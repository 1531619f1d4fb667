"""Question 1: the cost of a structured answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import times_cheaper, times_the_cost
from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.streams import (
    answer,
    openai_client,
    streamkit_client,
    through_client,
    through_floor,
    through_pipeline,
)

if TYPE_CHECKING:
    from benchmarks.case import Run


MANY = "structured, 16 frames a read"


def _frames(workload: Workload) -> int:
    return 16 if workload.name == MANY else 1


def _streamkit(workload: Workload) -> Run:
    return through_pipeline("structured", workload.size, _frames(workload))


def _streamkit_client(workload: Workload) -> Run:
    import streamkit

    frames = _frames(workload)
    return through_client(streamkit, streamkit_client, "structured", workload.size, frames=frames)


def _floor(workload: Workload) -> Run:
    return through_floor("structured", workload.size, _frames(workload))


def _openai(workload: Workload) -> Run:
    import openai

    return through_client(openai, openai_client, "structured", workload.size)


def _openai_without_parsing(workload: Workload) -> Run:
    import openai

    return through_client(openai, openai_client, "structured", workload.size, parse=False)


def _answer(workload: Workload) -> dict[str, Any]:
    return answer("structured", workload.size)


CASE = Case(
    question="What does a chunk of a structured answer cost, when `parsed` is read at each event?",
    unit="µs of CPU time per chunk",
    workloads=[Workload("structured", size) for size in (600, 2_400, 6_000)],
    quick=[Workload("structured", 2_400)],
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx", "msgspec")),
        "streamkit client": Contender(_streamkit_client, ("streamkit-rx", "httpx")),
        "openai": Contender(_openai, ("openai", "httpx2", "pydantic", "jiter")),
        "openai, not parsing": Contender(_openai_without_parsing, ("openai",)),
        "floor": Contender(_floor, ("httpx-sse", "msgspec")),
    },
    answer=_answer,
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[times_cheaper(40, "openai", since=6_000), times_the_cost(2, "floor", since=6_000)],
)
