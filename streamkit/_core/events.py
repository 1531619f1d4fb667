"""The base of the events of every family, and the two events that belong to none."""

from __future__ import annotations

import functools
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace

from streamkit._core.wire import json_of, plain

if TYPE_CHECKING:
    from typing import Self

    from streamkit.types import ChatCompletion, ParsedChatCompletion

__all__ = ["AttemptResetEvent", "Event", "EventsDroppedEvent", "Growth"]


class Event(Struct, frozen=True, gc=False, eq=False):
    """The base of all events, which ``type`` distinguishes.

    Two events are equal when they have the same type and the same content.
    """

    _at: ClassVar[tuple[str, ...]] = ()
    """The names of the fields that make up an event's ``place``."""
    _aliases: ClassVar[frozenset[str]] = frozenset()
    """The names of members that repeat others, which ``to_dict`` leaves out."""

    @property
    def place(self) -> tuple[int | str, ...]:
        """The event's place in the answer, such as its choice and its call.

        Events of one type and one place continue each other; an event with ``since`` can stand for
        those before it. An event about the answer as a whole has an empty place.
        """
        return tuple([getattr(self, name) for name in self._at])

    def to_dict(self, *, delta: bool = False) -> dict[str, Any]:
        """Return the content of the event as plain data, in its state at the event.

        Args:
            delta: Whether to leave out members that grow with the stream, such as ``snapshot`` and
                ``parsed``. Then all events of a stream together are about as long as the stream;
                with these members, their length grows with its square.
        """
        names = self._names_of_news() if delta else self._names()
        return {name: plain(getattr(self, name), "json", drop_none=True) for name in names}

    def to_json(self, *, delta: bool = False) -> str:
        """Return the JSON text of ``to_dict``, on one line."""
        return json_of(self.to_dict(delta=delta))

    def model_dump(self, *, mode: Literal["python", "json"] = "json") -> dict[str, Any]:  # noqa: ARG002 - pydantic's
        """Return the same as ``to_dict``, under the name that pydantic uses."""
        return self.to_dict()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(
            getattr(self, name) == getattr(other, name) for name in self._names()
        )

    __ne__ = object.__ne__  # the opposite of `==`; a Struct's own compares by identity
    __hash__ = None  # type: ignore[assignment]  # equal by its data, which may be a dict

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({fields})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what ``repr`` shows; a Struct's own would show private fields to ``rich``."""
        return [(name, getattr(self, name)) for name in self._names()[1:]]

    def _repr_html_(self) -> str:
        """Return a small table for a notebook, without what grows with the stream."""
        from streamkit._core.html import leaves, table

        data = self.to_dict(delta=True)
        return table(f"{type(self).__name__} {data.pop('type')}", leaves(data))

    @classmethod
    @functools.cache
    def _names(cls) -> tuple[str, ...]:
        """Return the names of all members of an event's content."""
        fields = cls.__struct_fields__
        views = [name for name, member in vars(cls).items() if isinstance(member, property)]
        # A member of both is a field that is read in another way.
        said = [
            name
            for name in dict.fromkeys((*fields, *views))
            if name[0] != "_" and name not in cls._aliases
        ]
        return ("type", *said)

    @classmethod
    @functools.cache
    def _names_of_news(cls) -> tuple[str, ...]:
        """Return these names without views of the whole so far; done events have it in fields."""
        fields = cls.__struct_fields__
        return tuple(name for name in cls._names() if name in fields or name not in _GROWING)


_GROWING = frozenset({"arguments", "parsed", "parsed_arguments", "snapshot"})


class Growth(Event, frozen=True, gc=False, eq=False):
    """An event about a new piece at the end of a growing text or list."""

    _piece: ClassVar[str] = "delta"
    """The name of the field with the piece."""
    _grows_in: ClassVar[str] = "_text"
    """The name of the field with the log of the pieces, whose length at the event is ``_end``."""

    def since(self, first: Self) -> Self:
        """Return the event with all pieces since ``first``, which has the same type and place."""
        start, end = _end_of(first) - len(getattr(first, self._piece)), _end_of(self)
        log: Any = getattr(self, self._grows_in)
        piece = log.between(start, end) if hasattr(log, "between") else log[start:end]
        return replace(self, **{self._piece: piece})

    @classmethod
    def piece_of(cls, event: Self) -> Any:
        """Return the new piece: a string, or a list."""
        return getattr(event, cls._piece)


_end_of = attrgetter("_end")


# An error refers to frames, which may refer to the event, so the event is tracked by the collector.
class AttemptResetEvent(Event, frozen=True, gc=True, eq=False):
    """The stream failed and begins anew: its emitted events are void. See ``retry_stream``."""

    type: ClassVar[Literal["attempt.reset"]] = "attempt.reset"
    attempt: int
    """The number of the attempt that follows; the first attempt, without an event, was 1."""
    wait: float
    """Seconds until that attempt."""
    error: Exception
    """The error that ended the last attempt."""

    @property
    def completion(self) -> ChatCompletion | ParsedChatCompletion[Any] | None:
        """The part of the answer that had arrived, if it is a chat completion."""
        return getattr(self.error, "completion", None)


class EventsDroppedEvent(Event, frozen=True, gc=False, eq=False):
    """A consumer of a hub was too slow, and missed events at this place in its stream."""

    type: ClassVar[Literal["events.dropped"]] = "events.dropped"
    count: int
    """The number of events dropped here."""
