"""Reading by templates finds what full decoding finds, whatever the frames are.

The bytes are decisions about the frames: a frame of a recording, as it is or with bytes changed, in
a read of its own or in that of the frame before it. All may have a field more, with values of any
kind.
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
    place, name = decide.between(0, 1, 2, 3, 4, -1, -2, -3, -4), decide.between(*_NAMES)
    parts: list[bytes] = []
    while decide:
        frame = decide.between(*given)
        if place:
            values = _CONTAINERS if name == _LISTED else _VALUES
            frame = _with_field(frame, place, b'"%b": %b' % (name, decide.between(*values)))
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


_NAMES = (b"n", b"latency", b"text", b"created", b"id", b"index", b"code", b"sequence_number")
_VALUES = (
    *(b"1", b"2", b"30", b"0", b"-0.0", b"1.5", b"2e3", b"9" * 30, b"1e999", b"00", b" 7 ", b"\n8"),
    *(
        b'"a"',
        b'"b"',
        b'""',
        b'"\\n"',
        b'"\\ud83d"',
        b'"\xff"',
        b'"\\"',
        b"true",
        b"false",
        b"null",
    ),
    *(b"[1]", b"[2]", b'{"a": 1}', b'{"a": "b", "c": [2]}'),
)

_LISTED = b"n"
"""The name of a field whose values are containers, so that successive frames have some."""
_CONTAINERS = (
    *(b"[1]", b"[2]", b"[]", b"{}", b'{"a": 1}', b'{"a": "b", "c": [2]}', b'["\xc3\xa9", -0]'),
    *(b' [1, "a"] ', b"[1,\n2]", b'{"n":\r1}', b'["\\ud83d"]', b"[1e999]", b'["\xff"]', b"[1]]"),
    *(b'{"n": [{"n": 1}]}', b"[" * 150 + b"]" * 150, b"[" * 250 + b"]" * 250, b"null", b"7"),
)


def _with_field(frame: bytes, place: int, field: bytes) -> bytes:
    """Return a frame with a field more: the first of an object, or the last, counted backwards."""
    brace, index = (b"{", place - 1) if place > 0 else (b"}", place)
    places = [at for at in range(len(frame)) if frame[at : at + 1] == brace]
    if not -len(places) <= index < len(places):
        return frame
    at = places[index]
    if place > 0:
        return frame[: at + 1] + field + b"," + frame[at + 1 :]
    return frame[:at] + b"," + field + frame[at:]
