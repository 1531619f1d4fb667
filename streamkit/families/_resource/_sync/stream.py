# Made from ../_async/stream.py by .ci/unasync.py: change it there.
"""Streams that are driven by their reader: nothing is read before it is asked for.

A step of the reader takes one server-sent event through the pipeline, so a slow reader slows the
server and not the memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit.families._resource.stream import StreamState, told_before

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.body import SyncBody
    from streamkit._http.exchange import SyncExchange

__all__ = ["Stream"]

E = TypeVar("E")


class Stream(StreamState[E, "SyncBody", "SyncExchange"]):
    """A stream of events, as an iterator.

    It can be iterated once, by one thread at a time, and closed from any. Leaving it open leaks the
    connection until it is collected: use it in a ``with``.
    """

    def __init__(
        self,
        body: SyncBody,
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
                else:
                    self._take(None if self._pipeline.done else next(self._body, None))
        except Exception as error:
            if self._exchange is not None and self._may_begin_anew:
                self._begin_anew(self._exchange, error)
                return self._next()
            if self._is_accepted(error):
                self._take(None)
                return self._next()
            failure = self._fail(error)
            self._end_body()
            raise failure from failure.__cause__
        if self._failure is not None:
            raise self._failure
        raise StopIteration

    __next__ = _next

    def until_done(self) -> Self:
        """Read the stream to its end, and raise what is wrong with it."""
        for _ in self:
            pass
        return self

    def close(self) -> None:
        """Stop reading; from any thread, as often as one likes, and waking a reader that waits."""
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
        """Whether another response continues this one; a subclass that has it turns to it."""
        return False

    def _begin_anew(self, exchange: SyncExchange, error: Exception) -> None:
        """Turn to another answer, or let what was held back and the error be told."""
        self._body.close()
        try:
            body = exchange.again(error)
        except Exception as final:
            self._ready = told_before(final, self._pipeline.release())
            return
        self._turn_to(body)
        if self._ended:  # closed meanwhile
            body.close()

    def _end_body(self) -> None:
        # After [DONE] hardly a byte is left; to read it lets the connection be used again.
        if self._pipeline.done:
            self._body.drain()
        else:
            self._body.close()
