"""The cost of telemetry for a chunk, with a tracer that keeps nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks.budgets import more_than
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.streams import params, streamkit_client

if TYPE_CHECKING:
    from benchmarks.case import Run

KIND: Final = "text"


def _prepare(workload: Workload, *, on: bool) -> Run:
    import streamkit
    from streamkit.telemetry import instrument

    client = streamkit_client(streamed(KIND, workload.size).pieces)
    given = params(KIND, streamkit)
    if on:
        instrument(client)

    def run() -> Answer:
        deltas: list[str] = []
        with client.chat.completions.stream(**given) as events:
            deltas.extend(event.delta for event in events if event.type == "content.delta")
        return Answer({"text": "".join(deltas)})

    return run


def _answer(workload: Workload) -> dict[str, Any]:
    return {"text": streamed(KIND, workload.size).text}


CASE = Case(
    question="What does telemetry cost for a chunk?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(KIND, size) for size in (600, 6_000)],
    quick=[Workload(KIND, 600)],
    contenders={
        "streamkit": Contender(
            partial(_prepare, on=True), ("streamkit-rx", "opentelemetry-api", "httpx")
        ),
        "without": Contender(partial(_prepare, on=False), ("streamkit-rx", "httpx")),
    },
    answer=_answer,
    measure=partial(cpu_seconds, runs=5),
    scale=lambda workload: 1e6 / workload.size,
    budgets=[more_than("without", 1.0)],
    rounds=15,
    in_one_process=True,  # their costs differ by tenths
)
