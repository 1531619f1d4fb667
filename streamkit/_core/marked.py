"""Events of the wire that know the state of the answer after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from msgspec import field

from streamkit._core.wire import Wire

if TYPE_CHECKING:
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
        return type(other) is type(self) and dict(self) == dict(cast("Any", other))

    __hash__ = None  # type: ignore[assignment]  # what is compared by what it says may be a dict

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({fields})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what ``repr`` shows; a Struct's own would show private fields to ``rich``."""
        return [(name, value) for name, value in self if value is not None]
