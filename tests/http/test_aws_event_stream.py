"""Event streams of AWS become server-sent events."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from streamkit._http.aws_event_stream import AWSEventStream
from streamkit._http.coding_error import CodingError, HalfPackedError
from tests.sources.aws import chunk, failure, message

WIRE = chunk({"type": "ping"}) + chunk({"type": "message_stop", "text": "ä"})
EVENTS = [b'data: {"type": "ping"}\n\n', b'data: {"type": "message_stop", "text": "\\u00e4"}\n\n']


def decoded(*pieces: bytes) -> list[bytes]:
    stream = AWSEventStream()
    events = [event for piece in pieces for event in stream.feed(piece)]
    stream.close()
    return events


@pytest.mark.parametrize("size", [1, 2, 7, 12, 100, len(WIRE)])
def test_any_cut_gives_the_same_events(size: int) -> None:
    assert decoded(*(WIRE[at : at + size] for at in range(0, len(WIRE), size))) == EVENTS


def test_a_message_that_was_written_elsewhere_is_read() -> None:
    # From the documentation of the format: a message with one header and a payload of JSON.
    wire = bytes.fromhex(
        "0000003d00000020 07fd8396 0c636f6e74656e742d74797065 07 0010"
        " 6170706c69636174696f6e2f6a736f6e 7b27666f6f273a27626172277d 8d9c08b1"
    )
    assert decoded(wire) == []
    assert zlib.crc32(wire[:-4]) == 0x8D9C08B1


def test_an_exception_is_an_error_event() -> None:
    (event,) = decoded(failure("throttlingException", "too many"))
    kind, data = event.rstrip().split(b"\n")
    assert kind == b"event: error"
    error = {"type": "throttlingException", "message": "too many"}
    assert json.loads(data.removeprefix(b"data: ")) == {"type": "error", "error": error}


def test_other_messages_and_headers_are_passed_over() -> None:
    other = message({":message-type": "event", ":event-type": "metadata"}, b"{}")
    assert decoded(other + message({}, b"no JSON") + WIRE) == EVENTS


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        (WIRE[:-1], HalfPackedError),
        (WIRE[:5], HalfPackedError),
        (b"data: {}\n\n" * 2, CodingError),
        (WIRE[:-1] + b"\0", CodingError),
        (message({}, json.dumps({"bytes": "###"}).encode()), CodingError),
    ],
    ids=["cut", "cut in its prelude", "no such stream", "garbled", "no Base64"],
)
def test_what_is_no_such_stream_is_an_error(wire: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        decoded(wire)


def test_the_length_of_a_message_is_bounded() -> None:
    prelude = (1 << 30).to_bytes(4) + bytes(4)
    with pytest.raises(CodingError, match="cannot have 1073741824 bytes"):
        decoded(prelude + zlib.crc32(prelude).to_bytes(4))


def test_the_events_of_a_model_may_hold_any_text() -> None:
    packed = base64.b64encode(b'{"type":\n"ping"}').decode()
    wire = message({":message-type": "event"}, json.dumps({"bytes": packed}).encode())
    assert decoded(wire) == [b'data: {"type": "ping"}\n\n']
