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
    return lift(lambda: PatchesMachine(Patches, tool=tool), takes=TEXTS, name="patches")


class PatchesMachine(TextsMachine[dict[str, Any], PatchEvent]):
    """The machine of ``patches``."""

    def _events(
        self, news: Sequence[dict[str, Any]], choice: int, part: Part, /
    ) -> Sequence[PatchEvent]:
        return (PatchEvent(choice, [*news], _part=part),)
