"""Event streams of AWS, written as its services write them."""

from __future__ import annotations

import base64
import json
import struct
import zlib


def message(headers: dict[str, str], payload: bytes) -> bytes:
    """A message of the format; its headers are texts."""
    packed = b"".join(
        bytes([len(name)])
        + name.encode()
        + b"\x07"
        + struct.pack(">H", len(value))
        + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    checked = prelude + packed + payload
    return checked + struct.pack(">I", zlib.crc32(checked))


def chunk(event: object) -> bytes:
    """The message of an event of a model."""
    packed = base64.b64encode(json.dumps(event).encode()).decode()
    headers = {
        ":event-type": "chunk",
        ":content-type": "application/json",
        ":message-type": "event",
    }
    return message(headers, json.dumps({"bytes": packed, "p": "abcd"}).encode())


def failure(kind: str, said: str) -> bytes:
    """The message of an exception of the service."""
    headers = {
        ":exception-type": kind,
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return message(headers, json.dumps({"message": said}).encode())
