"""The machine that parses the texts, or the arguments of calls, in events."""

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
    """An event with a piece of a text to parse, or with the whole text."""

    def read_by(self, reader: Reading) -> tuple[Self, ParseError | None]:
        """Return the event with its parsed value, and the error of parsing the whole."""
        # Abstract in all but name: a Struct has a metaclass of its own, so it cannot be an ABC.
        raise NotImplementedError


class TextEvent(ReadableEvent, frozen=True, gc=False, eq=False):
    """An event with a piece of a text of the answer, or with the whole."""


class ArgumentsEvent(ReadableEvent, frozen=True, gc=False, eq=False):
    """An event with a piece of the arguments of a call, or with the whole."""


class EventParser(Machine[Event, Event]):
    """A machine that parses the events of one kind with a reader, and passes on all others.

    The error of parsing a whole text is raised after the last event, unless the whole comes again
    and is parsed without an error.
    """

    def __init__(self, kind: type[ReadableEvent], reader: Reading) -> None:
        self._kind = kind
        self._reader = reader
        self._errors: dict[tuple[Any, ...], tuple[Event, ParseError]] = {}

    def feed(self, value: Event, /) -> Sequence[Event]:
        """Take an event and return it, parsed if it is of the kind."""
        if not isinstance(value, self._kind):
            return (value,)
        event, error = value.read_by(self._reader)
        if error is not None:
            self._errors[value.place] = value, error
        else:
            self._errors.pop(value.place, None)
        return (event,)

    def close(self) -> Iterable[Event]:
        """Raise the first remaining error."""
        errors, self._errors = self._errors, {}
        for _, error in errors.values():
            raise error
        return ()
