"""Question 6: the memory that a process holds after a thousand streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import at_most
from benchmarks.case import Answer, Case, Contender, Workload, held_bytes
from benchmarks.data import streamed
from benchmarks.streams import (
    consume,
    openai_client,
    params,
    streamkit_client,
    through_pipeline,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from benchmarks.case import Run

CHUNKS = 20


def _one_after_another(
    package: ModuleType, client: Callable[[tuple[bytes, ...]], Any], count: int
) -> Run:
    openai = client(streamed("structured", CHUNKS).pieces)
    given = params("structured", package)

    def run() -> Answer:
        answer = Answer({})
        for _ in range(count):
            with openai.chat.completions.stream(**given) as stream:
                answer = consume(stream)
        return Answer({"text": answer.says["text"]})

    return run


def _streamkit(workload: Workload) -> Run:
    one = through_pipeline("structured", CHUNKS)

    def run() -> Answer:
        answer = Answer({})
        for _ in range(workload.size):
            answer = one()
        return Answer({"text": answer.says["text"]})

    return run


def _streamkit_client(workload: Workload) -> Run:
    import streamkit

    return _one_after_another(streamkit, streamkit_client, workload.size)


def _openai(workload: Workload) -> Run:
    import openai

    return _one_after_another(openai, openai_client, workload.size)


CASE = Case(
    question=(
        "How much memory does a process keep for good, after so many streams of 20 chunks, "
        "one after another?"
    ),
    unit="KB held after a collection",
    workloads=[Workload("streams", count) for count in (10, 100, 1_000)],
    quick=[Workload("streams", count) for count in (10, 40)],
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx",)),
        "streamkit client": Contender(_streamkit_client, ("streamkit-rx", "httpx")),
        "openai": Contender(_openai, ("openai",), lambda work: work.size <= 100),
    },
    answer=lambda _: {"text": streamed("structured", CHUNKS).text},
    measure=held_bytes,
    scale=lambda _: 1e-3,
    # The interpreter itself keeps some KB; memory kept by each stream would be a hundred times that
    # of ten streams. The client also keeps compiled regular expressions of httpx, as a trace shows.
    budgets=[at_most(8, where=lambda work: work.size == 1_000)],
    rehearsal=lambda work: work._replace(size=10),
    rounds=1,
)
