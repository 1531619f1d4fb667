"""Question 7: the cost of ``observe()``, against the ``for`` loop."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import times_the_cost
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.streams import params, streamkit_client

if TYPE_CHECKING:
    from benchmarks.case import Run
    from benchmarks.data import Kind

KINDS: tuple[Kind, ...] = ("text", "structured")


class _Reader:
    """A reader that joins the content, from a loop or as an observer."""

    def __init__(self) -> None:
        self._deltas: list[str] = []
        self._failures: list[Exception] = []
        self._ends = 0

    def on_next(self, event: Any) -> None:
        if event.type == "content.delta":
            self._deltas.append(event.delta)

    def on_error(self, error: Exception) -> None:
        self._failures.append(error)

    def on_completed(self) -> None:
        self._ends += 1

    def answer(self) -> Answer:
        text = "".join(self._deltas)
        return Answer({"text": text, "failures": self._failures, "ends": self._ends})


def _observe(workload: Workload) -> Run:
    import streamkit

    kind = _kind(workload)
    client = streamkit_client(streamed(kind, workload.size).pieces)
    given = params(kind, streamkit)

    def run() -> Answer:
        reader = _Reader()
        client.chat.completions.observe(**given).subscribe(
            reader.on_next, reader.on_error, reader.on_completed
        )
        return reader.answer()

    return run


def _for(workload: Workload) -> Run:
    import streamkit

    kind = _kind(workload)
    client = streamkit_client(streamed(kind, workload.size).pieces)
    given = params(kind, streamkit)

    def run() -> Answer:
        reader = _Reader()
        with client.chat.completions.stream(**given) as stream:
            for event in stream:
                reader.on_next(event)
        reader.on_completed()
        return reader.answer()

    return run


def _answer(workload: Workload) -> dict[str, Any]:
    return {"text": streamed(_kind(workload), workload.size).text, "failures": [], "ends": 1}


def _kind(workload: Workload) -> Kind:
    return "structured" if workload.name == "structured" else "text"


CASE = Case(
    question="What does a chunk cost an observer of `observe()`, and what a `for` loop?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(kind, size) for kind in KINDS for size in (600, 6_000)],
    quick=[Workload(kind, 600) for kind in KINDS],
    contenders={
        "streamkit": Contender(_observe, ("streamkit-rx", "reactivex", "httpx")),
        "for": Contender(_for, ("streamkit-rx", "httpx")),
    },
    answer=_answer,
    measure=partial(cpu_seconds, runs=100),  # a run of 600 takes a few milliseconds
    scale=lambda workload: 1e6 / workload.size,
    budgets=[times_the_cost(1.3, "for")],
)
