"""Question 7: the cost of observers and of operators."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.streams import params, streamkit_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from benchmarks.case import Run

CHUNKS = 600
OBSERVERS, OPERATORS = "observers", "operators"


class _Counter:
    """An observer that counts the characters of the content."""

    def __init__(self) -> None:
        self.characters = 0

    def on_next(self, event: Any) -> None:
        if event.type == "content.delta":
            self.characters += len(event.delta)


def _streamkit(workload: Workload) -> Run:
    return _operators() if workload.name == OPERATORS else _observers(workload.size)


def _observers(count: int) -> Run:
    """Return a run with ``count`` observers of a stream that its reader drives."""
    import streamkit

    client = streamkit_client(streamed("text", CHUNKS).pieces)

    def run() -> Answer:
        counters = [_Counter() for _ in range(count)]
        with client.chat.completions.stream(**params("text", streamkit)) as stream:
            for counter in counters:
                stream.subscribe(counter.on_next)
            stream.until_done()
        return Answer({"characters": {counter.characters for counter in counters}})

    return run


def _operators() -> Run:
    """Return a run of five operators, from server-sent events to the text so far."""
    from reactivex import operators as rx

    from streamkit import operators as ops
    from streamkit.events import ContentDeltaEvent

    def length(event: object) -> int:
        return len(event.delta) if isinstance(event, ContentDeltaEvent) else 0

    return _counting(
        ops.decode(),
        ops.accumulate(),
        rx.flat_map(_updates),
        ops.partial_parse(),
        rx.map(length),
    )


def _updates(event: Any) -> Observable[Any]:
    import reactivex

    return reactivex.from_iterable(event.updates)


def _counting(*operators: Callable[[Observable[Any]], Observable[Any]]) -> Run:
    import reactivex

    from streamkit._core.sse import SSEDecoder
    from streamkit.operators import pipe

    decoder = SSEDecoder()
    events = [event for piece in streamed("text", CHUNKS).pieces for event in decoder.feed(piece)]

    def run() -> Answer:
        lengths: list[int] = []
        failures: list[Exception] = []
        source = reactivex.from_iterable(events)
        pipe(*operators)(source).subscribe(lengths.append, failures.append)
        return Answer({"characters": {sum(lengths)}, "failures": failures})

    return run


def _plain(workload: Workload) -> Run:
    """Return the same run with reactivex alone: a Subject, or its own operators over json."""
    from reactivex import operators as rx

    if workload.name == OBSERVERS:
        return _subject(workload.size)

    def decoded(event: Any) -> Any:
        return json.loads(event.data)

    def deltas(chunk: Any) -> Observable[Any]:
        import reactivex

        return reactivex.from_iterable([choice["delta"] for choice in chunk["choices"]])

    def is_data(event: Any) -> bool:
        return bool(event.data != b"[DONE]")

    def length(delta: Any) -> int:
        return len(delta.get("content") or "")

    return _counting(
        rx.take_while(is_data),
        rx.map(decoded),
        rx.flat_map(deltas),
        rx.filter(bool),
        rx.map(length),
    )


def _subject(count: int) -> Run:
    import streamkit

    client = streamkit_client(streamed("text", CHUNKS).pieces)

    def run() -> Answer:
        from reactivex import Subject

        counters = [_Counter() for _ in range(count)]
        subject: Subject[Any] = Subject()
        for counter in counters:
            subject.subscribe(counter.on_next)
        with client.chat.completions.stream(**params("text", streamkit)) as stream:
            for event in stream:
                subject.on_next(event)
        subject.on_completed()
        return Answer({"characters": {counter.characters for counter in counters}})

    return run


WORKLOADS = (*(Workload(OBSERVERS, count) for count in (1, 10, 100)), Workload(OPERATORS, 5))

CASE = Case(
    question="What does a chunk cost with so many observers, or through so many operators?",
    unit="µs of CPU time per chunk, of 600",
    workloads=WORKLOADS,
    quick=WORKLOADS,
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx", "reactivex")),
        "plain reactivex": Contender(_plain, ("streamkit-rx", "reactivex")),
    },
    answer=lambda _: {"characters": {len(streamed("text", CHUNKS).text)}, "failures": []},
    measure=cpu_seconds,
    scale=lambda _: 1e6 / CHUNKS,
)
