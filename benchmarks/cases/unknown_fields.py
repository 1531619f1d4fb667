"""The cost of a field that streamkit does not know, in each chunk of a structured answer."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.budgets import times_the_cost
from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.streams import answer, consume, events_of, params

if TYPE_CHECKING:
    from benchmarks.case import Run

IN_CHUNK, IN_CHOICE, IN_DELTA = "in the chunk", "in the choice", "in the delta"
OTHER = "another value in each chunk"


def _with_field(place: str, frame: bytes, number: int) -> bytes:
    """Return a frame with one more field at a place."""
    data = frame.removeprefix(b"data: ").rstrip()
    if data == b"[DONE]":
        return frame
    chunk = json.loads(data)
    (choice,) = chunk["choices"]
    if place == IN_CHUNK:
        chunk["provider"] = "llama"
    elif place == IN_CHOICE:
        choice["stop_reason"] = None
    elif place == IN_DELTA:
        choice["delta"]["token_id"] = 7
    else:
        chunk["latency"] = number
    return b"data: %b\n\n" % json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode()


def _read(workload: Workload, *, is_known: bool) -> Run:
    import streamkit

    given = params("structured", streamkit)
    pieces = list(streamed("structured", workload.size).pieces)
    if not is_known:
        pieces = [_with_field(workload.name, piece, at) for at, piece in enumerate(pieces)]
    elif workload.name == OTHER:  # a known field whose value is another one in each chunk
        pieces = [
            piece.replace(b'"created":1795392000', b'"created":%d' % at)
            for at, piece in enumerate(pieces)
        ]

    return lambda: consume(events_of(pieces, given))


CASE = Case(
    question="What does a field that is not known cost, in each chunk, against one that is?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(place, 2_400) for place in (IN_CHUNK, IN_CHOICE, IN_DELTA, OTHER)],
    quick=[Workload(IN_CHUNK, 600)],
    contenders={
        "streamkit": Contender(partial(_read, is_known=False), ("streamkit-rx", "msgspec")),
        "known fields": Contender(partial(_read, is_known=True)),
    },
    answer=lambda work: answer("structured", work.size),
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[times_the_cost(1.2, "known fields")],
    in_one_process=True,  # their costs differ by tenths
)
