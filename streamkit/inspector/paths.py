"""The places in a JSON value that each event of a stream adds to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from streamkit._core.json.patches import Patches
from streamkit._core.json.path import normalized
from streamkit._trace.rows import delta_of

if TYPE_CHECKING:
    from streamkit._core.json.path import Location, Path
    from streamkit._trace.moments import Moment

__all__ = ["PathIndex", "is_under", "shown_path"]


class PathIndex:
    """The locations that the events touch, by the index of the event.

    The content and the arguments of calls are read, as far as they are JSON. A number is touched by
    the event that ends it.
    """

    def __init__(self) -> None:
        self.locations: list[tuple[Location, ...]] = []
        self._parsers: dict[Any, Patches] = {}

    def add(self, moment: Moment) -> None:
        """Take the next event."""
        event = moment.event
        found: tuple[Location, ...] = ()
        if event.type in _JSON_TYPES:
            key = event.type, event.part
            parser = self._parsers.get(key)
            if parser is None:
                parser = self._parsers[key] = Patches()
            pointers = dict.fromkeys(each["path"] for each in parser.take(delta_of(event)))
            found = tuple(map(_location, pointers))
        self.locations.append(found)


def is_under(location: Location, path: Path) -> bool:
    """Return whether a location is at a path or within it."""
    steps = path.steps
    return len(location) >= len(steps) and all(
        step is None or step == key for step, key in zip(steps, location, strict=False)
    )


def shown_path(location: Location) -> str:
    """Return the text of a location, in short form where its names allow: ``$.days[0].city``."""
    if not all(isinstance(key, int) or _NAME(key) for key in location):
        return normalized(location)
    steps = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in location)
    return "$" + "".join(steps)


def _location(pointer: str) -> Location:
    """Return the location of a JSON pointer (RFC 6901), in which digits are an index."""
    return tuple(
        int(step) if _INDEX(step) else step.replace("~1", "/").replace("~0", "~")
        for step in pointer.split("/")[1:]
    )


_JSON_TYPES = {"content.delta", "tool_calls.function.arguments.delta", "server_tool.delta"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}").fullmatch
