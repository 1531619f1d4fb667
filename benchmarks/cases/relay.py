"""The cost of passing an event on, in each protocol of a relay, beyond the cost of reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.budgets import at_most, growth
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds

if TYPE_CHECKING:
    from benchmarks.case import Run

PROTOCOLS = ("ui-message", "ag-ui", "chat", "sse")
TEXT, CALLS = "text", "calls"
PIECE = "word "
SMALL, LARGE = 600, 25_000
BUDGET = 3


def _events(kind: str, count: int) -> list[Any]:
    """Return the events of a stream: for each piece, that of its chunk and that of its text."""
    from streamkit._core.text import TextLog
    from streamkit.events import ChunkHeadEvent, ContentDeltaEvent, Head
    from streamkit.events import FunctionToolCallArgumentsDeltaEvent as CallEvent
    from streamkit.structured.reader import Reader

    log, reader, chunk = TextLog(), Reader(), ChunkHeadEvent(Head("chatcmpl-1", "m", 1))
    events: list[Any] = []
    for _ in range(count):
        piece = log.append(PIECE)
        if kind == TEXT:
            event: Any = ContentDeltaEvent(0, piece, log, log.length, reader)
        else:
            event = CallEvent(0, 0, "write", "call_1", piece, log, log.length, reader)
        events += [chunk, event]
    return events


def _split(workload: Workload) -> tuple[str, Any]:
    protocol, kind = workload.name.split(", ")
    return protocol, _events(kind, workload.size)


def _relay(workload: Workload) -> Run:
    """Return a run of an encoder, from events to bytes."""
    from streamkit import relay

    protocol, events = _split(workload)

    def run() -> Answer:
        encoder = relay.encoder(protocol)  # type: ignore[arg-type]  # each protocol
        frames = [frame for event in events for frame in encoder.feed(event)]
        return Answer({"pieces": b"".join(frames).count(PIECE.encode())})

    return run


def _to_json(workload: Workload) -> Run:
    """Return a run of ``to_json``, which each event has."""
    _, events = _split(workload)

    def run() -> Answer:
        texts = [event.to_json(delta=True) for event in events]
        return Answer({"pieces": "".join(texts).count(PIECE)})

    return run


CASE = Case(
    question="What does it cost to pass an event on, in each protocol of a relay?",
    unit="µs of CPU time per event",
    workloads=[
        Workload(f"{protocol}, {kind}", size)
        for protocol in PROTOCOLS
        for kind in (TEXT, CALLS)
        for size in (SMALL, LARGE)
    ],
    quick=[Workload(f"{protocol}, {TEXT}", SMALL) for protocol in PROTOCOLS],
    contenders={
        "streamkit": Contender(_relay, ("streamkit-rx", "msgspec")),
        "to_json": Contender(_to_json, ("streamkit-rx",)),
    },
    answer=lambda work: {"pieces": work.size},
    measure=cpu_seconds,
    scale=lambda work: 1e6 / (2 * work.size),
    budgets=[at_most(BUDGET), growth(1.5, since=SMALL)],
)
