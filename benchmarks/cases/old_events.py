"""Question 2 for events that are kept: the cost of reading them late, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from benchmarks import protocols, streams
from benchmarks.budgets import growth
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import Kind, streamed

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Run

CHAT: tuple[Kind, ...] = ("structured", "tool arguments")
NAMES = (*CHAT, *protocols.NAMES)
KEPT = 25_000


def _streamkit(workload: Workload) -> Run:
    """Return a run that reads so many streams that the events of all are as many as of a long one.

    All events of one short stream are in the processor's caches, from which 25,000 are not read.
    """
    if workload.name in protocols.NAMES:
        parts = protocols.parts_of(workload)
        emitted = partial(protocols.events_of, *parts)
        read: Callable[[list[Any]], Answer] = partial(protocols.read, parts[0])
    else:
        import streamkit

        kind = cast("Kind", workload.name)
        pieces = streamed(kind, workload.size).pieces
        emitted = partial(streams.events_of, pieces, streams.params(kind, streamkit))
        read = streams.consume
    kept = [[*emitted()] for _ in range(_number(workload))]

    def run() -> Answer:
        *others, last = map(read, kept)
        return last if all(other == last for other in others) else Answer({})

    return run


def _number(workload: Workload) -> int:
    return KEPT // workload.size


def _answer(workload: Workload) -> dict[str, Any]:
    if workload.name in protocols.NAMES:
        return protocols.answer_of(*protocols.parts_of(workload))
    return streams.answer(cast("Kind", workload.name), workload.size)


CASE = Case(
    question="What does the parsed value of an old event cost, when all are read at the end?",
    unit="µs of CPU time per event",
    workloads=[Workload(name, size) for name in NAMES for size in (600, 2_400, KEPT)],
    quick=[Workload(name, size) for name in NAMES for size in (600, 2_400)],
    contenders={"streamkit": Contender(_streamkit, ("streamkit-rx",))},
    answer=_answer,
    measure=cpu_seconds,
    scale=lambda work: 1e6 / (work.size * _number(work)),
    budgets=[growth(1.15, since=600)],
)
