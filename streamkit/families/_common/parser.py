"""The machine that parses the texts, or the arguments of calls, in common events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.emitters.events import EventParser
from streamkit._core.events import AttemptResetEvent
from streamkit.families._common.events import FinishEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._core.events import Event

__all__ = ["CommonEventParser"]

_CUT_SHORT = frozenset({"length", "content_filter", "cancelled"})


class CommonEventParser(EventParser):
    """An event parser that raises no error of a text in an answer that is void or was cut short.

    The finish reason shows that an answer was cut short, and ``attempt.reset`` that it is void.
    """

    def feed(self, value: Event, /) -> Sequence[Event]:
        """Take an event and return it, parsed if it is of the kind."""
        if isinstance(value, AttemptResetEvent):
            self._errors.clear()
        if isinstance(value, FinishEvent) and value.reason in _CUT_SHORT:
            for place, (event, _) in [*self._errors.items()]:
                if getattr(event, "choice_index", None) == value.choice_index:
                    del self._errors[place]
        return super().feed(value)
