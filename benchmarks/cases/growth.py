"""Question 2: the growth of the cost with the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from benchmarks.budgets import growth
from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.data import Kind
from benchmarks.streams import answer, openai_client, through_client, through_pipeline

if TYPE_CHECKING:
    from benchmarks.case import Run

KINDS: tuple[Kind, ...] = get_args(Kind)


def _streamkit(workload: Workload) -> Run:
    return through_pipeline(cast("Kind", workload.name), workload.size)


def _openai(workload: Workload) -> Run:
    import openai

    return through_client(openai, openai_client, cast("Kind", workload.name), workload.size)


def _answer(workload: Workload) -> dict[str, Any]:
    return answer(cast("Kind", workload.name), workload.size)


def _small_enough(workload: Workload) -> bool:
    # The openai package is quadratic when it parses, and worse with log probabilities, because it
    # copies them.
    return workload.size <= (600 if workload.name == "logprobs" else 2_400)


CASE = Case(
    question="Does a chunk cost the same wherever it is in a stream, whatever it carries?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(kind, size) for kind in KINDS for size in (600, 2_400, 25_000)],
    quick=[Workload(kind, size) for kind in KINDS for size in (600, 6_000)],
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx",)),
        "openai": Contender(_openai, ("openai",), takes=_small_enough),
    },
    answer=_answer,
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[growth(1.15, since=600)],
)
