"""The results of work that runs at the same time, in the order in which they are to be emitted."""

from __future__ import annotations

from collections import deque
from typing import Any, Generic, TypeVar

__all__ = ["Slot", "Slots"]

T = TypeVar("T")


class Slot(Generic[T]):
    """The place of one result."""

    def __init__(self) -> None:
        self.results: list[T] = []
        """The result, once it is there."""


class Slots(Generic[T]):
    """The places of the results that are not released yet.

    Args:
        ordered: Whether results are released in the order in which the work began.
    """

    def __init__(self, *, ordered: bool) -> None:
        self._ordered = ordered
        self._slots: deque[Slot[T]] = deque()

    def __len__(self) -> int:
        return len(self._slots)

    def begin(self) -> Slot[T]:
        """Return the place of one more result."""
        slot: Slot[T] = Slot()
        self._slots.append(slot)
        return slot

    def finish(self, slot: Slot[T], result: T) -> list[T]:
        """Take a result; return the results that can be emitted now."""
        if not self._ordered:
            self._slots.remove(slot)
            return [result]
        slot.results.append(result)
        released: list[Any] = []
        while self._slots and self._slots[0].results:
            released += self._slots.popleft().results
        return released
