"""Those who watch a stream that somebody else drives."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["Observers"]

E = TypeVar("E")

_log = logging.getLogger("streamkit")


class Observers(Generic[E]):
    """The observers of one stream.

    One that raises is let go, and hurts neither the others nor the stream; what it raised is kept
    for the driver, who raises it when the stream has ended. One thread drives; any may subscribe.
    """

    def __init__(self) -> None:
        self.watching: list[abc.ObserverBase[E]] = []
        """Who they are now; always the same list, and to be changed by nobody else."""
        self._raised: list[Exception] = []
        self._end: Callable[[abc.ObserverBase[E]], None] | None = None

    @property
    def observable(self) -> Observable[E]:
        """Everything that is told from the moment of subscription on."""
        from reactivex.disposable import Disposable

        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[E], _scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            self.watching.append(observer)
            # Whoever takes an observer out of the list tells it the end, so it is told once: here,
            # or by a driver on another thread.
            if self._end is not None and self._let_go(observer):
                self._end(observer)

            def dispose() -> None:
                self._let_go(observer)

            return Disposable(dispose)

        return Observable(subscribe)

    def tell(self, event: E) -> None:
        """Pass on an event."""
        for observer in tuple(self.watching):
            try:
                observer.on_next(event)
            except Exception as error:
                self._raised.append(error)
                self._let_go(observer)

    def complete(self) -> None:
        """Pass on that the stream is complete."""
        self._finish(lambda observer: observer.on_completed())

    def fail(self, error: Exception) -> None:
        """Pass on the error that ended the stream."""
        self._finish(lambda observer: observer.on_error(error))

    def log_theirs(self, failure: Exception) -> None:
        """Log what observers raised, where ``failure`` is what the driver raises."""
        raised, self._raised = self._raised, []
        for error in raised:
            if error is not failure:
                _log.error("an observer of a stream that failed raised", exc_info=error)

    def raise_theirs(self) -> None:
        """Raise what observers raised: the error itself, or a group when there are several."""
        raised, self._raised = self._raised, []
        if len(raised) == 1:
            raise raised[0]
        if raised:
            raise ExceptionGroup("observers of the stream failed", raised)

    def _finish(self, end: Callable[[abc.ObserverBase[E]], None]) -> None:
        if self._end is not None:
            return
        self._end = end
        for observer in tuple(self.watching):
            try:
                if self._let_go(observer):
                    end(observer)
            except Exception as error:
                self._raised.append(error)

    def _let_go(self, observer: abc.ObserverBase[E]) -> bool:
        """Whether this took it out of the list."""
        try:
            self.watching.remove(observer)
        except ValueError:
            return False
        return True
