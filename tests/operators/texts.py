"""Sources for the operators on the JSON texts of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from tests.chat_chunks import call, calls, ends, run, says

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def events(pieces: Iterable[str], index: int = 0, type: Any = None) -> list[Any]:
    """Return the events of a chat whose content is these pieces."""
    format_ = cast("Any", response_format(type))
    return run(
        ChatEvents(Reader(format_)),
        [*(says(piece, index) for piece in pieces), ends("stop", index)],
    )


def call_events(name: str, pieces: Sequence[str]) -> list[Any]:
    """Return the events of a chat that calls a tool with arguments in these pieces."""
    first = calls(call(0, "", id="c1", name=name))
    rest = [calls(call(0, piece)) for piece in pieces]
    return run(ChatEvents(Reader()), [first, *rest, ends("tool_calls")])
