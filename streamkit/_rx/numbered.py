"""An input with the numbers of its items, whose error waits for the results before it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["NumberedInput"]

T = TypeVar("T")


class NumberedInput(Generic[T]):
    """The source of a mapping, which subscribes to it once.

    It is no observable itself, because an observable cannot fail any more once it has completed.

    Args:
        source: The observable of the items.
    """

    def __init__(self, source: Observable[T]) -> None:
        self._source = source
        self._numbers = count()
        self._end: Callable[[Exception], None] | None = None
        self.failure: Exception | None = None
        """The error that ended the source; the mapping sees a completion."""

    def subscribe(
        self,
        on_next: Callable[[tuple[int, T]], None],
        on_error: Callable[[Exception], None],
        on_completed: Callable[[], None],
        *,
        scheduler: abc.SchedulerBase | None = None,
    ) -> abc.DisposableBase:
        """Pass on each item with its number, the first being 0."""

        def push(item: T) -> None:
            on_next((next(self._numbers), item))

        def fail(error: Exception) -> None:
            self.failure = error
            on_completed()

        self._end = on_error
        return self._source.subscribe(push, fail, on_completed, scheduler=scheduler)

    def end(self, error: Exception) -> None:
        """End the mapping with an error now, also after the last item; any thread may call this."""
        if self._end is not None:
            self._end(error)
