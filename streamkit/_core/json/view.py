"""Views of growing JSON objects and arrays, as they were at one moment.

A view reads like the dict or list that it will become, and never changes.
"""

# Strategy: the parser only ever appends. The finished items of an open container are in one live
# dict or list, the pieces of an open string in one list; a view is a reference to the live object
# and its length at that moment. Making one is O(1), however large the container is and
# however deep the parser is in it, and the newest view reads the live object directly. An open
# value inside a view becomes a view on demand. An overtaken view leaves out what came after it: an
# array and a string by cutting, an object by the places of its keys, which its views share.
#
# The parser may run in another thread while a view is read, without a lock. So nothing here
# iterates over a live container and counts on its size: it looks up a key, or copies in one step,
# and compares sizes after that.

# The functions here make views, whose fields are private to this package.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from itertools import islice
from operator import index as as_index
from typing import TYPE_CHECKING, Any, SupportsIndex, cast, overload

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from streamkit._core.growing_text import GrowingText

    Container: TypeAlias = "dict[str, Any] | list[Any]"
    Pairs: TypeAlias = "list[tuple[str, Any]]"
    Earlier: TypeAlias = "tuple[GrowingText, int]"
    OpenText: TypeAlias = "tuple[list[str], int, Earlier | None]"
    Tip: TypeAlias = "Level | list[str] | PartialObject | PartialArray | str | None"

__all__ = ["Level", "PartialArray", "PartialObject", "closed", "is_open", "text_of", "view_of"]


class Level(Struct, frozen=True, gc=False):
    """An open container and its open value at one moment."""

    container: Container
    count: int
    """The number of finished items."""
    key: str = ""
    """The key of the open value in an object."""
    replaced: tuple[Pairs, int] | None = None
    """Later values of the object's keys, and their number."""
    is_again: bool = False
    """Whether the open value is the second of its key. It is hidden until it is finished, because
    a value in a view never shrinks."""
    parent: Level | None = None
    places: dict[str, int] | None = None
    """The numbers of the keys that an object had before each of its keys, as far as they were
    asked for; all its levels share them."""
    is_closed: bool = False
    """Whether the outermost value is finished."""


class _View:
    """An open container: its finished items, and the tip, which is the value still open."""

    # The parser makes one for each piece of text that somebody reads, and sets these itself: a
    # function that does, such as `__init__`, would take as long as all the rest of it.
    __slots__ = ("_before", "_count", "_level", "_pieces", "_tip")

    _level: Level
    _tip: Tip
    """The open value when it is built. Before that: the innermost open container, if a container is
    open in this one, or the pieces of an open string; None if nothing is open.
    """
    _pieces: list[str] | None
    """The pieces of the string that is open in the innermost container, if one is; the number of
    those at the moment, and what came before them, are then in ``_count`` and ``_before``.
    """
    _count: int
    _before: Earlier | None

    def __len__(self) -> int:
        return self._level.count + (self._tip is not None)

    @property
    def is_complete(self) -> Completeness:
        """Whether the value was complete; call it with a path to ask about a part.

        ``parsed.is_complete("steps[0].output")`` returns whether the value at the path had come and
        was complete. With ``*`` in the path, all that it selects must be complete, and no more may
        come. A complete object or array *within* a view is a plain dict or list.
        """
        return Completeness(self._is_complete_at, is_complete=self._level.is_closed)

    def _is_complete_at(self, steps: tuple[str | int | None, ...]) -> bool:
        """Return whether the value at these steps had come and was complete."""
        if not steps:
            return self._level.is_closed
        open_at = self._level.key if isinstance(self, PartialObject) else self._level.count
        if self._tip is not None and steps[0] == open_at:
            value = self._open_value()
            return isinstance(value, _View) and value._is_complete_at(steps[1:])
        try:
            value = cast("Any", self)[steps[0]]
        except (KeyError, IndexError, TypeError):
            return False
        from streamkit._core.json.path import Path as JSONPath

        return any(True for _ in JSONPath(steps[1:]).find(value))

    @property
    def __pydantic_serializer__(self) -> object:
        # Pydantic looks for this in every value of an `Any`.
        return _pydantic_serializer()

    def _open_value(self) -> PartialObject | PartialArray | str | None:
        """Return the tip, which is built at the first call."""
        tip = self._tip
        if type(tip) is list:
            tip = self._tip = text_of((tip, self._count, self._before))
        elif type(tip) is Level:
            tip = self._tip = self._next_view(tip)
        return cast("PartialObject | PartialArray | str | None", tip)

    def _next_view(self, innermost: Level) -> PartialObject | PartialArray:
        """Return the view of the container that is open in this one, towards the innermost one."""
        view = view_of(innermost, self._pieces)
        if self._pieces is not None:
            view._count = self._count
            view._before = self._before
        level = innermost
        while level.parent is not None and level.parent is not self._level:
            level = level.parent
            view = view_of(level, view)
        return view


def text_of(text: OpenText) -> str:
    """Return an open string: the first of its last pieces, after what came before them."""
    pieces, count, before = text
    whole = pieces[0]
    if whole and count == len(pieces):
        return whole
    end = "".join(pieces[1:count])
    return end if before is None else before[0].first(before[1]) + end


def view_of(level: Level, tip: Tip = None) -> PartialObject | PartialArray:
    """Return the view of a container at one moment, with what is open in it."""
    view = PartialObject() if isinstance(level.container, dict) else PartialArray()
    view._level = level
    view._tip = None if level.is_again else tip
    return view


class Completeness:
    """Whether a view was complete: true or false, and a function of paths into the view."""

    __slots__ = ("_is_complete", "_is_complete_at")

    def __init__(
        self, is_complete_at: Callable[[tuple[str | int | None, ...]], bool], *, is_complete: bool
    ) -> None:
        self._is_complete_at = is_complete_at
        self._is_complete = is_complete

    def __bool__(self) -> bool:
        return self._is_complete

    def __call__(self, path: str) -> bool:
        """Return whether the value at the path had come and was complete.

        Args:
            path: Names, indices and ``*``, as in RFC 9535; the leading ``$`` is optional.

        Raises:
            ValueError: The text is no such path.
        """
        from streamkit._core.json.path import parsed

        return self._is_complete_at(parsed(path).steps)

    def __repr__(self) -> str:
        return repr(self._is_complete)


class PartialObject(_View, Mapping[str, Any]):
    """A JSON object that was growing: a read-only mapping that never changes.

    It equals the dict with the same items, and ``isinstance`` takes it for a dict. Its finished
    values are plain and shared with later views, so treat them as read-only. Only its last value
    may be partial.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # it is no dict, but encoders without a hook use `isinstance` (FastAPI's)
        __class__ = property(lambda _: dict)  # as in `unittest.mock`

    def __iter__(self) -> Iterator[str]:
        level = self._level
        yield from list(level.container)[: level.count]
        if self._tip is not None:
            yield level.key

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def __getitem__(self, key: str) -> Any:
        level = self._level
        if self._tip is not None and key == level.key:
            return self._open_value()
        if level.replaced:
            pairs, count = level.replaced
            for name, value in reversed(pairs[:count]):
                if name == key:
                    return value
        live = cast("dict[str, Any]", level.container)
        value = live[key]
        # The size is compared after the look-up: before it, the key might still be a newer one.
        if len(live) != level.count and _place(level, key) >= level.count:
            raise KeyError(key)
        return value

    def __eq__(self, other: object) -> bool:
        other = plain(other)
        return self.to_dict() == other if isinstance(other, dict) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a dict's

    def __repr__(self) -> str:
        return repr(self.to_dict())

    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any], bool]]:
        return _whole, (self.to_dict(), self._level.is_closed)

    def to_dict(self) -> dict[str, Any]:
        """Return a plain dict, with plain dicts and lists for its open values too."""
        items = self._finished()
        if self._tip is not None:
            items[self._level.key] = plain(self._open_value())
        return items

    def _finished(self) -> dict[str, Any]:
        """Return a copy of the finished items of this view."""
        level = self._level
        items = cast("dict[str, Any]", level.container).copy()
        if len(items) != level.count:
            items = dict(islice(items.items(), level.count))
        if level.replaced:
            pairs, count = level.replaced
            items.update(pairs[:count])
        return items


def _place(level: Level, key: str) -> int:
    """Return the number of keys that came before a key of an object."""
    live = cast("dict[str, Any]", level.container)
    places = cast("dict[str, int]", level.places)
    while key not in places:
        known, count = len(places), len(live)
        try:
            newest = [*islice(reversed(live), count - known)]
        except RuntimeError:  # another thread has added a key
            continue
        if len(live) == count:
            # Threads that do this at once write the same numbers, in the same order.
            places.update(zip(reversed(newest), range(known, count), strict=True))
    return places[key]


class PartialArray(_View, Sequence[Any]):
    """A JSON array that was growing: a read-only sequence that never changes.

    It equals the list with the same items, and ``isinstance`` takes it for a list. Its finished
    values are plain and shared with later views, so treat them as read-only. Only its last value
    may be partial.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # as in PartialObject
        __class__ = property(lambda _: list)

    def __iter__(self) -> Iterator[Any]:
        yield from self._finished()
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
        level = self._level
        if 0 <= position < level.count:
            return cast("list[Any]", level.container)[position]
        if self._tip is None or position != level.count:
            raise IndexError("array index out of range")
        return self._open_value()

    def __eq__(self, other: object) -> bool:
        other = plain(other)
        return self.to_list() == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a list's

    def __repr__(self) -> str:
        return repr(self.to_list())

    def __reduce__(self) -> tuple[Any, tuple[list[Any], bool]]:
        return _whole, (self.to_list(), self._level.is_closed)

    def to_list(self) -> list[Any]:
        """Return a plain list, with plain dicts and lists for its open values too."""
        items = self._finished()
        if self._tip is not None:
            items.append(plain(self._open_value()))
        return items

    def _finished(self) -> list[Any]:
        level = self._level
        return cast("list[Any]", level.container)[: level.count]


def _whole(value: Container, is_closed: bool) -> PartialObject | PartialArray:  # noqa: FBT001 - pickle's
    """Return a view without an open value, which an unpickled view is."""
    return view_of(Level(value, len(value), is_closed=is_closed))


def closed(value: Any) -> Any:
    """Return the view of a finished object or array; any other value as it is."""
    if type(value) not in (dict, list):
        return value
    return view_of(Level(value, len(value), is_closed=True))


def is_open(value: object) -> bool:
    """Return whether a value is a view of an object or array that was not yet complete."""
    return isinstance(value, _View) and not value.is_complete


@functools.cache
def _pydantic_serializer() -> object:
    from pydantic_core import SchemaSerializer
    from pydantic_core.core_schema import any_schema, plain_serializer_function_ser_schema

    return SchemaSerializer(any_schema(serialization=plain_serializer_function_ser_schema(plain)))


def plain(value: object) -> object:
    """Return the plain dict or list of a view, and any other value as it is."""
    if isinstance(value, PartialObject):
        return value.to_dict()
    if isinstance(value, PartialArray):
        return value.to_list()
    return value
