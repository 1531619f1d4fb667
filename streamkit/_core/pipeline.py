"""From the bytes of a body to events: one stream's machines in a row, and how the stream ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.sse import SSEDecoder
from streamkit.families.chat.content import is_content
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.decode import ChunkDecoder
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
    from streamkit._core.machine import Machine

__all__ = ["HELD_EVENTS", "Pipeline"]

E = TypeVar("E")

HELD_EVENTS = 64
"""How many events without content are kept, for the case that the stream begins anew."""


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
        decoder: AnswerDecoder[Any] | None = None,
        limits: Limits = DEFAULTS,
    ) -> None:
        self._sse = SSEDecoder(limits=limits)
        chunks = decoder or ChunkDecoder(
            ChatCompletionChunk, choices=choices, on_truncated=on_truncated, limits=limits
        )
        self._chunks: AnswerDecoder[Any] = chunks
        # A hot place: what takes a chunk out of plain data, and where those come from.
        self._decode = chunks.decode if isinstance(chunks, ChunkDecoder) else None
        self._plain_data = self._sse.plain_data
        self._feed: Callable[[Any], Sequence[E]] = machine.feed
        self._feed_on = self._feed
        self._held: list[E] | None = None
        self._is_content: Callable[[Any], bool] = is_content if decoder is None else _is_anything
        self.machine = machine
        """What makes the events."""
        self.accepts_truncation = on_truncated == "accept"
        """Whether a connection that breaks is as good an end of the body as any."""

    def tell_content(self, content_came: Callable[[], None]) -> None:
        """Call ``content_came`` for each chunk that brings content, before its events."""
        feed, is_content = self._feed, self._is_content

        def feed_and_tell(chunk: Any) -> Sequence[E]:
            if is_content(chunk):
                content_came()
            return feed(chunk)

        self._feed = feed_and_tell

    def hold(self) -> None:
        """Keep the events until one is content, or ``HELD_EVENTS`` have come."""
        self._held, self._feed_on, self._feed = [], self._feed, self._feed_and_hold

    @property
    def holds(self) -> bool:
        """Whether no event was given out, so that the stream can as well begin anew."""
        return self._held is not None

    def release(self) -> Sequence[E]:
        """Give out what was kept, and keep nothing more."""
        held = self._held
        if held is None:
            return ()
        self._held, self._feed = None, self._feed_on
        return held

    @property
    def done(self) -> bool:
        """Whether ``[DONE]`` was seen, so that no more need be read."""
        return self._chunks.done

    @property
    def events_received(self) -> int:
        """How many server-sent events have come."""
        return self._chunks.received

    def read(self, data: bytes) -> Iterable[E]:
        """The events of a piece of the body; what is not asked for is not decoded."""
        # A hot place: most reads are one plain frame, and its few events need no generator.
        decode = self._decode
        if decode is None or (plain := self._plain_data(data)) is None:
            return self._read(data)
        chunk = decode(plain)
        return () if chunk is None else self._feed(chunk)

    def end(self) -> Iterator[E]:
        """Yield what the end of the body leads to; raises what is wrong with the answer."""
        chunks = self._chunks
        if not self.done:
            strays, last = self._sse.unfinished()
            for event in strays:
                for chunk in chunks.feed(event):
                    yield from self._feed(chunk)
            for chunk in chunks.feed_last(last) if last else ():
                yield from self._feed(chunk)
        # Neither of the two has anything left; they judge.
        if not (self.done or chunks.is_answered):
            self._sse.close()
        chunks.close()
        yield from self.release()
        yield from self.machine.close()

    def fail(self, error: Exception) -> None:
        """Let an error that ends the stream carry what had arrived."""
        self._sse.fail(error)
        self._chunks.fail(error)
        self.machine.fail(error)

    def _read(self, data: bytes) -> Iterator[E]:
        chunks = self._chunks
        for event in self._sse.feed(data):
            for chunk in chunks.feed(event):
                yield from self._feed(chunk)

    def _feed_and_hold(self, chunk: Any) -> Sequence[E]:
        held = self._held = [*(self._held or ()), *self._feed_on(chunk)]
        return self.release() if self._is_content(chunk) or len(held) >= HELD_EVENTS else ()


def _is_anything(_: object) -> bool:
    # What else is decoded than chunks says something every time.
    return True
