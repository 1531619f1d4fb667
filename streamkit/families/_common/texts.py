"""The base of machines that read the JSON of an answer: its contents, or a tool's arguments."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

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

    from streamkit._core.json.located import LocatedJSON
    from streamkit.families._common.part_event import Part

__all__ = ["EVENTS", "TEXTS", "TextsMachine"]

EVENTS = PartEvent | AttemptResetEvent | EventsDroppedEvent
"""The events of an answer, of any protocol."""

TEXTS = EVENTS | str
"""The values that operators on JSON take: the events of an answer, or the pieces of one text."""

B = TypeVar("B")
N = TypeVar("N")


class TextsMachine(Machine[Any, B], Generic[N, B]):
    """A machine with a parser for each text of an answer, which begins anew with the attempt.

    Args:
        new_parser: Makes the parser of a text, given the location of the value in its JSON.
        tool: The name of the tool whose calls' arguments are read; None reads the contents.
    """

    def __init__(
        self, new_parser: Callable[[tuple[str, ...]], LocatedJSON[N]], *, tool: str | None = None
    ) -> None:
        self._new_parser = new_parser
        self._tool = tool
        self._texts: dict[Part, _Text[N]] = {}
        # The text whose piece was the newest, and its log.
        self._newest: _Text[N] | None = None
        self._log: object = None

    def feed(self, value: Any, /) -> Sequence[B]:
        """Take an event or a piece of a text, and return what is new in its JSON."""
        kind: Any = value.__class__
        if kind is ContentDeltaEvent:
            if self._tool is not None:
                return ()
            # A hot path: most deltas continue the text of the one before.
            log, text = value._text, self._newest  # noqa: SLF001 - an event of this package
            if log is not self._log or text is None:
                text = self._newest = self._text(value.place, value)
                self._log = log
            news = text.take(value.delta)
            return self._events(news, text.choice, text.part) if news else ()
        if kind is str:
            return self._piece((), None, value)
        if kind is FunctionToolCallArgumentsDeltaEvent:
            if self._tool == value.name:
                return self._piece(value.place, value, value.arguments_delta)
        elif kind is ContentDoneEvent:
            if self._tool is None:
                return self._finish(value.place)
        elif kind is FunctionToolCallArgumentsDoneEvent:
            if self._tool == value.name:
                return self._finish(value.place)
        elif kind is AttemptResetEvent:
            self._texts.clear()
            self._newest = self._log = None
        return ()

    def close(self) -> Iterable[B]:
        """Return what the end of texts without a done event adds."""
        return [output for part in list(self._texts) for output in self._finish(part)]

    @abstractmethod
    def _events(self, news: Sequence[N], choice: int, part: Part, /) -> Sequence[B]:
        """Return the outputs for what a piece of a text adds, or its end."""

    def _text(self, part: Part, event: Any) -> _Text[N]:
        """Return the text of an event, which is new with its first one."""
        text = self._texts.get(part)
        if text is None:
            parser = self._new_parser(_within(event))
            choice = getattr(event, "choice_index", 0)
            text = self._texts[part] = _Text(parser, parser.take, choice, part)
        return text

    def _piece(self, part: Part, event: Any, piece: str) -> Sequence[B]:
        text = self._text(part, event)
        news = text.take(piece)
        return self._events(news, text.choice, part) if news else ()

    def _finish(self, part: Part) -> Sequence[B]:
        text = self._texts.pop(part, None)
        self._newest = self._log = None
        news = () if text is None else text.parser.finish()
        return self._events(news, text.choice, part) if text is not None and news else ()


class _Text(NamedTuple, Generic[N]):
    """A text whose pieces come: its parser, and where in the answer it is."""

    parser: LocatedJSON[N]
    take: Callable[[str], Sequence[N]]
    choice: int
    part: Part


def _within(event: Any) -> tuple[str, ...]:
    """Return the location of the value in the JSON of an event's text."""
    if type(event) is not ContentDeltaEvent:
        return ()
    return event._reader.within  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this package
