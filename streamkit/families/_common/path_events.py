"""The events of values at paths in JSON, of whichever text of an answer the JSON is."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Literal, TypeVar

from streamkit._core.growing_text import GrowingText
from streamkit._core.json.open_string import OpenString
from streamkit._core.json.path import Location, normalized, pointer
from streamkit.errors import ParseError
from streamkit.families._common.part_event import PartEvent, PartGrowth

__all__ = [
    "ItemDoneEvent",
    "ItemFailedEvent",
    "PatchEvent",
    "PathDeltaEvent",
    "PathDoneEvent",
]

T = TypeVar("T")


class _LocatedEvent(PartEvent, frozen=True, kw_only=True, gc=False, eq=False):
    """The base of the events about one value."""

    _location: Location

    @property
    def location(self) -> Location:
        """The names and indices that lead to the value, such as ``("steps", 0)``."""
        return self._location

    @property
    def path(self) -> str:
        """The value's normalized path (RFC 9535), such as ``$['steps'][0]``."""
        return normalized(self._location)

    @property
    def pointer(self) -> str:
        """The value's JSON Pointer (RFC 6901), such as ``/steps/0``."""
        return pointer(self._location)

    def to_dict(self, *, delta: bool = False) -> dict[str, Any]:
        """Return the content of the event as plain data, with its ``path``; see ``Event``."""
        return {**super().to_dict(delta=delta), "path": self.path}

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self._location == getattr(other, "_location", None)

    __hash__ = None  # as for every event


class ItemDoneEvent(_LocatedEvent, Generic[T], frozen=True, gc=False, eq=False):
    """A whole value at the path of ``items``, read as its type."""

    type: ClassVar[Literal["item.done"]] = "item.done"
    _at = ("choice_index",)
    choice_index: int
    value: T


# An error refers to frames, which may refer to the event: so the garbage collector tracks it.
class ItemFailedEvent(_LocatedEvent, frozen=True, gc=True, eq=False):
    """A whole value at the path of ``items`` that does not fit its type; the others go on."""

    type: ClassVar[Literal["item.failed"]] = "item.failed"
    _at = ("choice_index",)
    choice_index: int
    value: Any
    """The value as plain data."""
    error: ParseError
    """The error, whose cause is the validator's."""


class PathDeltaEvent(PartGrowth, _LocatedEvent, frozen=True, gc=False, eq=False):
    """A new piece of a string at the path of ``select``."""

    type: ClassVar[Literal["path.delta"]] = "path.delta"
    _at = ("choice_index",)
    choice_index: int
    delta: str
    _text: GrowingText | OpenString | str
    _end: int

    @property
    def value(self) -> str:
        """The string so far, with the piece."""
        text = self._text
        return text[: self._end] if isinstance(text, str) else text.first(self._end)

    @property
    def place(self) -> tuple[int | str, ...]:
        """The part of the answer, and the location within its JSON."""
        return (*super().place, *self._location)


class PathDoneEvent(_LocatedEvent, frozen=True, gc=False, eq=False):
    """A whole value at the path of ``select``.

    An object may have a key twice. Then its later value has an event, too, and is the one that
    counts.
    """

    type: ClassVar[Literal["path.done"]] = "path.done"
    _at = ("choice_index",)
    choice_index: int
    value: Any
    """The value as plain data, shared with other events: treat it as read-only."""


class PatchEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The operations that bring a JSON value up to date."""

    type: ClassVar[Literal["patch"]] = "patch"
    _at = ("choice_index",)
    choice_index: int
    operations: list[dict[str, Any]]
    """Operations of RFC 6902, and ``{"op": "append", "path": ..., "value": ...}`` for strings."""
