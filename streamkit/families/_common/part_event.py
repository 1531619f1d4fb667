"""The bases of the common events, each of which is about a part of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

from streamkit._core.content import has_content
from streamkit._core.events import Event, Growth

__all__ = ["Part", "PartEvent", "PartGrowth"]

Part: TypeAlias = tuple[int | str, ...]
"""The address of a part of an answer."""

_NOTHING: Mapping[str, object] = MappingProxyType({})


class PartEvent(Event, frozen=True, kw_only=True, gc=False, eq=False):
    """The base of the common events, which mean the same in every protocol."""

    _implied: ClassVar[Mapping[str, object]] = _NOTHING
    """The members that ``to_dict`` leaves out while they have these values."""
    _part: Part = ()
    """The part's address, where its protocol has other addresses than indices of choices."""
    _raw: object = None
    """The event of the protocol from which this one was made; None if it is this one."""

    @property
    def part(self) -> Part:
        """The address of the part of the answer: of a text, a thought, a call or a choice.

        Events of one part have equal addresses throughout the stream. An address can be hashed and
        compared; what is in it depends on the protocol. It is empty for the answer as a whole.
        """
        return self.place

    @property
    def place(self) -> Part:
        """The same address; events of one type and one place continue each other."""
        # A hot path: `super().place`, without its calls.
        return self._part or tuple([getattr(self, name) for name in self._at])

    @property
    def raw(self) -> Any:
        """The event as ``stream()`` yields it, in the vocabulary of its protocol."""
        return self if self._raw is None else self._raw

    def to_dict(self, *, delta: bool = False) -> dict[str, Any]:
        """Return the content of the event as plain data, in its state at the event.

        Args:
            delta: Whether to leave out members that grow with the stream, such as ``snapshot`` and
                ``parsed``. Then all events of a stream together are about as long as the stream;
                with these members, their length grows with its square.
        """
        data = super().to_dict(delta=delta)
        for name, value in self._implied.items():
            if data[name] == value:
                del data[name]
        if self._part:
            data["part"] = list(self._part)
        return data

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self._part == getattr(other, "_part", ())

    __hash__ = None  # as for every event


@has_content.register(PartEvent)
def _(_: PartEvent) -> bool:
    return True


class PartGrowth(Growth, PartEvent, frozen=True, kw_only=True, gc=False, eq=False):
    """A common event about a new piece at the end of a growing text or list."""
