"""The pipeline of one stream: its machines in a row, from the bytes of a body to events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from streamkit._core.hold import ContentWatch, Hold
from streamkit._core.templates import Templates
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.family import Family
    from streamkit._core.machine import AnswerMachine, Machine

__all__ = ["NewPipeline", "Pipeline"]

E = TypeVar("E")


class NewPipeline(Protocol[E]):
    """A function that makes the pipeline of one response, such as ``partial(Pipeline, family)``."""

    def __call__(
        self, *, content_came: Callable[[], object] | None = None, holds: bool = False
    ) -> Pipeline[E]: ...


class Pipeline(Generic[E]):
    """A pipeline from bytes to events, which takes one server-sent event at a time.

    Args:
        family: The family of the answer, which reads it.
        on_truncated: The treatment of a stream that ends before its answer.
        limits: The maximum amounts that are accepted from the server.
        content_came: Called for each part of an answer that has content, before its events.
        holds: Whether to hold the first events until content comes, to be able to begin anew.
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
        self._sse = family.frames(limits=limits)
        self.answer = family.decoder(on_truncated=on_truncated, limits=limits)
        """The decoder of the answer; the hot path of a stream reads ``done`` there."""
        self.machine: AnswerMachine[Any, E, Any] = family.machine(limits)
        """The machine that makes the events, and knows the answer so far."""
        # From the inside to the outside: a machine makes the events, one notifies the clock of
        # content, one holds events. So the clock learns of content that is held as well.
        machine: Machine[Any, E] = self.machine
        if content_came is not None:
            machine = ContentWatch(machine, family.is_content, content_came)
        self._hold = Hold(machine, family.is_content)
        if not holds:
            self._hold.release()
        # A hot path: bound once here, not looked up for each read.
        self._templates: Templates[Any, E] = Templates(self._sse, self.answer, self._hold)
        self._read_by_template: Callable[[bytes], Iterable[E] | None] = self._templates.read
        self._learn = self._templates.learn
        self._learner = self._templates.learner
        self._plain_data = self._sse.plain_data
        self._plain_event = self._sse.plain_event
        self._decode = self.answer.decode
        self._feed: Callable[[Any], Sequence[E]] = self._feed_until_released
        self.accepts_truncation = on_truncated == "accept"
        """Whether a broken connection counts as the end of the body."""

    @property
    def holds(self) -> bool:
        """Whether no event was emitted yet, so that the stream can begin anew."""
        return self._hold.holds

    def release(self) -> Sequence[E]:
        """Return the held events, and hold no more."""
        return self._hold.release()

    @property
    def done(self) -> bool:
        """Whether the end of the answer has come, so that no more need be read."""
        return self.answer.done

    @property
    def events_received(self) -> int:
        """The number of server-sent events received."""
        return self.answer.received - self._templates.to_come

    def read(self, data: bytes) -> Iterable[E]:
        """Return the events of a piece of the body, which are decoded when they are iterated."""
        # A hot path: most reads are one plain frame, and its few events need no generator.
        templates = self._templates
        if templates.known:
            events = self._read_by_template(data)
            if events is not None:
                return events
        plain = self._plain_data(data)
        if plain is None:
            event = self._plain_event(data)
            if event is None:
                around = self._sse.around_frames(data)
                if around is not None:
                    return self._read_frames(data, *around)
                templates.leave_short_roads()
                return self._read(data)
            plain = event.data
            fed = self.answer.feed(event)
            part = fed[0] if fed else None
        else:
            # A name that was fed once, and no error, is none now.
            part = self._decode(plain, self._sse.name)
        if part is None:
            return ()
        if templates.has_short_roads:
            templates.leave_short_roads()
        if self._learner.pause:
            self._learner.pause -= 1
        else:
            self._learn(data, plain, part)
        return self._feed(part)

    def end(self) -> Iterator[E]:
        """Yield the events of the end of the body; raise the error of an incomplete answer."""
        decoder = self.answer
        if not self.done:
            strays, last = self._sse.unfinished()
            for event in strays:
                for part in decoder.feed(event):
                    yield from self._feed(part)
            for part in decoder.feed_last(last) if last else ():
                yield from self._feed(part)
        # The two decoders have no event left; they raise if the answer is incomplete.
        if not (self.done or decoder.is_answered):
            self._sse.close()
        decoder.close()
        yield from self._hold.close()

    def fail(self, error: Exception) -> None:
        """Add the part that had arrived to an error that ends the stream."""
        self._templates.count_run()
        self._sse.fail(error)
        self.answer.fail(error)
        self._hold.fail(error)

    def _read_frames(self, data: bytes, end: bytes, frames: bytes, begin: bytes) -> Iterator[E]:
        """Yield the events of the whole frames in a read, between the end and the begin of others.

        Each frame is decoded when its turn comes.
        """
        # All of the read has been received, also when a part of it ends the stream with an error.
        sse = self._sse
        sse.room -= len(data)
        if end:
            sse.room += len(end)
            yield from self.read(end)
        sse.room += len(frames)
        run = self._read_by_template(frames)
        if run is not None:
            yield from run
        else:
            sse.room -= len(frames)
            for frame in frames.split(b"\n\n")[:-1]:
                sse.room += len(frame) + 2
                yield from self.read(frame + b"\n\n")
        if begin:
            sse.room += len(begin)
            yield from self.read(begin)

    def _read(self, data: bytes) -> Iterator[E]:
        decoder = self.answer
        for event in self._sse.split(data):
            for part in decoder.feed(event):
                yield from self._feed(part)

    def _feed_until_released(self, part: Any) -> Sequence[E]:
        hold = self._hold
        events = hold.feed(part)
        if not hold.holds:
            # From the first emitted event on, the inner machine is called directly.
            self._feed = hold.inner.feed
        return events
