"""The operator that emits what is new at a path in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.arguments import require
from streamkit._core.json.path import Path
from streamkit._core.json.watch import Grown, PathWatch
from streamkit.families._common.path_events import PathDeltaEvent, PathDoneEvent
from streamkit.families._common.texts import TEXTS, TextsMachine
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable

    from streamkit._core.json.watch import Found
    from streamkit.families._common.part_event import Part

__all__ = ["SelectMachine", "select"]


def select(
    path: str, *, tool: str | None = None
) -> Callable[[Observable[Any]], Observable[PathDeltaEvent | PathDoneEvent]]:
    """Emit the pieces of strings at a path as they arrive, and each value once it is whole.

        --{"answer":"4-----2"--------------,"n":1}--|
        [             select("answer")              ]
        --delta("4")-------(delta("2"),done("42"))--|

    A value that is no string has its ``path.done`` event alone. Nothing else is emitted. The
    operator takes the events of ``observe`` or ``chat_events``, of any protocol, or the pieces of
    one text as strings. After text that is no JSON, nothing more of it is emitted.

    Args:
        path: The path to the values, as in RFC 9535: names, indices and ``*``, as
            ``steps[*].explanation``; the leading ``$`` is optional.
        tool: The name of a tool, to read its calls' arguments and not the content.

    Raises:
        ValueError: The path is none; the message has the position.
    """
    require("tool", tool, str | None, "the name of a tool")
    selected = [Path.of(path)]
    return lift(lambda: SelectMachine(selected, tool=tool), takes=TEXTS, name="select")


class SelectMachine(TextsMachine["Found | Grown", PathDeltaEvent | PathDoneEvent]):
    """The machine of ``select``."""

    def __init__(self, paths: Sequence[Path], *, tool: str | None = None) -> None:
        super().__init__(lambda within: PathWatch(paths, strings=True, within=within), tool=tool)

    def _events(
        self, news: Sequence[Found | Grown], choice: int, part: Part, /
    ) -> Sequence[PathDeltaEvent | PathDoneEvent]:
        events: list[PathDeltaEvent | PathDoneEvent] = []
        for one in news:
            if isinstance(one, Grown):
                delta, text, end, at = one.delta, one.text, one.end, one.location
                events.append(PathDeltaEvent(choice, delta, text, end, _location=at, _part=part))
            else:
                at = one.location
                events.append(PathDoneEvent(choice, one.value, _location=at, _part=part))
        return events
