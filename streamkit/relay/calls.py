"""The calls of a stream, with ids that are there and differ, however careless the server was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamkit.families._common.part_event import Part

__all__ = ["Call", "Calls"]


class Call:
    """A call of a tool, as far as it was relayed."""

    def __init__(self, call_id: str) -> None:
        self.id = call_id
        self.name = ""
        self.is_open = False
        """Whether its beginning was relayed, which waits for its name."""
        self.is_done = False
        self.pieces: list[str] = []
        """The pieces of its arguments that were not relayed yet."""
        self.newest: Any = None
        """The event of its last piece."""

    @property
    def text(self) -> str:
        """The arguments so far."""
        newest = self.newest
        if newest is None:
            return ""
        return str(newest.arguments if hasattr(newest, "arguments") else newest.input)


class Calls:
    """The calls of a stream, by their parts within a turn."""

    def __init__(self) -> None:
        self._by_part: dict[tuple[str, Part | int, int], Call] = {}
        self._ids: set[str] = set()

    def of(self, event: Any, scope: str) -> Call:
        """Return the call that an event is about; a call that has no id of its own gets one."""
        key = (scope, event._part or event.choice_index, event.index)  # noqa: SLF001 - of this package
        call = self._by_part.get(key)
        if call is None:
            given = event.tool_call_id or f"{scope}call:{event.choice_index}.{event.index}"
            call_id, count = given, 2
            while call_id in self._ids:
                call_id, count = f"{given}#{count}", count + 1
            self._ids.add(call_id)
            call = self._by_part[key] = Call(call_id)
        call.name = call.name or event.name
        return call

    def unfinished(self) -> list[Call]:
        """Return the calls that were opened and are not done, in the order of their opening."""
        return [call for call in self._by_part.values() if call.is_open and not call.is_done]
