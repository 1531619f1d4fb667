"""The input of a program as an observable, on the running loop.

It differs from the input of a thread (``input.py``): it may be an async iterable as well, and a
task that waits for its next item is woken by the end.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar, cast

from streamkit._rx.async_push import observe_async
from streamkit._rx.cancellable import Cancellable
from streamkit._rx.input import as_observable, require_several

if TYPE_CHECKING:
    from reactivex import Observable

__all__ = ["AsyncInput", "AsyncInputReader", "observe_input_async", "require_input_async"]

T = TypeVar("T")

AsyncInput: TypeAlias = "Iterable[T] | AsyncIterable[T] | Observable[T]"
"""The items that an async program gives."""


def observe_input_async(source: AsyncInput[T]) -> Observable[T]:
    """Return an observable of the items of an iterable, or the observable that was given.

    The iterable is read as far as the demand goes. Disposal closes its iterator.
    """
    given = as_observable(source)
    if given is not None:
        return given

    async def opened() -> AsyncInputReader[T]:
        return AsyncInputReader(cast("Iterable[T] | AsyncIterable[T]", source))

    return observe_async(opened)


def require_input_async(source: object, method: str, items: str) -> None:
    """Raise ``TypeError`` unless a source is one of several items.

    Args:
        source: The source.
        method: The name of the method that takes it.
        items: The items that it takes, in the plural.
    """
    require_several(
        source, f"{method} takes an iterable, also an async one, or an observable of {items}"
    )


class AsyncInputReader(Generic[T]):
    """The items of an iterable, async or not, which one task at a time reads."""

    def __init__(self, source: Iterable[T] | AsyncIterable[T]) -> None:
        self._items: Iterator[T] | AsyncIterator[T] = (
            aiter(source) if isinstance(source, AsyncIterable) else iter(source)
        )
        self._reading: Cancellable | None = None
        self._is_closed = False

    async def __anext__(self) -> T:
        if self._is_closed:
            raise StopAsyncIteration
        if isinstance(self._items, Iterator):
            try:
                return next(self._items)
            except StopIteration:
                raise StopAsyncIteration from None
        self._reading = Cancellable()
        try:
            with self._reading:
                return await anext(self._items)
        finally:
            self._reading = None
            if self._is_closed:
                await self._let_go()
        raise StopAsyncIteration  # it was closed meanwhile

    async def aclose(self) -> None:
        """Read no more, and close the iterator; wake the task that is within it."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._reading is not None:
            self._reading.cancel()
        else:
            await self._let_go()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _let_go(self) -> None:
        items: Any = self._items
        if hasattr(items, "aclose"):
            await items.aclose()
        elif hasattr(items, "close"):
            items.close()
