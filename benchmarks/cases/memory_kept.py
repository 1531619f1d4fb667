"""Question 6: the memory of a stream whose events are all kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import growth, times_cheaper
from benchmarks.case import Answer, Case, Contender, Workload, peak_bytes
from benchmarks.data import streamed
from benchmarks.streams import openai_client, params, streamkit_client

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from benchmarks.case import Run


def _keeping(package: ModuleType, client: Callable[[tuple[bytes, ...]], Any], chunks: int) -> Run:
    openai = client(streamed("text", chunks).pieces)
    given = params("text", package)

    def run() -> Answer:
        with openai.chat.completions.stream(**given) as stream:
            events = list(stream)
        deltas = [event.delta for event in events if event.type == "content.delta"]
        return Answer({"text": "".join(deltas)})

    return run


def _streamkit(workload: Workload) -> Run:
    import streamkit

    return _keeping(streamkit, streamkit_client, workload.size)


def _openai(workload: Workload) -> Run:
    import openai

    return _keeping(openai, openai_client, workload.size)


SIZES = (600, 6_000, 25_000)

CASE = Case(
    question="How much memory do the events of a stream of text take, when all are kept?",
    unit="bytes at the peak per chunk",
    workloads=[Workload("text", size) for size in SIZES],
    quick=[Workload("text", size) for size in SIZES[:1]],
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx",)),
        "openai": Contender(_openai, ("openai",)),
    },
    answer=lambda work: {"text": streamed("text", work.size).text},
    measure=peak_bytes,
    scale=lambda work: 1 / work.size,
    budgets=[growth(1.15, since=SIZES[0]), times_cheaper(20, "openai", since=SIZES[-1])],
    rehearsal=lambda work: work._replace(size=SIZES[0]),
    rounds=1,
)
