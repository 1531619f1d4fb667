"""Reading by templates finds what full decoding finds, whatever the frames are.

The bytes are decisions about the frames: a frame of a recording, as it is or with bytes changed, in
a read of its own or in that of the frame before it.
"""

from __future__ import annotations

from tests.fuzz.answers import Decisions
from tests.read_by_template import STREAMS, Protocol, by_template, decoded, frames

LONGEST = 120
"""The maximum number of decisions."""

_PARTS: list[tuple[Protocol, list[bytes]]] = [
    (protocol, frames(body)[:40]) for protocol, body in STREAMS.values()
]


def check(data: bytes) -> None:
    """Compare the two ways of reading the frames that the bytes choose."""
    decide = Decisions(data[:LONGEST])
    protocol, given = decide.between(*_PARTS)
    parts: list[bytes] = []
    while decide:
        frame = decide.between(*given)
        if decide.between(False, True):
            start = decide.between(*range(256)) * len(frame) // 256
            end = start + decide.between(0, 1, 2, 8)
            new = bytes(decide.between(*range(256)) for _ in range(decide.between(0, 1, 2)))
            frame = frame[:start] + new + frame[end:]
        joins = decide.between(False, False, True) if parts else False
        if joins:
            parts[-1] += frame  # in one read with the frame before it
        else:
            parts.append(frame)
    assert by_template(protocol, parts) == decoded(protocol, parts)
