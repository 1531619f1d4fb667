"""The rows of a trace: the parts of an answer, and when each grew and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._trace.moments import Moment

__all__ = ["Mark", "Row", "Rows", "delta_of"]

TEXT_LIMIT = 200
"""The characters of a part's text that a row keeps."""


class Mark(Struct, frozen=True, gc=False):
    """A moment on a row: it grew, or it was done."""

    seconds: float
    is_done: bool = False
    number: int = 0
    """The index of the event, or of the read."""


class Row(Struct):
    """One part of the answer, such as a text, a thought or a call; or the reads."""

    label: str
    channel: str = ""
    """The kind of the part: content, reasoning, refusal, call or server tool."""
    choice: int = 0
    marks: list[Mark] = field(default_factory=list[Mark])
    text: str = ""
    """The beginning of the part's text."""


class Rows:
    """The rows of an answer's parts, which grow with its events."""

    def __init__(self) -> None:
        self._rows: dict[Any, Row] = {}

    def add(self, number: int, moment: Moment) -> Row | None:
        """Take the event of an index, and return the row that it is on; None if it is on none."""
        event = moment.event
        channel, _, step = event.type.rpartition(".")
        if channel not in _CHANNELS or step not in {"delta", "done"}:
            return None
        key = channel, event.part
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = Row("", _CHANNELS[channel], event.choice_index)
        is_done = step == "done"
        row.marks.append(Mark(moment.seconds, is_done, number))
        name = getattr(event, "name", None) or row.channel
        row.label = f"{name} {row.choice}" if row.choice else name
        if not is_done and len(row.text) < TEXT_LIMIT:
            row.text = (row.text + delta_of(event))[:TEXT_LIMIT]
        return row

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)


def delta_of(event: Any) -> str:
    """Return the new piece of a text that an event has; empty for any other event."""
    for name in ("delta", "arguments_delta", "input_delta"):
        if isinstance(delta := getattr(event, name, None), str):
            return delta
    return ""


_CHANNELS = {
    "content": "content",
    "reasoning": "reasoning",
    "refusal": "refusal",
    "tool_calls.function.arguments": "call",
    "tool_calls.custom.input": "call",
    "server_tool": "server tool",
}
"""The names of the parts that grow, by the beginning of their events' types."""
