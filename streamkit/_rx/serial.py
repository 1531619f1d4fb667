"""The emission of items by several threads, one at a time and in order."""

# Strategy: items enter a queue under the lock, and one thread at a time empties the queue, without
# the lock: an observer may block that thread (as a loop does until it takes the item), while the
# others go on.

from __future__ import annotations

import threading
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reactivex import abc

__all__ = ["Serial"]

T = TypeVar("T")


class Serial(Generic[T]):
    """An observer's only caller, to which any thread may give items and the end.

    An error of the observer is raised in the thread that emits, and ends the emission.
    """

    def __init__(self, observer: abc.ObserverBase[T]) -> None:
        self._observer = observer
        self._lock = threading.Lock()
        self._items: deque[T] = deque()
        self._end: Callable[[], None] | None = None
        self._is_emitting = False
        self._is_closed = False

    @property
    def waiting(self) -> int:
        """The number of items that are not emitted yet, with the one that is being emitted."""
        return len(self._items) + self._is_emitting

    def put(self, items: Iterable[T]) -> None:
        """Add items, without emitting them; ignore them after the end."""
        with self._lock:
            if self._end is None and not self._is_closed:
                self._items.extend(items)

    def end(self, error: Exception | None = None) -> None:
        """Add the end, without emitting it."""
        with self._lock:
            if self._end is None:
                self._end = self._observer.on_completed
                if error is not None:
                    self._end = partial(self._observer.on_error, error)

    def close(self) -> None:
        """Drop what waits, and emit nothing more."""
        self._is_closed = True
        self._items.clear()

    def emit(self) -> None:
        """Emit what waits, unless another thread, or this one further up, does so."""
        with self._lock:
            if self._is_emitting:
                return
            self._is_emitting = True
        try:
            while (emit := self._next()) is not None:
                emit()
        except BaseException:
            self.close()
            raise

    def _next(self) -> Callable[[], Any] | None:
        with self._lock:
            if not self._is_closed:
                if self._items:
                    return partial(self._observer.on_next, self._items.popleft())
                if self._end is not None:
                    self._is_closed = True
                    return self._end
            self._is_emitting = False
            return None
