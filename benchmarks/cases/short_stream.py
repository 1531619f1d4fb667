"""Question 5: the cost of a short stream."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import times_cheaper
from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.streams import (
    answer,
    openai_client,
    streamkit_client,
    through_client,
    through_pipeline,
)

if TYPE_CHECKING:
    from benchmarks.case import Run
    from benchmarks.data import Kind

KINDS: tuple[Kind, ...] = ("text", "structured")


def _pipeline(workload: Workload) -> Run:
    return through_pipeline(_kind(workload), workload.size)


def _streamkit_client(workload: Workload) -> Run:
    import streamkit

    return through_client(streamkit, streamkit_client, _kind(workload), workload.size)


def _openai(workload: Workload) -> Run:
    import openai

    return through_client(openai, openai_client, _kind(workload), workload.size)


def _answer(workload: Workload) -> dict[str, Any]:
    return answer(_kind(workload), workload.size)


def _kind(workload: Workload) -> Kind:
    return "structured" if workload.name == "structured" else "text"


CASE = Case(
    question="What does a short stream cost, from the call to its end?",
    unit="µs of CPU time per stream",
    workloads=[Workload(kind, 20) for kind in KINDS],
    quick=[Workload(kind, 20) for kind in KINDS],
    contenders={
        "streamkit": Contender(_pipeline, ("streamkit-rx",)),
        "streamkit client": Contender(_streamkit_client, ("streamkit-rx", "httpx")),
        "openai": Contender(_openai, ("openai", "httpx2")),
    },
    answer=_answer,
    measure=partial(cpu_seconds, runs=200),
    scale=lambda _: 1e6,
    budgets=[times_cheaper(10, "openai")],
)
