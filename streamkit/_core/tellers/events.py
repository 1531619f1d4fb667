"""A machine that parses what is in events already: their texts, or their arguments of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.events import Event
from streamkit._core.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from streamkit._core.reading import Reading
    from streamkit.errors import ParseError

__all__ = ["ArgumentsEvent", "EventParser", "ReadableEvent", "TextEvent"]


class ReadableEvent(Event, frozen=True, gc=False, eq=False):
    """An event with something in it to parse: a piece of it, or the whole."""

    def read_by(self, reader: Reading) -> tuple[Self, ParseError | None]:
        """Return the event with what is parsed, and what is wrong with the whole."""
        raise NotImplementedError


class TextEvent(ReadableEvent, frozen=True, gc=False, eq=False):
    """An event about a text."""


class ArgumentsEvent(ReadableEvent, frozen=True, gc=False, eq=False):
    """An event about the arguments of a call."""


class EventParser(Machine[Event, Event]):
    """Has a reader parse the events of one kind, and passes all others.

    What is wrong with a whole is raised after the last event, unless it is done once more and fits.
    """

    def __init__(self, kind: type[ReadableEvent], reader: Reading) -> None:
        self._kind = kind
        self._reader = reader
        self._errors: dict[tuple[Any, ...], ParseError] = {}

    def feed(self, value: Event, /) -> Sequence[Event]:
        """Take an event and return it, parsed if it is of the kind."""
        if not isinstance(value, self._kind):
            return (value,)
        event, error = value.read_by(self._reader)
        if error is not None:
            self._errors[value.place] = error
        else:
            self._errors.pop(value.place, None)
        return (event,)

    def close(self) -> Iterable[Event]:
        """Raise the first error that is left."""
        errors, self._errors = self._errors, {}
        for error in errors.values():
            raise error
        return ()
