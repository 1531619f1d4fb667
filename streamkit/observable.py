"""The observables of this library: those of reactivex, but they refuse to be iterated."""

# Imported where an observable is made, and no sooner: reactivex takes a tenth of a second.

from __future__ import annotations

from typing import NoReturn, TypeVar

import reactivex  # noqa: TID253 - see above

__all__ = ["GroupedObservable", "Observable"]

K = TypeVar("K")
T = TypeVar("T")


class _NotIterable:
    # Observables have `__getitem__`, for slices, so Python would iterate over them without an end.
    # No operator of reactivex does; but `sequence_equal` takes a second operand that has `__iter__`
    # for a list, and needs `as_observable()` on one of ours.

    def __iter__(self) -> NoReturn:
        raise TypeError(_REFUSAL)

    def __aiter__(self) -> NoReturn:
        raise TypeError(_REFUSAL)

    def __contains__(self, item: object) -> bool:
        raise TypeError(_REFUSAL)


_REFUSAL = (
    "an observable pushes its items and cannot be iterated: subscribe to it, or use `stream(...)` "
    "or `create(..., stream=True)` for a loop"
)


class Observable(_NotIterable, reactivex.Observable[T]):
    """An observable that says what to do instead when it is iterated."""


class GroupedObservable(_NotIterable, reactivex.GroupedObservable[K, T]):
    """The same with a key."""
