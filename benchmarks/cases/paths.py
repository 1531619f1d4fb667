"""The cost of ``items``, ``select`` and ``patches`` on a large document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import at_most, growth
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Run

CHARACTERS = 4
"""The characters of a delta."""
STEP = '{"explanation": "The next step is to subtract seven from both sides", "output": "8x"}'
WORD = "word "
SMALL, LARGE = 64 * 1024, 1024 * 1024

ITEMS, SELECT, ONE_STRING, PATCHES = "items", "select", "select, one string", "patches"
NAMES = (ITEMS, SELECT, ONE_STRING, PATCHES)


def _document(workload: Workload) -> str:
    if workload.name == ONE_STRING:
        return f'{{"answer": "{WORD * (workload.size // len(WORD))}"}}'
    steps = ", ".join([STEP] * (workload.size // (len(STEP) + 2)))
    return f'{{"steps": [{steps}]}}'


def _answer(workload: Workload) -> dict[str, Any]:
    """Return the number of values at the path, and the characters of all strings that are there."""
    value = json.loads(_document(workload))
    if workload.name == ONE_STRING:
        return {"values": 1, "characters": len(value["answer"])}
    steps = value["steps"]
    if workload.name == ITEMS:
        return {"values": len(steps), "characters": 0}
    whole = {SELECT: len(steps), PATCHES: 0}[workload.name]
    keys = {SELECT: ("output",), PATCHES: ("explanation", "output")}[workload.name]
    return {"values": whole, "characters": sum(len(step[key]) for step in steps for key in keys)}


def _operator(name: str) -> Callable[[Any], Any]:
    from streamkit import operators as ops

    operators: dict[str, Callable[[], Callable[[Any], Any]]] = {
        ITEMS: lambda: ops.items("steps[*]"),
        SELECT: lambda: ops.select("steps[*].output"),
        ONE_STRING: lambda: ops.select("answer"),
        PATCHES: ops.patches,
    }
    return operators[name]()


def _prepare(workload: Workload) -> Run:
    from reactivex import Observable
    from reactivex.disposable import Disposable

    from streamkit._core.text import TextLog
    from streamkit.events import ContentDeltaEvent
    from streamkit.structured.reader import Reader

    text, reader, document = TextLog(), Reader(), _document(workload)
    events = [
        ContentDeltaEvent(0, text.append(piece), text, text.length, reader)
        for piece in (document[at : at + CHARACTERS] for at in range(0, len(document), CHARACTERS))
    ]

    def subscribe(observer: Any, _: Any = None) -> Any:
        push = observer.on_next
        for event in events:
            push(event)
        observer.on_completed()
        return Disposable()

    def run() -> Answer:
        values = characters = 0

        def see(event: Any) -> None:
            nonlocal values, characters
            if event.type == "path.delta":
                characters += len(event.delta)
            elif event.type == "patch":
                for operation in event.operations:
                    if isinstance(operation["value"], str):
                        characters += len(operation["value"])
            else:
                values += 1

        source: Observable[Any] = Observable(subscribe)
        source.pipe(_operator(workload.name)).subscribe(see)
        return Answer({"values": values, "characters": characters})

    return run


CASE = Case(
    question="What does a delta of four characters cost `items`, `select` and `patches`?",
    unit="µs of CPU time per delta",
    workloads=[Workload(name, size) for name in NAMES for size in (SMALL, LARGE)],
    quick=[Workload(name, SMALL) for name in NAMES],
    contenders={"streamkit": Contender(_prepare, ("streamkit-rx", "reactivex"))},
    answer=_answer,
    measure=cpu_seconds,
    scale=lambda work: 1e6 * CHARACTERS / work.size,
    budgets=[
        at_most(2, where=lambda work: work.name != PATCHES),
        growth(1.25, since=SMALL),
    ],
)
