"""Question 2 for whole answers: the cost of the answer so far at each event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import growth
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import Kind, streamed
from benchmarks.streams import events_of, params

if TYPE_CHECKING:
    from benchmarks.case import Run


def _streamkit(workload: Workload) -> Run:
    import streamkit

    pieces = streamed(KIND, workload.size).pieces
    given = params(KIND, streamkit)

    def run() -> Answer:
        snapshot: Any = None
        for event in events_of(pieces, given):
            if event.type == "chunk":
                snapshot = event.snapshot
        calls = snapshot.choices[0].message.tool_calls
        return Answer({"text": "".join(call.function.arguments for call in calls)})

    return run


KIND: Kind = "64 tool calls"

CASE = Case(
    question="What does the answer so far cost, when `snapshot` is read at each event?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(KIND, size) for size in (600, 2_400, 6_000)],
    quick=[Workload(KIND, size) for size in (600, 2_400)],
    contenders={"streamkit": Contender(_streamkit, ("streamkit-rx",))},
    answer=lambda work: {"text": streamed(KIND, work.size).text},
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[growth(1.15, since=600)],
)
