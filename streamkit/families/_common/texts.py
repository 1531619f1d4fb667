"""The base of machines that read the JSON of an answer: its contents, or a tool's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from streamkit._core.events import AttemptResetEvent, EventsDroppedEvent
from streamkit._core.machine import Machine
from streamkit.families._common.part_event import PartEvent
from streamkit.families._common.race_event import RaceSettledEvent
from streamkit.families._common.text_events import ContentDeltaEvent, ContentDoneEvent
from streamkit.families._common.tool_events import (
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from streamkit.families._common.part_event import Part

__all__ = ["EVENTS", "TEXTS", "TextReader", "TextsMachine"]

EVENTS = PartEvent | AttemptResetEvent | EventsDroppedEvent | RaceSettledEvent
"""The events of an answer, of any protocol, and those about its stream."""

TEXTS = str | EVENTS
"""The values that operators on JSON take: the events of an answer, or the pieces of one text."""

B = TypeVar("B")
B_co = TypeVar("B_co", covariant=True)


class TextReader(Protocol[B_co]):
    """The reader of one text's JSON, such as a ``PathWatch``."""

    def take(self, text: str, /) -> Sequence[B_co]:
        """Read the next piece, and return what it adds."""
        ...

    def finish(self) -> Sequence[B_co]:
        """End the text, and return what that adds."""
        ...


class TextsMachine(Machine[Any, B]):
    """A machine with a reader for each text of an answer, which begins anew with the attempt.

    Args:
        new_reader: Makes the reader of a text, given the location of the value in its JSON, the
            index of the choice, and the address of the part.
        tool: The name of the tool whose calls' arguments are read; None reads the contents.
    """

    def __init__(
        self,
        new_reader: Callable[[tuple[str, ...], int, Part], TextReader[B]],
        *,
        tool: str | None = None,
    ) -> None:
        self._new_reader = new_reader
        self._tool = tool
        self._texts: dict[Part, TextReader[B]] = {}
        # The log of the content whose piece was the newest, and the function that takes the next.
        self._log: object = None
        self._take: Callable[[str], Sequence[B]] = _nothing

    def feed(self, value: Any, /) -> Sequence[B]:
        """Take an event or a piece of a text, and return what is new in its JSON."""
        kind: Any = value.__class__
        if kind is ContentDeltaEvent:
            # A hot path: most deltas continue the text of the one before.
            log = value._text  # noqa: SLF001 - an event of this package
            if log is not self._log:
                if self._tool is not None:
                    return ()
                self._take = self._reader(value.place, value).take
                self._log = log
            return self._take(value.delta)
        if kind is str:
            return self._reader((), None).take(value)
        if kind is FunctionToolCallArgumentsDeltaEvent:
            if self._tool == value.name:
                return self._reader(value.place, value).take(value.arguments_delta)
        elif kind is ContentDoneEvent:
            if self._tool is None:
                return self._finish(value.place)
        elif kind is FunctionToolCallArgumentsDoneEvent:
            if self._tool == value.name:
                return self._finish(value.place)
        elif kind is AttemptResetEvent:
            self._texts.clear()
            self._log = None
        return ()

    def close(self) -> Iterable[B]:
        """Return what the end of texts without a done event adds."""
        return [output for part in list(self._texts) for output in self._finish(part)]

    def _reader(self, part: Part, event: Any) -> TextReader[B]:
        """Return the reader of an event's text, which is new with its first one."""
        reader = self._texts.get(part)
        if reader is None:
            choice = getattr(event, "choice_index", 0)
            reader = self._texts[part] = self._new_reader(_within(event), choice, part)
        return reader

    def _finish(self, part: Part) -> Sequence[B]:
        reader = self._texts.pop(part, None)
        self._log = None
        return () if reader is None else reader.finish()


def _nothing(_: str) -> Sequence[Any]:
    return ()


def _within(event: Any) -> tuple[str, ...]:
    """Return the location of the value in the JSON of an event's text."""
    if type(event) is not ContentDeltaEvent:
        return ()
    return event._reader.within  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this package
