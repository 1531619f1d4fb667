"""Events of the wire that know the state of the answer after them."""

from __future__ import annotations

import functools
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import field

from streamkit._core.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

__all__ = ["MarkedEvent"]


class MarkedEvent(Wire, eq=False):
    """The base of the events of a stream whose machine emits them as they came.

    Two events are equal when they have the same type and the same content.
    """

    _unsent: ClassVar[frozenset[str]] = frozenset({"_mark"})
    _mark: Any = field(default=None, name="\ufdd0\ufdd0")  # a name that no server sends

    @property
    def mark(self) -> Any:
        """The state of the answer after the event; None where it is not accumulated."""
        return self._mark

    def accumulated(self, mark: object) -> Self:
        """Set the state of the answer after the event, and return the event."""
        self._mark = mark
        return self

    def __eq__(self, other: object) -> bool:
        content = _content_of(type(self))
        return type(other) is type(self) and content(self) == content(other)

    __ne__ = object.__ne__  # the opposite of `==`; a Struct's own compares by identity
    __hash__ = None  # type: ignore[assignment]  # what is compared by what it says may be a dict

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({fields})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what ``repr`` shows; a Struct's own would show private fields to ``rich``."""
        return [(name, value) for name, value in self if value is not None]


@functools.cache
def _content_of(type_: type[MarkedEvent]) -> Callable[[object], Any]:
    """Return the function that returns the fields of an event but for those no server sends."""
    unsent = type_._unsent  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this module's own class
    return attrgetter(*(name for name in type_.__struct_fields__ if name not in unsent))
