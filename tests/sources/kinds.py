"""The same wire as every kind of source, for readers that block and for those that await."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import httpx
import httpx_sse
import openai
import openai.types.chat
import pydantic

from streamkit._core.sse import SSEDecoder
from streamkit.types import ChatCompletionChunk, WireDecoder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator


class Anything(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")


class ToDict:
    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def to_dict(self) -> dict[str, Any]:
        return self._data


def cut(wire: bytes, size: int = 7) -> list[bytes]:
    return [wire[at : at + size] for at in range(0, len(wire), size)]


def chunks(wire: bytes) -> list[dict[str, Any]]:
    events = SSEDecoder().feed(wire)
    return [json.loads(event.data) for event in events if event.data != b"[DONE]"]


def from_httpx_sse(wire: bytes) -> Iterator[httpx_sse.ServerSentEvent]:
    headers = {"content-type": "text/event-stream"}
    response = httpx.Response(200, headers=headers, content=wire)
    return httpx_sse.EventSource(response).iter_sse()


def as_file(wire: bytes) -> io.BytesIO:
    return io.BytesIO(wire)


class OnlyRead:
    """A file-like object that can do nothing else."""

    def __init__(self, wire: bytes) -> None:
        self._file = io.BytesIO(wire)

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, 11))


def _our_chunk(data: dict[str, Any]) -> ChatCompletionChunk:
    return WireDecoder(ChatCompletionChunk).decode(json.dumps(data))


def _openai_chunk(data: dict[str, Any]) -> Any:
    return openai.types.chat.ChatCompletionChunk.construct(**data)


KINDS: dict[str, Callable[[bytes], Any]] = {
    "bytes": bytes,
    "a memoryview": memoryview,
    "text": bytes.decode,
    "cut bytes": cut,
    "cut bytearrays": lambda wire: [bytearray(piece) for piece in cut(wire)],
    "cut text": lambda wire: [wire.decode()[at : at + 7] for at in range(0, len(wire), 7)],
    "lines": lambda wire: wire.splitlines(keepends=True),
    "a file": as_file,
    "a text file": lambda wire: io.StringIO(wire.decode()),
    "a raw file": OnlyRead,
    "our events": lambda wire: SSEDecoder().feed(wire),
    "events of httpx-sse": from_httpx_sse,
    "a response in memory": lambda wire: httpx.Response(200, content=wire),
    "dicts": chunks,
    "our chunks": lambda wire: [_our_chunk(chunk) for chunk in chunks(wire)],
    "chunks of openai": lambda wire: [_openai_chunk(chunk) for chunk in chunks(wire)],
    "models of pydantic": lambda wire: [Anything.model_validate(chunk) for chunk in chunks(wire)],
    "objects with to_dict": lambda wire: [ToDict(chunk) for chunk in chunks(wire)],
}
"""How a wire becomes each kind of source."""
IN_MEMORY = {"bytes", "a memoryview", "text", "a response in memory"}


class Source:
    """An iterable, for a loop of either kind, that remembers how far it was read and closed."""

    def __init__(self, items: Iterable[Any], end: BaseException | None = None) -> None:
        self._items = iter(items)
        self._end = end
        self.taken = 0
        self.closed = 0

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            self.taken += 1
            yield item
        if self._end is not None:
            raise self._end

    async def __aiter__(self) -> AsyncIterator[Any]:
        for item in self:
            yield item

    def close(self) -> None:
        self.closed += 1
