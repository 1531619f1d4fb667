"""The states of many parts of an answer at one moment, most of them those of the moment before."""

# Strategy: the states are in blocks, as the items of a list in indexed.py. A change copies a block
# and the list of the blocks. So an event among a thousand calls costs some seventy references, and
# not a thousand, in time and in the memory of events that are kept.

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["States", "states_of"]

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
