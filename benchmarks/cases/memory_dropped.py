"""Question 6: the memory of a stream whose events are dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import at_most
from benchmarks.case import Answer, Case, Contender, Workload, peak_bytes
from benchmarks.data import TOKEN, streamed
from benchmarks.streams import openai_client, params, streamkit_client

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from benchmarks.case import Run


def _dropping(package: ModuleType, client: Callable[[tuple[bytes, ...]], Any], chunks: int) -> Run:
    openai = client(streamed("structured", chunks).pieces)
    given = params("structured", package)

    def run() -> Answer:
        characters = 0
        with openai.chat.completions.stream(**given) as stream:
            for event in stream:
                if event.type == "content.delta":
                    characters += len(event.delta)
        return Answer({"characters": characters})

    return run


def _streamkit(workload: Workload) -> Run:
    import streamkit

    return _dropping(streamkit, streamkit_client, workload.size)


def _openai(workload: Workload) -> Run:
    import openai

    return _dropping(openai, openai_client, workload.size)


CASE = Case(
    question="How much memory does a structured stream hold, whose events are dropped?",
    unit="bytes at the peak per character of its text",
    workloads=[Workload("structured", size) for size in (600, 6_000, 25_000)],
    quick=[Workload("structured", 600)],
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx",)),
        "openai": Contender(_openai, ("openai",), lambda work: work.size <= 6_000),
    },
    answer=lambda work: {"characters": len(streamed("structured", work.size).text)},
    measure=peak_bytes,
    scale=lambda work: 1 / (TOKEN * work.size),
    # The buffers and machines of a stream of any length outweigh a short text.
    budgets=[at_most(8, where=lambda work: work.size >= 6_000)],
    rounds=1,
)
