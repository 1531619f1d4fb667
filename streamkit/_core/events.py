"""What the events of every family share, and the two that belong to none."""

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
    """What all events share; ``type`` tells them apart.

    Two events are equal when they are of one type and say the same.
    """

    _at: ClassVar[tuple[str, ...]] = ()
    """The fields that say where in the answer an event belongs."""
    _aliases: ClassVar[frozenset[str]] = frozenset()
    """The members that repeat what others say, and are left out of ``to_dict``."""

    @property
    def place(self) -> tuple[int | str, ...]:
        """Where in the answer the event belongs, such as its choice and its call.

        Events of one type and one place follow one another; one with ``since`` can stand for those
        before it. An event about the answer as a whole has an empty place.
        """
        return tuple([getattr(self, name) for name in self._at])

    def to_dict(self, *, delta: bool = False) -> dict[str, Any]:
        """Everything the event says, as plain data; reads it as of the event.

        Args:
            delta: leave out what grows with the stream, such as ``snapshot`` and ``parsed``. Then
                all events of a stream together are about as long as the stream; with it their
                length grows with its square.
        """
        names = self._names_of_news() if delta else self._names()
        return {name: plain(getattr(self, name), "json", drop_none=True) for name in names}

    def to_json(self, *, delta: bool = False) -> str:
        """The JSON text of ``to_dict``, on one line."""
        return json_of(self.to_dict(delta=delta))

    def model_dump(self) -> dict[str, Any]:
        """The same as ``to_dict``, under the name pydantic uses."""
        return self.to_dict()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(
            getattr(self, name) == getattr(other, name) for name in self._names()
        )

    __hash__ = None  # type: ignore[assignment]  # what is compared by what it says may be a dict

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names()[1:])
        return f"{type(self).__name__}({fields})"

    @classmethod
    @functools.cache
    def _names(cls) -> tuple[str, ...]:
        """The names of all that an event says."""
        fields = cls.__struct_fields__
        views = [name for name, member in vars(cls).items() if isinstance(member, property)]
        said = [name for name in (*fields, *views) if name[0] != "_" and name not in cls._aliases]
        return ("type", *said)

    @classmethod
    @functools.cache
    def _names_of_news(cls) -> tuple[str, ...]:
        """The same without views of all that has come; done events have that in fields."""
        fields = cls.__struct_fields__
        return tuple(name for name in cls._names() if name in fields or name not in _GROWING)


_GROWING = frozenset({"arguments", "parsed", "parsed_arguments", "snapshot"})


class Growth(Event, frozen=True, gc=False, eq=False):
    """An event about a new piece of what grows at its end: a text, or a list."""

    _piece: ClassVar[str] = "delta"
    """The field that has the piece."""
    _grows_in: ClassVar[str] = "_text"
    """The field that has the log it went to; how long that was then is ``_end``."""

    def since(self, first: Self) -> Self:
        """Return the event with all that came from ``first`` on, an event of its type and place."""
        start, end = _end_of(first) - len(getattr(first, self._piece)), _end_of(self)
        log = getattr(self, self._grows_in)
        piece = log[start:end] if isinstance(log, list) else log.between(start, end)
        return replace(self, **{self._piece: piece})


_end_of = attrgetter("_end")


# An error leads to frames, and those may lead back here: so the collector is to know of this one.
class AttemptResetEvent(Event, frozen=True, gc=True, eq=False):
    """The stream failed and is begun anew: what it has emitted is void. See ``retry_stream``."""

    type: ClassVar[Literal["attempt.reset"]] = "attempt.reset"
    attempt: int
    """The number of the attempt that follows; the first one, which nobody announces, was 1."""
    wait: float
    """Seconds until it is made."""
    error: Exception
    """What ended the last one."""

    @property
    def completion(self) -> ChatCompletion | ParsedChatCompletion[Any] | None:
        """What had arrived of the answer."""
        return getattr(self.error, "completion", None)


class EventsDroppedEvent(Event, frozen=True, gc=False, eq=False):
    """A consumer of a hub was slow, and missed events at this place in its stream."""

    type: ClassVar[Literal["events.dropped"]] = "events.dropped"
    count: int
    """How many were dropped here."""
