"""The states of many parts of an answer at one moment, most of them those of the moment before."""

# Strategy: the states are in blocks, as the items of a list in indexed.py. A change copies a block
# and the list of the blocks. So an event among a thousand calls costs some seventy references, and
# not a thousand, in time and in the memory of events that are kept.

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["States", "TrackedStates", "states_of"]

K = TypeVar("K")
T = TypeVar("T")

_BLOCK = 32
"""The states of a block: about the root of their maximum number."""


# Visible to the garbage collector, because the log to which its states lead keeps it.
class States(Struct, Generic[T], frozen=True):
    """An immutable sequence, of which a copy with a change shares nearly all."""

    blocks: tuple[tuple[T, ...], ...] = ()
    length: int = 0

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[T]:
        for block in self.blocks:
            yield from block

    def replaced(self, place: int, state: T) -> States[T]:
        """Return the states with another one at a place; that after the last one adds a state."""
        blocks = self.blocks
        number, offset = divmod(place, _BLOCK)
        if place == self.length:
            last = blocks[number] if offset else ()
            return States((*blocks[:number], (*last, state)), place + 1)
        block = blocks[number]
        changed = (*block[:offset], state, *block[offset + 1 :])
        return States((*blocks[:number], changed, *blocks[number + 1 :]), self.length)


def states_of(states: Iterable[T]) -> States[T]:
    """Return a sequence of these states."""
    whole = tuple(states)
    blocks = [whole[at : at + _BLOCK] for at in range(0, len(whole), _BLOCK)]
    return States(tuple(blocks), len(whole))


class TrackedStates(Generic[K, T]):
    """The present states of the parts of a thing, which asks only changed parts for their states.

    A part is known by a key.
    """

    __slots__ = ("_changed", "_places", "_states")

    def __init__(self) -> None:
        self._states: States[T] = States()
        self._places: dict[K, int] | None = None  # by key; None: all are to be asked
        self._changed: dict[K, None] = {}

    def forget(self) -> None:
        """Take note that all parts may have changed, and their order."""
        self._places = None

    def add(self, key: K) -> None:
        """Take note of a new part, after all others."""
        if self._places is not None:
            self._places[key] = len(self._places)
            self._changed[key] = None

    def change(self, key: K) -> None:
        """Take note that a part has changed."""
        if self._places is not None and key in self._places:
            self._changed[key] = None

    def present(self, keys: Iterable[K], state: Callable[[K], T]) -> States[T]:
        """Return the states of the parts with these keys, which ``state`` returns for a key."""
        if self._places is None:
            self._places = {key: place for place, key in enumerate(keys)}
            self._states = states_of(map(state, self._places))
        else:
            for key in self._changed:
                self._states = self._states.replaced(self._places[key], state(key))
        self._changed.clear()
        return self._states
