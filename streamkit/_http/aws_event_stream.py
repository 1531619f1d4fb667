"""The decoder of AWS's event streams, in which Bedrock sends a model's events.

Each message frames an event in binary, with headers and two checksums; the event itself is in JSON,
in Base64. It becomes a server-sent event, so that all that follows is as for any other server.
"""

# Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html, and the
# service's model: a chunk has the event's bytes, and an exception has a message.

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64decode
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, cast

from streamkit._http.coding_error import CodingError, HalfPackedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterator

    from streamkit._http.async_closing import AsyncPieces

__all__ = ["MESSAGE_BYTES", "AWSEventStream", "events", "events_async"]

MESSAGE_BYTES = 1 << 24
"""The most bytes of a message, which is the limit of the format."""

_PRELUDE = struct.Struct(">III")
_CHECKSUM = struct.Struct(">I")
_FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""The length of a header's value by its type; that of the others is in front of it."""
_TEXT = 7


def events(chunks: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    """Yield the server-sent events of a body; raise ``CodingError`` for no such body."""
    stream = AWSEventStream()
    with closing(chunks):
        for chunk in chunks:
            yield from stream.feed(chunk)
        stream.close()


async def events_async(chunks: AsyncPieces) -> AsyncGenerator[bytes, None]:
    """Yield the server-sent events of a body as it arrives on an event loop."""
    stream = AWSEventStream()
    async with aclosing(chunks):
        async for chunk in chunks:
            for event in stream.feed(chunk):
                yield event
        stream.close()


class AWSEventStream:
    """A decoder of messages into server-sent events, wherever the bytes are cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the events that the bytes complete; raise ``CodingError`` for others."""
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _PRELUDE.size:
            length, headers_length, checksum = _PRELUDE.unpack_from(buffer)
            if zlib.crc32(buffer[:8]) != checksum:
                raise CodingError("the prelude of a message does not match its checksum")
            if length > MESSAGE_BYTES or length < _PRELUDE.size + headers_length + 4:
                raise CodingError(f"a message cannot have {length} bytes")
            if len(buffer) < length:
                return
            message = bytes(buffer[:length])
            del buffer[:length]
            if zlib.crc32(message[:-4]) != _CHECKSUM.unpack(message[-4:])[0]:
                raise CodingError("a message does not match its checksum")
            begin = _PRELUDE.size + headers_length
            event = _event(_headers(message[_PRELUDE.size : begin]), message[begin:-4])
            if event:
                yield event

    def close(self) -> None:
        """Take the end of the body; raise ``HalfPackedError`` if it is within a message."""
        if self._buffer:
            raise HalfPackedError("it ends within a message")


def _headers(data: bytes) -> dict[str, str]:
    """Return the headers whose values are texts."""
    headers: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            end = at + 1 + data[at]
            name, kind = data[at + 1 : end].decode(), data[end]
            at = end + 1
            if kind in _FIXED:
                at += _FIXED[kind]
                continue
            size = int.from_bytes(data[at : at + 2])
            at += 2 + size
            if kind == _TEXT:
                headers[name] = data[at - size : at].decode()
    except (IndexError, UnicodeDecodeError):
        raise CodingError("a header of a message cannot be read") from None
    return headers


def _event(headers: dict[str, str], payload: bytes) -> bytes:
    """Return the server-sent event of a message, or nothing for one of another kind."""
    content = _object(payload)
    if headers.get(":message-type", "event") != "event":
        kind = headers.get(":exception-type") or headers.get(":error-code") or "error"
        said = content.get("message") or headers.get(":error-message") or kind
        error = {"type": "error", "error": {"type": kind, "message": said}}
        return b"event: error\ndata: " + json.dumps(error).encode() + b"\n\n"
    packed = content.get("bytes")
    if not isinstance(packed, str):
        return b""
    try:
        data = b64decode(packed, validate=True)
    except ValueError:
        raise CodingError("the event of a message is not in Base64") from None
    return b"data: " + data.replace(b"\n", b" ") + b"\n\n"


def _object(payload: bytes) -> dict[str, Any]:
    try:
        content = json.loads(payload)
    except ValueError:
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}
