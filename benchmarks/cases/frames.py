"""The cost against the floor, by the kind of frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.case import Case, Contender, Workload, cpu_seconds
from benchmarks.cases.unknown_fields import IN_CHUNK, with_field
from benchmarks.data import streamed
from benchmarks.streams import answer, pieces_through_floor, pieces_through_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Run
    from benchmarks.data import Kind


class _Frames(NamedTuple):
    """A kind of frames: those of a stream of ``data``, each changed a little."""

    kind: Kind
    changed: Callable[[int, bytes], bytes]


def _as_they_are(_: int, frame: bytes) -> bytes:
    return frame


def _named(name: bytes) -> Callable[[int, bytes], bytes]:
    return lambda _, frame: frame.replace(b'"content":', b'"%b":' % name)


def _with_an_unknown_field(_: int, frame: bytes) -> bytes:
    return with_field(IN_CHUNK, frame, 0)


def _never_alike(at: int, frame: bytes) -> bytes:
    # No template fits ids with such a letter.
    return frame.replace(b'"id":"chatcmpl-', b'"id":"\xc3\xa9-%d-' % at)


def _ticking(at: int, frame: bytes) -> bytes:
    return frame.replace(b'"created":1795392000', b'"created":%d' % (1_795_392_000 + at))


KINDS = {
    "structured": _Frames("structured", _as_they_are),
    "text": _Frames("text", _as_they_are),
    "tool arguments": _Frames("tool arguments", _as_they_are),
    "refusal": _Frames("text", _named(b"refusal")),
    "reasoning": _Frames("text", _named(b"reasoning_content")),
    "logprobs": _Frames("logprobs", _as_they_are),
    "an unknown field": _Frames("structured", _with_an_unknown_field),
    "n=8": _Frames("n=8", _as_they_are),
    "another time in each": _Frames("structured", _ticking),
    "never alike": _Frames("structured", _never_alike),
}


def _pieces(workload: Workload) -> list[bytes]:
    kind, changed = KINDS[workload.name]
    return [changed(at, piece) for at, piece in enumerate(streamed(kind, workload.size).pieces)]


def _streamkit(workload: Workload) -> Run:
    return pieces_through_pipeline(_pieces(workload), KINDS[workload.name].kind)


def _floor(workload: Workload) -> Run:
    return pieces_through_floor(_pieces(workload))


def _answer(workload: Workload) -> dict[str, Any]:
    return answer(KINDS[workload.name].kind, workload.size)


CASE = Case(
    question="What does a chunk cost against the floor, by what it carries?",
    unit="µs of CPU time per chunk",
    workloads=[Workload(kind, 2_400) for kind in KINDS],
    quick=[Workload(kind, 600) for kind in KINDS],
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx", "msgspec")),
        "floor": Contender(_floor, ("httpx-sse", "msgspec")),
    },
    answer=_answer,
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    in_one_process=True,  # so that the ratio does not depend on the memory of a process
)
