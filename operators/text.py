"""The operator that emits the text of an answer, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.events import Event
from streamkit._core.machine import Machine
from streamkit.families._common.text_events import ContentDeltaEvent
from streamkit.families._common.texts import EVENTS
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

__all__ = ["TextMachine", "text"]


def text() -> Callable[[Observable[Any]], Observable[str]]:
    """Emit the pieces of the content, as strings.

        --role--content("H")--reasoning("?")--content("i")--|
        [                      text()                       ]
        --------"H"---------------------------"i"-----------|

    Empty pieces are left out. With several choices their pieces are mixed: use ``split_by_part``
    before. The operator takes the events of ``observe`` or ``chat_events``, of any protocol.
    """
    return lift(TextMachine, takes=EVENTS, name="text")


class TextMachine(Machine[Event, str]):
    """The machine of ``text``."""

    def feed(self, value: Event, /) -> tuple[str, ...]:
        """Return the piece of the content in an event, if it has one."""
        return (value.delta,) if isinstance(value, ContentDeltaEvent) and value.delta else ()
