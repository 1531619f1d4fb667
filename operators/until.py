"""The operator that ends a stream once a value in its JSON is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._core.arguments import require
from streamkit._core.json.path import Path
from streamkit._core.json.watch import Found, PathWatch
from streamkit._core.machine import Machine
from streamkit.families._common.texts import TEXTS, TextsMachine
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable

    from streamkit._core.json.path import Location
    from streamkit.families._common.part_event import Part

__all__ = ["UntilMachine", "until"]

E = TypeVar("E")


def until(path: str, *, tool: str | None = None) -> Callable[[Observable[E]], Observable[E]]:
    """Pass events on, and complete once a value at the path is whole.

        --{"answer":"4--2",--"reason":"..."}--|
        [          until("answer")            ]
        --{"answer":"4--2",|

    The event that brings the end of the value is the last one. Then the source is disposed of,
    which closes the response, so that the server need not write the rest. With several choices or
    texts, the first whole value counts. The operator takes the events of ``observe`` or
    ``chat_events``, of any protocol, or the pieces of one text as strings.

    Args:
        path: The path to the value, as in RFC 9535: names, indices and ``*``; the leading ``$`` is
            optional.
        tool: The name of a tool, to read its calls' arguments and not the content.

    Raises:
        ValueError: The path is none; the message has the position.
    """
    require("tool", tool, str | None, "the name of a tool")
    wanted = [Path.of(path)]

    operator = lift(lambda: UntilMachine(wanted, tool=tool), takes=TEXTS, name="until")
    return cast("Callable[[Observable[E]], Observable[E]]", operator)


class UntilMachine(Machine[Any, Any]):
    """The machine of ``until``, which is ``done`` once the value is whole."""

    def __init__(self, paths: Sequence[Path], *, tool: str | None = None) -> None:
        def reader(within: Location, _choice: int, _part: Part) -> PathWatch[Found]:
            return PathWatch(paths, Found, within=within)

        self._found = TextsMachine(reader, tool=tool)

    def feed(self, value: Any, /) -> Sequence[Any]:
        """Return the event."""
        if self._found.feed(value):
            self.done = True
        return (value,)
