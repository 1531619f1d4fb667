"""The base of machines that read the JSON of an answer: its contents, or a tool's arguments."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.events import AttemptResetEvent, EventsDroppedEvent
from streamkit._core.machine import Machine
from streamkit.families._common.part_event import PartEvent
from streamkit.families._common.text_events import ContentDeltaEvent, ContentDoneEvent
from streamkit.families._common.tool_events import (
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from streamkit._core.events import Event
    from streamkit._core.json.located import LocatedJSON

__all__ = ["EVENTS", "TEXTS", "TextsMachine"]

EVENTS = PartEvent | AttemptResetEvent | EventsDroppedEvent
"""The events of an answer, of any protocol."""

TEXTS = EVENTS | str
"""The values that operators on JSON take: the events of an answer, or the pieces of one text."""

B = TypeVar("B")
J = TypeVar("J", bound="LocatedJSON")


class TextsMachine(Machine[Any, B], Generic[J, B]):
    """A machine with a parser for each text of an answer, which begins anew with the attempt.

    Args:
        new_parser: Makes the parser of a text, given the location of the value in its JSON.
        tool: The name of the tool whose calls' arguments are read; None reads the contents.
    """

    def __init__(
        self, new_parser: Callable[[tuple[str, ...]], J], *, tool: str | None = None
    ) -> None:
        self._new_parser = new_parser
        self._tool = tool
        self._parsers: dict[tuple[int | str, ...], tuple[J, Any]] = {}

    def feed(self, value: Any, /) -> Sequence[B]:
        """Take an event or a piece of a text, and return what is new in its JSON."""
        kind: Any = value.__class__
        if kind is ContentDeltaEvent:
            if self._tool is None:
                # A hot path: the place, without the calls of a property for any event.
                place = value._part or (value.choice_index,)  # noqa: SLF001 - an event of this package
                return self._piece(place, value, value.delta)
        elif kind is str:
            return self._piece((), None, value)
        elif kind is FunctionToolCallArgumentsDeltaEvent:
            if self._tool == value.name:
                return self._piece(value.place, value, value.arguments_delta)
        elif kind is ContentDoneEvent:
            if self._tool is None:
                return self._finish(value.place)
        elif kind is FunctionToolCallArgumentsDoneEvent:
            if self._tool == value.name:
                return self._finish(value.place)
        elif kind is AttemptResetEvent:
            self._parsers.clear()
        return ()

    def close(self) -> Iterable[B]:
        """Return what the end of texts without a done event adds."""
        return [output for place in list(self._parsers) for output in self._finish(place)]

    @abstractmethod
    def _news(self, parser: J, event: Event | None, text: str, /) -> Sequence[B]:
        """Return what is new with a piece of a text."""

    @abstractmethod
    def _last_news(self, parser: J, event: Event | None, /) -> Sequence[B]:
        """Return what is new with the end of a text; ``event`` had its last piece."""

    def _piece(self, place: tuple[int | str, ...], event: Any, text: str) -> Sequence[B]:
        try:
            parser, _ = self._parsers[place]
        except KeyError:
            within = _within(event)
            parser = self._new_parser(within)
            self._parsers[place] = (parser, event)
        return self._news(parser, event, text)

    def _finish(self, place: tuple[int | str, ...]) -> Sequence[B]:
        parser, event = self._parsers.pop(place, (None, None))
        return () if parser is None else self._last_news(parser, event)


def _within(event: Any) -> tuple[str, ...]:
    """Return the location of the value in the JSON of an event's text."""
    if type(event) is not ContentDeltaEvent:
        return ()
    return event._reader.within  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this package
