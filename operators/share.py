"""One subscription for many observers."""

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
    """Subscribe once for all observers: of a cold source, one request.

        --a--b--c--|
        [ share()  ]
        --a--b--c--|
            ^b--c--|

    As reactivex's own, but an observer that raises does not hurt the others: it is let go, and what
    it raised is raised where the source is driven, after the end or once nobody is left. Whoever
    comes late gets what is still to come, and after the end how it was. The source is let go with
    the last observer; the next one subscribes anew, on its own scheduler.

    All are told on the thread of the source, so a slow one slows the others: see
    ``streamkit.Hub``.
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
    """The one subscription, and for whom it is."""

    def __init__(self) -> None:
        from reactivex.disposable import SingleAssignmentDisposable

        self.observers: Observers[T] = Observers()
        self._subscription = SingleAssignmentDisposable()
        self._has_ended = False

    @property
    def is_let_go(self) -> bool:
        """Whether it will say no more, not even how it ended."""
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
