"""The input of a program as an observable: an iterable, or an observable as it is."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from streamkit._rx.operator_input import is_observable
from streamkit._rx.push import observe

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

__all__ = [
    "Input",
    "InputReader",
    "as_observable",
    "observe_input",
    "require_input",
    "require_several",
]

T = TypeVar("T")

Input: TypeAlias = "Iterable[T] | Observable[T]"
"""The items that a blocking program gives."""


def observe_input(source: Input[T]) -> Observable[T]:
    """Return an observable of the items of an iterable, or the observable that was given.

    The iterable is read as far as the demand goes. Disposal closes its iterator.
    """
    given = as_observable(source)
    if given is not None:
        return given
    items = cast("Iterable[T]", source)
    return observe(lambda: InputReader(items))


def as_observable(source: object) -> Observable[Any] | None:
    """Return a source that is an observable, or None for any other."""
    return cast("Observable[Any]", source) if is_observable(source) else None


def require_input(source: object, method: str, items: str) -> None:
    """Raise ``TypeError`` unless a source is one of several items, which a thread can read.

    Args:
        source: The source.
        method: The name of the method that takes it.
        items: The items that it takes, in the plural.
    """
    takes = f"{method} takes an iterable or an observable of {items}"
    if isinstance(source, _ASYNC) and as_observable(source) is None:
        raise TypeError(f"{takes}; an async one, {type(source).__name__}, is for the async client")
    require_several(source, takes)


def require_several(source: object, takes: str) -> None:
    """Raise ``TypeError`` unless a source is one of several items.

    Args:
        source: The source.
        takes: The beginning of the message, which says what is expected.
    """
    kind = type(source).__name__
    if isinstance(source, _SINGLE):
        raise TypeError(f"{takes}, and not a single {kind}: put it into a list")
    if as_observable(source) is None and not isinstance(source, _SEVERAL):
        raise TypeError(f"{takes}, and not {kind}")


# Named apart, because `isinstance` with the class itself would leave the items' types unknown.
_ASYNC: tuple[type[Any], ...] = (AsyncIterable,)
_SEVERAL: tuple[type[Any], ...] = (Iterable, AsyncIterable)
_SINGLE: tuple[type[Any], ...] = (Mapping, str, bytes)


class InputReader(Generic[T]):
    """The items of an iterable, which one thread at a time reads and any thread may close."""

    def __init__(self, source: Iterable[T]) -> None:
        self._items: Iterator[T] = iter(source)
        self._lock = Lock()
        self._is_reading = False
        self._is_closed = False

    def __next__(self) -> T:
        with self._lock:
            if self._is_closed:
                raise StopIteration
            self._is_reading = True
        try:
            return next(self._items)
        finally:
            with self._lock:
                self._is_reading = False
                is_closed = self._is_closed
            if is_closed:
                self._let_go()

    def close(self) -> None:
        """Read no more, and close the iterator as soon as no thread is within it."""
        with self._lock:
            was_closed, self._is_closed = self._is_closed, True
            is_busy = self._is_reading
        if not (was_closed or is_busy):
            self._let_go()

    def _let_go(self) -> None:
        close: Callable[[], object] | None = getattr(self._items, "close", None)
        if close is not None:
            close()
