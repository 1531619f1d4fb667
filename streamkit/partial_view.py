"""Open JSON objects and arrays, as they were at one moment.

A view reads like the dict or list it will become, and never changes.
"""

# Strategy: the parser only ever appends. The finished items of an open container are in one live
# dict or list, the text of an open string in one GrowingText; a view is a reference to the live
# thing and how much of it there was. Making one is O(1) however much that is, and the newest one
# reads the live thing directly. A view that has been overtaken leaves out what came after it: an
# array and a string by cutting, an object by making a copy of its beginning, once.
#
# The parser may run in another thread while a view is read, without a lock. So nothing here walks
# through a live container: it looks something up, or takes a copy in one step, and only then
# compares sizes.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from operator import index as as_index
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Tip: TypeAlias = "PartialObject | PartialArray | tuple[GrowingText, int] | str | None"
    Pairs: TypeAlias = "list[tuple[str, Any]]"

__all__ = ["GrowingText", "PartialArray", "PartialObject"]

PIECES_IN_A_BLOCK = 256
"""After how many pieces they are joined: a string of four letters takes the memory of fifty."""


class GrowingText:
    """The text of an open string: one thread appends to it, any may read."""

    __slots__ = ("_blocks", "_pieces", "length")

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._pieces: list[str] = []
        self.length = 0
        """Characters so far."""

    def append(self, piece: str) -> None:
        """Add to the end."""
        pieces = self._pieces
        pieces.append(piece)
        self.length += len(piece)
        if len(pieces) == PIECES_IN_A_BLOCK:
            # The block comes before its pieces go: see first().
            self._blocks.append("".join(pieces))
            self._pieces = []

    def close(self) -> str:
        """Return the whole, which the views of its beginnings share from now on."""
        text = self.first(self.length)
        self._blocks = [text]
        self._pieces = []
        return text

    def first(self, length: int) -> str:
        """Return the first ``length`` characters, of at least as many."""
        # In this order: pieces that become a block in between are then there twice, never
        # missing, and the cut removes the second.
        pieces = self._pieces
        return "".join([*self._blocks, *pieces])[:length]


class _View:
    """An open container: its finished items, and the tip, which is the value still open."""

    __slots__ = ("_tip",)
    _tip: Tip

    def _open_value(self) -> PartialObject | PartialArray | str | None:
        """Return the tip; the text of a string is joined when it is first asked for."""
        tip = self._tip
        if isinstance(tip, tuple):
            text, length = tip
            tip = self._tip = text.first(length)
        return tip


class PartialObject(_View, Mapping[str, Any]):
    """A JSON object that was still open: a read-only mapping that never changes.

    It equals the dict with the same items. Its finished values are plain ones, shared with later
    views and to be treated as read-only; only its last value may be partial.
    """

    __slots__ = ("_count", "_frozen", "_key", "_live", "_replaced")

    def __init__(
        self,
        live: dict[str, Any],
        key: str = "",
        tip: Tip = None,
        replaced: Pairs | None = None,
    ) -> None:
        self._live = live
        self._count = len(live)
        self._frozen: dict[str, Any] | None = None
        self._key = key
        # The second value of a key is hidden until it is finished: what is shown never shrinks.
        self._tip = None if key in live else tip
        self._replaced = (replaced, len(replaced)) if replaced else None

    def __len__(self) -> int:
        return self._count + (self._tip is not None)

    def __iter__(self) -> Iterator[str]:
        yield from self._finished()
        if self._tip is not None:
            yield self._key

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def __getitem__(self, key: str) -> Any:
        if self._tip is not None and key == self._key:
            return self._open_value()
        if self._frozen is None and self._replaced is None:
            value = self._live[key]
            # Only now: had the size been right before, the key might still be a newer one.
            if len(self._live) == self._count:
                return value
        return self._finished()[key]

    def __eq__(self, other: object) -> bool:
        other = plain(other)
        return self.to_dict() == other if isinstance(other, dict) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a dict's

    def __repr__(self) -> str:
        return repr(self.to_dict())

    def __reduce__(self) -> tuple[type[PartialObject], tuple[dict[str, Any]]]:
        return PartialObject, (self.to_dict(),)

    def to_dict(self) -> dict[str, Any]:
        """Return a plain dict, with plain dicts and lists for what is open inside it too."""
        items = self._finished().copy()
        if self._tip is not None:
            items[self._key] = plain(self._open_value())
        return items

    def _finished(self) -> dict[str, Any]:
        """Return the finished items of this view, out of the parser's reach."""
        frozen = self._frozen
        if frozen is None:
            frozen = dict(islice(self._live.copy().items(), self._count))
            if self._replaced:
                pairs, count = self._replaced
                frozen.update(pairs[:count])
            self._frozen = frozen
        return frozen


class PartialArray(_View, Sequence[Any]):
    """A JSON array that was still open: a read-only sequence that never changes.

    It equals the list with the same items. Its finished values are plain ones, shared with later
    views and to be treated as read-only; only its last value may be partial.
    """

    __slots__ = ("_count", "_live")

    def __init__(self, live: list[Any], tip: Tip = None) -> None:
        self._live = live
        self._count = len(live)
        self._tip = tip

    def __len__(self) -> int:
        return self._count + (self._tip is not None)

    def __iter__(self) -> Iterator[Any]:
        yield from self._live[: self._count]
        if self._tip is not None:
            yield self._open_value()

    @overload
    def __getitem__(self, index: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = as_index(index)
        if position < 0:
            position += len(self)
        if 0 <= position < self._count:
            return self._live[position]
        if self._tip is None or position != self._count:
            raise IndexError("array index out of range")
        return self._open_value()

    def __eq__(self, other: object) -> bool:
        other = plain(other)
        return self.to_list() == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a list's

    def __repr__(self) -> str:
        return repr(self.to_list())

    def __reduce__(self) -> tuple[type[PartialArray], tuple[list[Any]]]:
        return PartialArray, (self.to_list(),)

    def to_list(self) -> list[Any]:
        """Return a plain list, with plain dicts and lists for what is open inside it too."""
        items = self._live[: self._count]
        if self._tip is not None:
            items.append(plain(self._open_value()))
        return items


def plain(value: object) -> object:
    """Return the plain dict or list for a view, and anything else as it is."""
    if isinstance(value, PartialObject):
        return value.to_dict()
    if isinstance(value, PartialArray):
        return value.to_list()
    return value
