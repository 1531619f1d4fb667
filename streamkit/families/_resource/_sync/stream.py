# Made from ../_async/stream.py by .ci/unasync.py: change it there.
"""Streams that their reader drives: nothing is read before the reader needs it.

A step of the reader takes one server-sent event through the pipeline, so a slow reader slows the
server down, and no events pile up in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._resource.stream import StreamState, events_before

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.exchange import SyncExchange
    from streamkit.families._resource._sync.body import StreamBody

__all__ = ["Stream"]

E = TypeVar("E")


class Stream(StreamState[E, "StreamBody", "SyncExchange"]):
    """A stream of events, as an iterator.

    It can be iterated once, by one thread at a time, and closed from any. An open stream holds its
    connection until it is collected: use it in a ``with``.
    """

    def __init__(
        self,
        body: StreamBody,
        new_pipeline: NewPipeline[E],
        exchange: SyncExchange | None = None,
    ) -> None:
        super().__init__(body, new_pipeline, exchange)

    def __iter__(self) -> Self:
        return self

    def _next(self) -> E:
        try:
            while not self._ended:
                for event in self._ready:
                    if self._watching:
                        self._observers.emit(event)
                    return event
                if self._ending:
                    self._end_body()
                    if not self._goes_on():
                        self._complete()
                elif self._pipeline.answer.done:  # an attribute, while `done` is a call
                    self._take(None)
                else:
                    try:
                        data = self._body.__next__()
                    except StopIteration:
                        self._take(None)
                    else:
                        self._ready = iter(self._read(data))
        except Exception as error:
            self._go_on_after(error)
            return self._next()
        if self._failure is not None:
            raise self._failure
        raise StopIteration

    __next__ = _next

    def until_done(self) -> Self:
        """Read the stream to its end; raise the error that ends it."""
        for _ in self:
            pass
        return self

    def close(self) -> None:
        """Close the stream and wake a waiting reader; from any thread, any number of times."""
        self._closed_early()
        if self._exchange is not None:
            self._exchange.close()
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _goes_on(self) -> bool:
        """Return whether another response continues this one; a subclass switches to it."""
        return False

    def _resumed(self, _error: Exception) -> bool:
        """Return whether the same answer continues after an error; a subclass switches to it."""
        return False

    def _go_on_after(self, error: Exception) -> None:
        """Let the next step continue after an error, or raise the error that ends the stream."""
        if self._resumed(error):
            return
        if self._exchange is not None and self._may_begin_anew:
            self._begin_anew(self._exchange, error)
        elif self._is_accepted(error):
            self._take(None)
        else:
            failure = self._fail(error)
            self._end_body()
            raise failure from failure.__cause__

    def _begin_anew(self, exchange: SyncExchange, error: Exception) -> None:
        """Switch to another answer, or emit the held events and then the error."""
        self._body.close()
        try:
            body = exchange.again(error)
        except Exception as final:
            self._ready = events_before(final, self._pipeline.release())
            return
        self._turn_to(body)
        if self._ended:  # it was closed meanwhile
            body.close()

    def _end_body(self) -> None:
        # After [DONE] hardly a byte is left; once the rest is read, the connection can be reused.
        if self._pipeline.done:
            self._body.drain()
        else:
            self._body.close()
