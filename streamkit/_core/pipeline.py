"""From the bytes of a body to events: one stream's machines in a row, and how the stream ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from streamkit._core.hold import ContentWatch, Hold
from streamkit._core.sse import SSEDecoder
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.family import Family
    from streamkit._core.machine import Machine

__all__ = ["NewPipeline", "Pipeline"]

E = TypeVar("E")


class NewPipeline(Protocol[E]):
    """Makes the pipeline of one response: ``partial(Pipeline, family)`` does."""

    def __call__(
        self, *, content_came: Callable[[], object] | None = None, holds: bool = False
    ) -> Pipeline[E]: ...


class Pipeline(Generic[E]):
    """Bytes in, events out, one server-sent event at a time.

    Args:
        family: How the answer is read.
        on_truncated: What a stream that ends before its answer is.
        limits: What is taken from the server at most.
        content_came: Is called for each part of an answer that is content, before its events.
        holds: Keep the first events until one is content, so that the stream can begin anew.
    """

    def __init__(
        self,
        family: Family[Any, E],
        *,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
        content_came: Callable[[], object] | None = None,
        holds: bool = False,
    ) -> None:
        self._sse = SSEDecoder(limits=limits)
        self._decoder = family.decoder(on_truncated=on_truncated, limits=limits)
        self.machine: Machine[Any, E] = family.machine(limits)
        """What makes the events."""
        # From the inside: the events are made, a clock is told of content, events are kept. So the
        # clock learns of content when it comes, whether or not its events are given out.
        machine = self.machine
        if content_came is not None:
            machine = ContentWatch(machine, family.is_content, content_came)
        self._hold = Hold(machine, family.is_content)
        if not holds:
            self._hold.release()
        # A hot place: what takes a part of an answer out of plain data, and where those come from.
        self._plain_data = self._sse.plain_data
        self._decode = self._decoder.decode
        self._feed: Callable[[Any], Sequence[E]] = self._feed_until_released
        self.accepts_truncation = on_truncated == "accept"
        """Whether a connection that breaks is as good an end of the body as any."""

    @property
    def holds(self) -> bool:
        """Whether no event was given out, so that the stream can as well begin anew."""
        return self._hold.holds

    def release(self) -> Sequence[E]:
        """Give out what was kept, and keep nothing more."""
        return self._hold.release()

    @property
    def done(self) -> bool:
        """Whether ``[DONE]`` was seen, so that no more need be read."""
        return self._decoder.done

    @property
    def events_received(self) -> int:
        """How many server-sent events have come."""
        return self._decoder.received

    def read(self, data: bytes) -> Iterable[E]:
        """The events of a piece of the body; what is not asked for is not decoded."""
        # A hot place: most reads are one plain frame, and its few events need no generator.
        plain = self._plain_data(data)
        if plain is None:
            return self._read(data)
        part = self._decode(plain)
        return () if part is None else self._feed(part)

    def end(self) -> Iterator[E]:
        """Yield what the end of the body leads to; raises what is wrong with the answer."""
        decoder = self._decoder
        if not self.done:
            strays, last = self._sse.unfinished()
            for event in strays:
                for part in decoder.feed(event):
                    yield from self._feed(part)
            for part in decoder.feed_last(last) if last else ():
                yield from self._feed(part)
        # Neither of the two has anything left; they judge.
        if not (self.done or decoder.is_answered):
            self._sse.close()
        decoder.close()
        yield from self._hold.close()

    def fail(self, error: Exception) -> None:
        """Let an error that ends the stream carry what had arrived."""
        self._sse.fail(error)
        self._decoder.fail(error)
        self._hold.fail(error)

    def _read(self, data: bytes) -> Iterator[E]:
        decoder = self._decoder
        for event in self._sse.split(data):
            for part in decoder.feed(event):
                yield from self._feed(part)

    def _feed_until_released(self, part: Any) -> Sequence[E]:
        hold = self._hold
        events = hold.feed(part)
        if not hold.holds:
            # From the first event that is given out on, what made it is asked and nothing around.
            self._feed = hold.inner.feed
        return events
