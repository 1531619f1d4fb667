"""A list whose items say by an index where they belong, readable as it was at any moment."""

# Strategy: items stand in blocks in the order they first came. A change copies the blocks that it
# is in, and the list of the blocks, so it costs what it brings and not what there is; whoever holds
# the list as it was holds the blocks as they were, and what nobody holds is freed.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["IndexedMark", "index_of"]

Item: TypeAlias = Mapping[str, Any]
Place: TypeAlias = tuple[int, str]

_BLOCK = 64
"""Items of a block: about the root of how many there may be (``Limits.fields``)."""


class IndexedMark(Struct, frozen=True):
    """The list as of a moment."""

    places: dict[Place, int] = {}
    """Where each item stands; shared by all moments, of which the earlier ones have fewer."""
    blocks: tuple[tuple[Item, ...], ...] = ()

    def added(
        self, items: list[Item], merge: Callable[[Item, Item], Item], *, by_type: bool = False
    ) -> IndexedMark:
        """The list with each item merged into the one at its index, or put there.

        An item that says no index gets the next one. ``by_type``: items of one index are one only
        if they are of one type.
        """
        places, blocks = self.places, list(self.blocks)
        changed: dict[int, list[Item]] = {}
        for given in items:
            item, index = given, index_of(given)
            if index is None:
                index = 1 + max((index for index, _ in places), default=-1)
                item = {**given, "index": index}
            place = (index, str(item.get("type")) if by_type else "")
            number, offset = divmod(places.setdefault(place, len(places)), _BLOCK)
            if number == len(blocks):
                blocks.append(())
            block = changed.setdefault(number, [])
            if not block:
                block.extend(blocks[number])
            if offset == len(block):
                block.append({})
            block[offset] = merge(block[offset], item)
        for number, block in changed.items():
            blocks[number] = tuple(block)
        return IndexedMark(places, tuple(blocks))

    def in_order(self) -> Iterator[Item]:
        """The items by their indices; of one index, as they came."""
        items = (item for block in self.blocks for item in block)
        placed = sorted(zip(self.places, items, strict=False), key=_index)
        return (item for _, item in placed)


def index_of(item: Any) -> int | None:
    """The index that an item names; some servers write it as a text."""
    if not isinstance(item, Mapping):
        return None
    index: object = cast("Item", item).get("index")
    if isinstance(index, str) and index.isdecimal() and len(index) < _DIGITS:
        return int(index)
    return index if isinstance(index, int) and not isinstance(index, bool) else None


_DIGITS = 10


def _index(placed: tuple[Place, Item]) -> int:
    return placed[0][0]
