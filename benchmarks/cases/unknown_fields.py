"""The cost of a field that streamkit does not know, in each chunk of a structured answer."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from benchmarks.budgets import times_the_cost
from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.data import streamed
from benchmarks.protocols import Protocol, answer_of, through_machines
from benchmarks.streams import answer, pieces_through_pipeline

if TYPE_CHECKING:
    from benchmarks.case import Run

IN_CHUNK, IN_CHOICE, IN_DELTA = "in the chunk", "in the choice", "in the delta"
OTHER, A_LIST = "another value in each chunk", "a list in each chunk"
USAGE, TIMINGS = "another usage in each chunk", "other timings in each chunk"
FILTERS, META = "filters in each choice", "another object in each delta"
CHANGING = [OTHER, A_LIST, USAGE, TIMINGS, META]
FAMILIES = [
    f"{protocol}, {what}"
    for protocol in ("responses", "messages")
    for what in ("in the event", "another value in each event", "a list in each event")
]
PLACES = [IN_CHUNK, IN_CHOICE, IN_DELTA, FILTERS, *CHANGING, *FAMILIES]


def with_field(place: str, frame: bytes, number: int) -> bytes:
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
    elif place == FILTERS:  # as Azure sends them
        kinds = ("hate", "self_harm", "sexual", "violence")
        verdict = {"filtered": False, "severity": "safe"}
        choice["content_filter_results"] = dict.fromkeys(kinds, verdict)
    elif place == META:
        choice["delta"]["meta"] = {"position": number}
    elif place == USAGE:  # as vLLM sends it
        counts = {"prompt_tokens": 57, "completion_tokens": number, "total_tokens": 57 + number}
        chunk["usage"] = counts
    elif place == TIMINGS:  # as llama.cpp sends them
        chunk["timings"] = {
            "prompt_n": 57,
            "prompt_ms": 30.958,
            "predicted_n": number + 1,
            "predicted_ms": 661.064 + 1.37 * number,
            "predicted_per_second": 52.94 + number / 700,
        }
    else:
        chunk["latency"] = [number] if place == A_LIST else number
    return b"data: %b\n\n" % json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode()


def _event_with_field(name: str, frame: bytes, number: int) -> bytes:
    """Return the frame of an event with one more field."""
    head, _, data = frame.partition(b"\ndata: ")
    event = json.loads(data)
    if "a list" in name:
        event["provider"] = [number]
    else:
        event["provider"] = number if "another" in name else "llama"
    return b"%b\ndata: %b\n\n" % (head, json.dumps(event, ensure_ascii=False).encode())


def _answer(workload: Workload) -> dict[str, Any]:
    if workload.name in FAMILIES:
        return answer_of(_protocol(workload), "structured", workload.size)
    return answer("structured", workload.size)


def _protocol(workload: Workload) -> Protocol:
    return cast("Protocol", workload.name.partition(",")[0])


def _read(workload: Workload, *, is_known: bool) -> Run:
    if workload.name in FAMILIES:
        changed = None if is_known else partial(_event_with_field, workload.name)
        protocol = _protocol(workload)
        return through_machines(protocol, "structured", workload.size, changed=changed)
    pieces = list(streamed("structured", workload.size).pieces)
    if not is_known:
        pieces = [with_field(workload.name, piece, at) for at, piece in enumerate(pieces)]
    elif workload.name in CHANGING:  # a known field whose value is another one in each chunk
        pieces = [
            piece.replace(b'"created":1795392000', b'"created":%d' % at)
            for at, piece in enumerate(pieces)
        ]
    return pieces_through_pipeline(pieces, "structured")


CASE = Case(
    question="What does a field that is not known cost, in each chunk, against one that is?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(place, 2_400) for place in PLACES],
    quick=[Workload(IN_CHUNK, 600)],
    contenders={
        "streamkit": Contender(partial(_read, is_known=False), ("streamkit-rx", "msgspec")),
        "known fields": Contender(partial(_read, is_known=True)),
    },
    answer=_answer,
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[times_the_cost(1.2, "known fields")],
    in_one_process=True,  # their costs differ by tenths
)
