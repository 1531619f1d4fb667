"""The observers of a stream that another part of the program iterates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit._core.logger import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable, abc

__all__ = ["Observers"]

E = TypeVar("E")


class Observers(Generic[E]):
    """The observers of one stream.

    An observer that raises is removed, and affects neither the others nor the stream. Its error is
    kept for the driver, the code that iterates, which raises it when the stream has ended. One
    thread drives; any may subscribe.
    """

    __slots__ = ("_end", "_raised", "watching")

    def __init__(self) -> None:
        self.watching: list[abc.ObserverBase[E]] = []
        """The current observers; always the same list, which only this class changes."""
        self._raised: list[Exception] = []
        self._end: Callable[[abc.ObserverBase[E]], None] | None = None

    @property
    def observable(self) -> Observable[E]:
        """An observable that emits the events from the moment of subscription on."""
        from reactivex.disposable import Disposable

        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[E], _scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            self.watching.append(observer)
            # The thread that removes an observer from the list notifies it of the end, so it is
            # notified once: here, or by a driver on another thread.
            if self._end is not None and self._let_go(observer):
                self._end(observer)

            def dispose() -> None:
                self._let_go(observer)

            return Disposable(dispose)

        return Observable(subscribe)

    def emit(self, event: E, to: Sequence[abc.ObserverBase[E]] | None = None) -> None:
        """Emit an event to every observer, or to those that are given."""
        for observer in tuple(self.watching) if to is None else to:
            try:
                observer.on_next(event)
            except Exception as error:
                self._raised.append(error)
                self._let_go(observer)

    def complete(self) -> None:
        """Notify every observer that the stream is complete."""
        self._finish(lambda observer: observer.on_completed())

    def fail(self, error: Exception) -> None:
        """Notify every observer of the error that ended the stream."""
        self._finish(lambda observer: observer.on_error(error))

    def log_theirs(self, failure: Exception) -> None:
        """Log the observers' errors, except ``failure``, which the driver raises."""
        raised, self._raised = self._raised, []
        for error in raised:
            if error is not failure:
                logger().error("an observer of a stream that failed raised", exc_info=error)

    def raise_theirs(self) -> None:
        """Raise the observers' error, or a group when there are several."""
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
        """Remove an observer; return false if it was not in the list."""
        try:
            self.watching.remove(observer)
        except ValueError:
            return False
        return True
