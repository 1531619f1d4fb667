"""Those who watch a stream that somebody else drives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["Observers"]

E = TypeVar("E")


class Observers(Generic[E]):
    """The observers of one stream.

    One that raises is let go, and hurts neither the others nor the stream; what it raised is kept
    for the driver, who raises it when the stream has ended.
    """

    def __init__(self) -> None:
        self.watching: list[abc.ObserverBase[E]] = []
        """Who they are now; always the same list, and to be changed by nobody else."""
        self._raised: list[Exception] = []
        self._end: Callable[[abc.ObserverBase[E]], None] | None = None

    @property
    def observable(self) -> Observable[E]:
        """Everything that is told from the moment of subscription on."""
        from reactivex import Observable
        from reactivex.disposable import Disposable

        def subscribe(
            observer: abc.ObserverBase[E], _scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            if self._end is not None:
                self._end(observer)
                return Disposable()
            self.watching.append(observer)
            return Disposable(lambda: self._let_go(observer))

        return Observable(subscribe)

    def tell(self, event: E) -> None:
        """Pass on an event."""
        for observer in tuple(self.watching):
            try:
                observer.on_next(event)
            except Exception as error:  # noqa: BLE001 - an observer may raise anything
                self._raised.append(error)
                self._let_go(observer)

    def complete(self) -> None:
        """Pass on that the stream is complete."""
        self._finish(lambda observer: observer.on_completed())

    def fail(self, error: Exception) -> None:
        """Pass on the error that ended the stream."""
        self._finish(lambda observer: observer.on_error(error))

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
        observers = self.watching[:]
        self.watching.clear()
        for observer in observers:
            try:
                end(observer)
            except Exception as error:  # noqa: BLE001 - an observer may raise anything
                self._raised.append(error)

    def _let_go(self, observer: abc.ObserverBase[E]) -> None:
        if observer in self.watching:
            self.watching.remove(observer)
