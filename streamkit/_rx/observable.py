"""The observables of this library: reactivex's own, with checks against misuse."""

# This module is imported where an observable is made, because to import reactivex takes 0.1 s.

from __future__ import annotations

from inspect import isasyncgenfunction, iscoroutinefunction
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

import reactivex  # noqa: TID253 - see above
from reactivex import abc  # noqa: TID253 - see above
from reactivex.disposable import Disposable  # noqa: TID253 - see above

from streamkit._rx.composition import composed

__all__ = ["GroupedObservable", "Observable", "RequestObservable"]

K = TypeVar("K")
T = TypeVar("T")

_REFUSAL = (
    "an observable pushes its items and cannot be iterated: subscribe to it, loop over "
    "`streamkit.iterate(observable)`, or use `stream(...)` or `create(..., stream=True)` for a loop"
)


class Observable(reactivex.Observable[T]):
    """An observable that raises a helpful error for iteration and for wrong observers."""

    # Observables have `__getitem__`, for slices, so Python would iterate over them without end. No
    # operator of reactivex iterates over one; but `sequence_equal` takes a second operand with
    # `__iter__` for a list, and needs `as_observable()` on one of ours.

    def __iter__(self) -> NoReturn:
        raise TypeError(_REFUSAL)

    def __aiter__(self) -> NoReturn:
        raise TypeError(_REFUSAL)

    def __contains__(self, item: object) -> bool:
        raise TypeError(_REFUSAL)

    if not TYPE_CHECKING:  # the types are those of reactivex

        def pipe(self, *operators: Any) -> Any:
            """Apply operators; an observable made by reactivex's operators has the same checks."""
            made = composed(operators)(self)
            if type(made) is not reactivex.Observable:
                return made
            return Observable(
                lambda observer, scheduler=None: made.subscribe(observer, scheduler=scheduler)
            )

    def subscribe(
        self,
        on_next: Any = None,
        on_error: Any = None,
        on_completed: Any = None,
        *,
        scheduler: abc.SchedulerBase | None = None,
    ) -> abc.DisposableBase:
        """Subscribe an observer, or a function for each of its three notifications.

        If one of them, or the scheduler, is unsuitable, nothing is subscribed: ``on_error`` gets
        a ``TypeError``, which is raised if ``on_error`` cannot be called.
        """
        given: dict[str, Any] = {
            "on_next": on_next,
            "on_error": on_error,
            "on_completed": on_completed,
        }
        if _is_observer(on_next):
            given = {name: getattr(on_next, name, _MISSING) for name in given}
        mistake = _mistake_in(given) or _mistaken_scheduler(scheduler)
        if mistake is None:
            return super().subscribe(on_next, on_error, on_completed, scheduler=scheduler)
        fail = given["on_error"]
        if fail is None or _mistake_in({"on_error": fail}):
            raise mistake
        fail(mistake)
        return Disposable()


class RequestObservable(Observable[T]):
    """An observable that makes a request on subscription, and refuses to be awaited."""

    def __await__(self) -> NoReturn:
        # reactivex's `__await__` would subscribe, drop all events but the last, and return that.
        raise TypeError(
            "an observable of a request is not awaited: subscribe to it, await `create(...)` or "
            "`parse(...)` for the answer, or `.pipe(...)` it first to await what is made of it"
        )


class GroupedObservable(Observable[T], reactivex.GroupedObservable[K, T], Generic[K, T]):
    """An observable of this library with the key of its group."""


_MISSING = object()


def _is_observer(value: object) -> bool:
    return isinstance(value, abc.ObserverBase) or callable(getattr(value, "on_next", None))


def _mistake_in(given: dict[str, Any]) -> TypeError | None:
    for name, function in given.items():
        if function is None:
            continue
        if not callable(function):
            came = "nothing" if function is _MISSING else type(function).__name__
            return TypeError(
                "subscribe takes an observer with on_next, on_error and on_completed, or functions "
                f"in their places, and not {came} for {name}"
            )
        if iscoroutinefunction(function) or isasyncgenfunction(function):
            return TypeError(
                f"subscribe takes functions that are called, and {name} would have to be awaited: "
                "begin a task in it, or loop over an async stream"
            )
    return None


def _mistaken_scheduler(scheduler: object) -> TypeError | None:
    if scheduler is None or callable(getattr(scheduler, "schedule", None)):
        return None
    return TypeError(
        f"subscribe takes a scheduler of reactivex, and not {type(scheduler).__name__}; for an "
        "event loop that is AsyncIOThreadSafeScheduler(loop)"
    )
