"""A list whose items carry their index, readable as it was at any moment."""

# Strategy: items are in blocks in the order they first came. A change copies the blocks that it
# touches, and the list of the blocks, so its cost depends on the change and not on the list. A mark
# of the list holds the blocks of its moment, and blocks that no mark holds are freed.

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
"""The items of a block: about the root of their maximum number (``Limits.fields``)."""


class IndexedMark(Struct, frozen=True):
    """The list at one moment."""

    places: dict[Place, int] = {}
    """The place of each item; all moments share it, and the earlier ones use fewer items."""
    blocks: tuple[tuple[Item, ...], ...] = ()
    following: int = 0
    """The index that comes after the highest one; the next item without an index gets it."""

    def added(
        self, items: list[Item], merge: Callable[[Item, Item], Item], *, by_type: bool = False
    ) -> IndexedMark:
        """Return the list with each item merged into the item at its index, or added there.

        An item without an index gets the next one. With ``by_type``, items are merged only if they
        have one index and one type.
        """
        places, blocks = self.places, list(self.blocks)
        changed: dict[int, list[Item]] = {}
        following = self.following
        for given in items:
            item, index = given, index_of(given)
            if index is None:
                index = following
                item = {**given, "index": index}
            following = max(following, index + 1)
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
        return IndexedMark(places, tuple(blocks), following)

    def in_order(self) -> Iterator[Item]:
        """Yield the items in the order of their indices, and then of their arrival."""
        items = (item for block in self.blocks for item in block)
        placed = sorted(zip(self.places, items, strict=False), key=_index)
        return (item for _, item in placed)


def index_of(item: Any) -> int | None:
    """Return the index that an item has; some servers write it as a text."""
    if not isinstance(item, Mapping):
        return None
    index: object = cast("Item", item).get("index")
    if isinstance(index, str) and index.isdecimal() and len(index) < _DIGITS:
        return int(index)
    return index if isinstance(index, int) and not isinstance(index, bool) else None


_DIGITS = 10


def _index(placed: tuple[Place, Item]) -> int:
    return placed[0][0]
