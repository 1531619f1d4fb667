"""From the bytes of a body to events: one stream's machines in a row, and how the stream ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit.operators.decode import ChunkDecoder, OnTruncated
from streamkit.sse import SSEDecoder
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamkit.machine import Machine

__all__ = ["Pipeline"]

E = TypeVar("E")


class Pipeline(Generic[E]):
    """Bytes in, events out, one server-sent event at a time.

    ``machine`` makes the events of the chunks; ``choices`` is how many the request asked for.
    """

    def __init__(
        self,
        machine: Machine[ChatCompletionChunk, E],
        *,
        choices: int = 1,
        on_truncated: OnTruncated = "error",
    ) -> None:
        self._sse = SSEDecoder()
        self._plain_data = self._sse.plain_data
        self._chunks = ChunkDecoder(ChatCompletionChunk, choices=choices, on_truncated=on_truncated)
        self._machine = machine

    @property
    def done(self) -> bool:
        """Whether ``[DONE]`` was seen, so that no more need be read."""
        return self._chunks.done

    def read(self, data: bytes) -> Iterable[E]:
        """The events of a piece of the body; what is not asked for is not decoded."""
        # A hot place: most reads are one plain frame, and its few events need no generator.
        plain = self._plain_data(data)
        if plain is None:
            return self._read(data)
        chunk = self._chunks.decode(plain)
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
