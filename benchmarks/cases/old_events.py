"""Question 2 for events that are kept: the cost of reading them late, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from benchmarks import protocols, streams
from benchmarks.budgets import growth
from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.data import Kind, streamed

if TYPE_CHECKING:
    from benchmarks.case import Run

CHAT: tuple[Kind, ...] = ("structured", "tool arguments")
NAMES = (*CHAT, *protocols.NAMES)


def _streamkit(workload: Workload) -> Run:
    if workload.name in protocols.NAMES:
        parts = protocols.parts_of(workload)
        kept = [*protocols.events_of(*parts)]
        return lambda: protocols.read(parts[0], kept)
    import streamkit

    kind = cast("Kind", workload.name)
    pieces = streamed(kind, workload.size).pieces
    events = [*streams.events_of(pieces, streams.params(kind, streamkit))]
    return lambda: streams.consume(events)


def _answer(workload: Workload) -> dict[str, Any]:
    if workload.name in protocols.NAMES:
        return protocols.answer_of(*protocols.parts_of(workload))
    return streams.answer(cast("Kind", workload.name), workload.size)


CASE = Case(
    question="What does the parsed value of an old event cost, when all are read at the end?",
    unit="µs of CPU time per event",
    workloads=[Workload(name, size) for name in NAMES for size in (600, 2_400, 25_000)],
    quick=[Workload(name, size) for name in NAMES for size in (600, 2_400)],
    contenders={"streamkit": Contender(_streamkit, ("streamkit-rx",))},
    answer=_answer,
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[growth(1.15, since=600)],
)
