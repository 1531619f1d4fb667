"""The operator that shares one subscription among many observers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from streamkit._rx.observers import Observers
from streamkit._rx.operator_input import OperatorInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["share"]

T = TypeVar("T")


def share() -> Callable[[Observable[T]], Observable[T]]:
    """Subscribe to the source once for all observers, so that a cold source makes one request.

        --a--b--c--|
        [ share()  ]
        --a--b--c--|
            ^b--c--|

    The operator is as reactivex's ``share``, but an observer that raises does not affect the
    others: it is removed, and its error is raised in the code that drives the source, after the end
    or when no observer is left. A late observer gets the items that are still to come, or after the
    end its completion or error. The source is disposed of with the last observer; the next one
    subscribes anew, on its own scheduler.

    All observers are notified on the thread of the source, so a slow one slows the others;
    ``streamkit.Hub`` avoids that.
    """

    def operator(source: Observable[T]) -> Observable[T]:
        _INPUT.source(source)
        from reactivex.disposable import Disposable

        from streamkit._rx.observable import Observable

        current: _Connection[T] | None = None

        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            nonlocal current
            with shared.lock:
                is_first = current is None or current.is_let_go
                if current is None or is_first:
                    current = _Connection()
                connection = current
                subscription = connection.observers.observable.subscribe(observer)

            def dispose() -> None:
                subscription.dispose()
                with shared.lock:
                    connection.let_go_if_alone()

            if is_first:
                connection.begin(source, scheduler)
            return Disposable(dispose)

        shared: Observable[T] = Observable(subscribe)
        return shared

    return operator


_INPUT = OperatorInput("share")


class _Connection(Generic[T]):
    """One subscription to the source, with its observers."""

    def __init__(self) -> None:
        from reactivex.disposable import SingleAssignmentDisposable

        self.observers: Observers[T] = Observers()
        self._subscription = SingleAssignmentDisposable()
        self._has_ended = False

    @property
    def is_let_go(self) -> bool:
        """Whether the connection was disposed of before its end, and so emits no more."""
        return self._subscription.is_disposed and not self._has_ended

    def begin(self, source: Observable[T], scheduler: abc.SchedulerBase | None) -> None:
        self._subscription.disposable = source.subscribe(
            self._on_next, self._on_error, self._on_completed, scheduler=scheduler
        )

    def let_go_if_alone(self) -> None:
        if not self.observers.watching:
            self._subscription.dispose()

    def _on_next(self, value: T) -> None:
        self.observers.emit(value)
        if not self.observers.watching:
            self._subscription.dispose()
            self.observers.raise_theirs()

    def _on_error(self, error: Exception) -> None:
        self._has_ended = True
        self.observers.fail(error)
        self.observers.raise_theirs()

    def _on_completed(self) -> None:
        self._has_ended = True
        self.observers.complete()
        self.observers.raise_theirs()
