"""A list of wire objects that grows at its end, kept as small as it came until it is read."""

# Strategy: a token with its probability is half a dozen objects, and the garbage collector visits
# those of all tokens again and again. So the objects are encoded in blocks, and a block is decoded
# when it is first read. One thread appends and any may read, without a lock: the blocks, the number
# of valid ones and the newest objects are one tuple, which is replaced as a whole.

from __future__ import annotations

import functools
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from streamkit._core.wire import NO_NAME, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

__all__ = ["PackedList"]

W = TypeVar("W", bound=Wire)

_BLOCK = 256
"""The number of objects of a block."""


class PackedList(Generic[W]):
    """An append-only list of wire objects, readable as of any length.

    Objects with unknown fields, or that have no encoding, are kept as they are, and so are those
    that come after the list was first read: somebody who reads all of it reads it again.
    """

    __slots__ = ("_is_read", "_state", "_type", "length")

    def __init__(self, type_: type[W]) -> None:
        self._type = type_
        self._is_read = False
        self._state: _State = ([], 0, [])
        self.length = 0
        """The number of objects so far."""

    def extend(self, objects: Sequence[W]) -> int:
        """Add objects to the end, and return the number of all."""
        newest = self._state[2]
        newest.extend(objects)
        self.length += len(objects)
        if len(newest) >= _BLOCK:
            self._pack()
        return self.length

    def first(self, end: int) -> list[W]:
        """Return the first ``end`` objects, which must be there."""
        return self.between(0, end)

    def between(self, start: int, end: int) -> list[W]:
        """Return the objects between two positions."""
        blocks, count, newest = self._state
        number = min(start // _BLOCK, count)
        lower = number * _BLOCK
        found: list[W] = []
        while number < count and number * _BLOCK < end:
            block = blocks[number]
            if isinstance(block, bytes):
                self._is_read = True
                block = blocks[number] = _decoder(self._type).decode(block)
            found += block
            number += 1
        if end > count * _BLOCK:
            found += newest
        return found[start - lower : end - lower]

    def _pack(self) -> None:
        blocks, _, newest = self._state
        while len(newest) >= _BLOCK:
            block = newest[:_BLOCK]
            blocks.append(block if self._is_read else _packed(block))
            newest = newest[_BLOCK:]
        self._state = (blocks, len(blocks), newest)


_State: TypeAlias = "tuple[list[Any], int, list[Any]]"


def _packed(objects: list[Any]) -> bytes | list[Any]:
    try:
        data = msgspec.msgpack.encode(objects)
    except (TypeError, ValueError, OverflowError):  # half a character, or a number of any length
        return objects
    return objects if _UNKNOWN in data else data


_UNKNOWN = NO_NAME.encode()
"""The name that only an object with unknown fields has in its encoding."""


@functools.cache
def _decoder(type_: type[Any]) -> msgspec.msgpack.Decoder[list[Any]]:
    return msgspec.msgpack.Decoder(GenericAlias(list, type_))
