"""The operator that shares one subscription among many observers."""

from __future__ import annotations

import threading
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from streamkit._rx.demand import expect_others
from streamkit._rx.observers import Observers
from streamkit._rx.operator_input import OperatorInput
from streamkit.hub.history import History
from streamkit.hub.linger import Linger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reactivex import Observable, abc

    from streamkit.hub.history import Replay

__all__ = ["share"]

T = TypeVar("T")


def share(
    *, replay: Replay | None = None, linger: float = 0.0
) -> Callable[[Observable[T]], Observable[T]]:
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

    Args:
        replay: The items that a late observer gets first, also after the end: "snapshot" (all, but
            the deltas of each part are merged into one), "all", or the last n. None replays none.
        linger: The seconds for which the source is kept when the last observer has left, by the
            scheduler of its subscription. Who comes meanwhile shares it.
    """
    # Values that make no sense raise their error here.
    _ = History[object](replay) if replay is not None else None
    Linger(linger)

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
                    current = _Connection(replay, Linger(linger, scheduler))
                connection = current
                late = _Late(observer)
                subscription = connection.join(late if connection.replays else observer, late)

            def dispose() -> None:
                late.is_over = True
                subscription.dispose()
                with shared.lock:
                    connection.let_go_if_alone()

            try:
                late.catch_up()
            except BaseException:
                dispose()
                raise
            if is_first:
                connection.begin(source, scheduler)
            return Disposable(dispose)

        shared: Observable[T] = Observable(subscribe)
        return shared

    return operator


_INPUT = OperatorInput("share")


class _Connection(Generic[T]):
    """One subscription to the source, with its observers."""

    def __init__(self, replay: Replay | None, linger: Linger) -> None:
        from reactivex.disposable import SingleAssignmentDisposable

        self.observers: Observers[T] = Observers()
        self._history: History[T] | None = None if replay is None else History(replay)
        self._linger = linger
        self._subscription = SingleAssignmentDisposable()
        self._has_ended = False
        self._lock = threading.Lock()

    @property
    def is_let_go(self) -> bool:
        """Whether the connection was disposed of before its end, and so emits no more."""
        return self._subscription.is_disposed and not self._has_ended

    @property
    def replays(self) -> bool:
        """Whether a late observer gets what there was."""
        return self._history is not None

    def join(self, observer: abc.ObserverBase[T] | _Late[T], late: _Late[T]) -> abc.DisposableBase:
        """Add an observer, and give ``late`` what there was."""
        self._linger.stop()
        with self._lock:
            if self._history is not None:
                late.past(cast("Iterable[T]", self._history.events()))
            return self.observers.observable.subscribe(cast("abc.ObserverBase[T]", observer))

    def begin(self, source: Observable[T], scheduler: abc.SchedulerBase | None) -> None:
        expect_others()  # a loop that reads the source itself would end it for all when it is left
        self._subscription.disposable = source.subscribe(
            self._on_next, self._on_error, self._on_completed, scheduler=scheduler
        )

    def let_go_if_alone(self) -> None:
        if not (self.observers.watching or self._has_ended):
            self._linger.start(self._let_go)

    def _let_go(self) -> None:
        if not self.observers.watching:
            self._subscription.dispose()

    def _on_next(self, value: T) -> None:
        if self._history is None:
            self.observers.emit(value)
        else:
            with self._lock:
                self._history.add(value)
                watching = tuple(self.observers.watching)
            self.observers.emit(value, watching)
        if not self.observers.watching:
            self.let_go_if_alone()
            self.observers.raise_theirs()

    def _on_error(self, error: Exception) -> None:
        self._has_ended = True
        self.observers.fail(error)
        self.observers.raise_theirs()

    def _on_completed(self) -> None:
        self._has_ended = True
        self.observers.complete()
        self.observers.raise_theirs()


class _Late(Generic[T]):
    """An observer that gets what there was before what comes meanwhile."""

    def __init__(self, observer: abc.ObserverBase[T]) -> None:
        self._observer = observer
        self._queue: deque[Callable[[], object]] = deque()
        self._is_behind = True
        self.is_over = False
        """Whether the subscription was disposed of."""
        self._lock = threading.Lock()

    def past(self, values: Iterable[T]) -> None:
        """Take what there was."""
        self._queue.extend(partial(self._observer.on_next, value) for value in values)

    def catch_up(self) -> None:
        """Notify the observer of all that waits, on this thread; from then on, at once."""
        while True:
            with self._lock:
                if self.is_over or not self._queue:
                    self._is_behind = False
                    return
                notify = self._queue.popleft()
            notify()

    def on_next(self, value: T) -> None:
        self._notify(partial(self._observer.on_next, value))

    def on_error(self, error: Exception) -> None:
        self._notify(partial(self._observer.on_error, error))

    def on_completed(self) -> None:
        self._notify(self._observer.on_completed)

    def _notify(self, notify: Callable[[], object]) -> None:
        with self._lock:
            if self._is_behind:
                self._queue.append(notify)
                return
        notify()
