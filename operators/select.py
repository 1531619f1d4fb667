"""The operator that emits what is new at a path in JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from streamkit._core.arguments import require
from streamkit._core.json.path import Path
from streamkit._core.json.watch import PathWatch
from streamkit.families._common.path_events import PathDeltaEvent, PathDoneEvent
from streamkit.families._common.texts import TEXTS, TextsMachine
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable

    from streamkit._core.json.path import Location
    from streamkit._core.json.watch import StringText
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


class SelectMachine(TextsMachine[PathDeltaEvent | PathDoneEvent]):
    """The machine of ``select``."""

    def __init__(self, paths: Sequence[Path], *, tool: str | None = None) -> None:
        super().__init__(partial(_reader, paths), tool=tool)


def _reader(
    paths: Sequence[Path], within: Location, choice: int, part: Part
) -> PathWatch[PathDeltaEvent | PathDoneEvent]:
    def found(_: int, at: Location, value: Any) -> PathDoneEvent:
        return PathDoneEvent(choice, value, _location=at, _part=part)

    def grown(_: int, at: Location, delta: str, text: StringText, end: int) -> PathDeltaEvent:
        return PathDeltaEvent(choice, delta, text, end, _location=at, _part=part)

    return PathWatch(paths, found, grown, within=within)
