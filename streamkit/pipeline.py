"""From the bytes of a body to events: one stream's machines in a row, and how the stream ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.operators.decode import SSE, ChunkDecoder, OnTruncated
from streamkit.sse import SSEDecoder
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        self._chunks = decoder or ChunkDecoder(
            ChatCompletionChunk, choices=choices, on_truncated=on_truncated
        )
        self._machine = machine

    @property
    def done(self) -> bool:
        """Whether ``[DONE]`` was seen, so that no more need be read."""
        return self._chunks.done

    def read(self, data: bytes) -> Iterator[E]:
        """Yield the events of a piece of the body; what is not asked for is not decoded."""
        chunks, machine = self._chunks, self._machine
        for event in self._sse.feed(data):
            for chunk in chunks.feed(event):
                yield from machine.feed(chunk)

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
