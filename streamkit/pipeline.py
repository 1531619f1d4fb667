"""From the bytes of a body to events: one stream's machines in a row, and how the stream ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.operators.decode import SSE, ChunkDecoder, OnTruncated
from streamkit.sse import SSEDecoder
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamkit.machine import Machine

__all__ = ["Pipeline"]

E = TypeVar("E")


class Pipeline(Generic[E]):
    """Bytes in, events out, one server-sent event at a time.

    ``machine`` makes the events of the chunks; ``choices`` is how many the request asked for. What
    a ``decoder`` of another kind makes of server-sent events stands in the place of chunks.
    """

    def __init__(
        self,
        machine: Machine[Any, E],
        *,
        choices: int = 1,
        on_truncated: OnTruncated = "error",
        decoder: Machine[SSE, Any] | None = None,
    ) -> None:
        self._sse = SSEDecoder()
        chunks = decoder or ChunkDecoder(
            ChatCompletionChunk, choices=choices, on_truncated=on_truncated
        )
        self._chunks: Machine[SSE, Any] = chunks
        # A hot place: what takes a chunk out of plain data, and where those come from.
        self._decode = chunks.decode if isinstance(chunks, ChunkDecoder) else None
        self._plain_data = self._sse.plain_data
        self._machine = machine

    @property
    def done(self) -> bool:
        """Whether ``[DONE]`` was seen, so that no more need be read."""
        return self._chunks.done

    def read(self, data: bytes) -> Iterable[E]:
        """The events of a piece of the body; what is not asked for is not decoded."""
        # A hot place: most reads are one plain frame, and its few events need no generator.
        decode = self._decode
        if decode is None or (plain := self._plain_data(data)) is None:
            return self._read(data)
        chunk = decode(plain)
        return () if chunk is None else self._machine.feed(chunk)

    def end(self) -> Iterator[E]:
        """Yield what the end of the body leads to; raises what is wrong with the answer."""
        # Neither of the first two has anything left, for what was cut is dropped; they judge.
        if not self.done:
            self._sse.close()
        self._chunks.close()
        yield from self._machine.close()

    def fail(self, error: Exception) -> None:
        """Let an error that ends the stream carry what had arrived."""
        self._machine.fail(error)

    def _read(self, data: bytes) -> Iterator[E]:
        chunks, machine = self._chunks, self._machine
        for event in self._sse.feed(data):
            for chunk in chunks.feed(event):
                yield from machine.feed(chunk)
