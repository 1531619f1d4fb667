"""The cost of ``items`` and ``select`` on a large document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import at_most, growth
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Run

CHARACTERS = 4
"""The characters of a delta."""
STEP = '{"explanation": "The next step is to subtract seven from both sides", "output": "8x"}'
SMALL, LARGE = 64 * 1024, 1024 * 1024


def _document(length: int) -> str:
    steps = ", ".join([STEP] * (length // (len(STEP) + 2)))
    return f'{{"steps": [{steps}], "answer": "x"}}'


def _pieces(length: int) -> list[str]:
    text = _document(length)
    return [text[at : at + CHARACTERS] for at in range(0, len(text), CHARACTERS)]


def _operator(name: str) -> Callable[[Any], Any]:
    from streamkit import operators as ops

    if name == "items":
        return ops.items("steps[*]")
    return ops.select("steps[*].output")


def _prepare(workload: Workload) -> Run:
    from reactivex import Observable
    from reactivex.disposable import Disposable

    from streamkit._core.text import TextLog
    from streamkit.events import ContentDeltaEvent
    from streamkit.structured.reader import Reader

    text, reader = TextLog(), Reader()
    events = [
        ContentDeltaEvent(0, text.append(piece), text, text.length, reader)
        for piece in _pieces(workload.size)
    ]

    def subscribe(observer: Any, _: Any = None) -> Any:
        push = observer.on_next
        for event in events:
            push(event)
        observer.on_completed()
        return Disposable()

    def run() -> Answer:
        done: list[Any] = []

        def see(event: Any) -> None:
            if event.type.endswith(".done"):
                done.append(event.value)

        source: Observable[Any] = Observable(subscribe)
        source.pipe(_operator(workload.name)).subscribe(see)
        return Answer({"values": len(done)})

    return run


CASE = Case(
    question="What does a delta of four characters cost `items` and `select`?",
    unit="µs of CPU time per delta",
    workloads=[Workload(name, size) for name in ("items", "select") for size in (SMALL, LARGE)],
    quick=[Workload(name, SMALL) for name in ("items", "select")],
    contenders={"streamkit": Contender(_prepare, ("streamkit-rx", "reactivex"))},
    answer=lambda work: {"values": _document(work.size).count(STEP)},
    measure=cpu_seconds,
    scale=lambda work: 1e6 * CHARACTERS / work.size,
    budgets=[at_most(2), growth(1.25, since=SMALL)],
)
