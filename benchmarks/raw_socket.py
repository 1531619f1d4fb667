"""A stream read from a bare socket of asyncio: what no async client of Python's can be below."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.streams import Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["deltas"]

_HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n"


async def deltas(address: str, asked: dict[str, Any]) -> AsyncGenerator[str]:
    """Yield the deltas of one stream, of which nothing is checked.

    The stream is split into its events and each chunk is decoded; the text is not parsed.
    """
    host, _, port = address.partition("//")[2].partition("/")[0].partition(":")
    decode = msgspec.json.Decoder(Chunk).decode
    reader, writer = await asyncio.open_connection(host, int(port))
    body = msgspec.json.encode({**asked, "stream": True})
    writer.write(_HEAD % len(body) + body)
    await reader.readuntil(b"\r\n\r\n")
    rest = b""
    while True:
        *frames, rest = (rest + await reader.read(1 << 16)).split(b"\n\n")
        for frame in frames:
            data = frame.partition(b"data: ")[2]
            if data == b"[DONE]":
                writer.close()
                return
            for choice in decode(data).choices:
                if choice.delta.content:
                    yield choice.delta.content
