"""The operator that writes what is new in JSON as patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.arguments import require
from streamkit._core.json.patches import Patches
from streamkit.families._common.path_events import PatchEvent
from streamkit.families._common.texts import TEXTS, TextsMachine
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable

    from streamkit._core.json.path import Location
    from streamkit.families._common.part_event import Part

__all__ = ["PatchesMachine", "patches"]


def patches(*, tool: str | None = None) -> Callable[[Observable[Any]], Observable[PatchEvent]]:
    """Emit the operations that rebuild the partial value somewhere else.

        --{"a":"x----------------y"--------------------}--|
        [                    patches()                    ]
        --[add "" {}, add /a "x"]--[append /a "y"]--------|

    Applied in order, beginning with nothing, the operations give ``parsed`` as it is at each event.
    They are those of RFC 6902, and ``append``, whose ``value`` is added to the end of the string at
    ``path``; so all of them together are about as long as the text. Each text of the answer is a
    value of its own: ``part`` distinguishes them.

    The operator takes the events of ``observe`` or ``chat_events``, of any protocol, or the pieces
    of one text as strings. After text that is no JSON, nothing more of it is emitted.

    Args:
        tool: The name of a tool, to read its calls' arguments and not the content.
    """
    require("tool", tool, str | None, "the name of a tool")
    return lift(lambda: PatchesMachine(tool=tool), takes=TEXTS, name="patches")


class PatchesMachine(TextsMachine[PatchEvent]):
    """The machine of ``patches``."""

    def __init__(self, *, tool: str | None = None) -> None:
        super().__init__(_PatchEvents, tool=tool)


class _PatchEvents:
    """The patches of one text, an event for all that a piece brings."""

    def __init__(self, within: Location, choice: int, part: Part) -> None:
        self._patches = Patches(within)
        self._choice = choice
        self._part = part

    def take(self, text: str, /) -> Sequence[PatchEvent]:
        return self._events(self._patches.take(text))

    def finish(self) -> Sequence[PatchEvent]:
        return self._events(self._patches.finish())

    def _events(self, operations: Sequence[dict[str, Any]]) -> Sequence[PatchEvent]:
        if not operations:
            return ()
        return (PatchEvent(self._choice, [*operations], _part=self._part),)
