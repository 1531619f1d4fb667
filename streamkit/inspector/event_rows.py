"""The events of a stream as rows of a table, with filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit._core.json.path import Path
from streamkit._trace.rows import delta_of
from streamkit.inspector.paths import PathIndex, is_under, shown_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._trace.moments import Moment
    from streamkit.inspector.stream import Stream

__all__ = ["Filter", "numbers_of", "rows_of"]

TEXT = 160
"""The most characters of an event's text in its row."""


class Filter(Struct, frozen=True):
    """The events that are shown; without a member all are."""

    type: str = ""
    """The beginning of the events' type; after an exclamation mark, of those left out."""
    choice: int | None = None
    path: str = ""
    """A path into the JSON of a text or of arguments; events at it and within it are shown."""
    text: str = ""
    """A text that the events' new pieces have."""


def numbers_of(stream: Stream, wanted: Filter) -> Sequence[int]:
    """Return the indices of the events that a filter lets pass.

    Raises:
        PathError: The path is none.
    """
    moments = stream.answer.moments
    if wanted == Filter():
        return range(len(moments))
    kind, is_left_out = wanted.type.removeprefix("!"), wanted.type.startswith("!")
    path = Path.of(wanted.path) if wanted.path else None
    locations = _paths(stream).locations if path is not None else []
    found: list[int] = []
    for number, moment in enumerate(moments):
        event = moment.event
        if event.type.startswith(kind) is is_left_out:
            continue
        if wanted.choice is not None and getattr(event, "choice_index", None) != wanted.choice:
            continue
        if path is not None and not any(is_under(at, path) for at in locations[number]):
            continue
        if wanted.text and wanted.text not in delta_of(event):
            continue
        found.append(number)
    return found


def rows_of(stream: Stream, numbers: Sequence[int], first: int, count: int) -> list[dict[str, Any]]:
    """Return the rows of some of the events at these indices."""
    moments = stream.answer.moments
    locations = _paths(stream).locations
    last = moments[numbers[first - 1]].seconds if first else 0.0
    rows: list[dict[str, Any]] = []
    for number in numbers[first : first + count]:
        moment = moments[number]
        rows.append(_row(moment, number, moment.seconds - last, locations[number]))
        last = moment.seconds
    return rows


def _row(moment: Moment, number: int, since: float, locations: Sequence[Any]) -> dict[str, Any]:
    event = moment.event
    return {
        "n": number,
        "at": moment.seconds,
        "since": since,
        "type": event.type,
        "choice": getattr(event, "choice_index", None),
        "index": getattr(event, "index", None),
        "path": shown_path(locations[-1])[:TEXT] if locations else "",
        "text": _text(event)[:TEXT],
        "frame": moment.frame,
    }


def _text(event: Any) -> str:
    """Return what is new in an event, in a line."""
    match event.type:
        case "chunk":
            return ""  # it is in the frame, and in the events that follow
        case "finish":
            return str(event.reason)
        case "usage":
            return f"{event.usage.input_tokens} + {event.usage.output_tokens} tokens"
        case _:
            return delta_of(event) or next(
                (text for name in _TEXTS if isinstance(text := getattr(event, name, None), str)), ""
            )


_TEXTS = ("content", "reasoning", "refusal", "arguments", "input", "output", "name")
"""The members of other events that say most."""


def _paths(stream: Stream) -> PathIndex:
    """Return the index of paths, as far as the stream came."""
    index: PathIndex = stream.paths or PathIndex()
    stream.paths = index
    for moment in stream.answer.moments[len(index.locations) :]:
        index.add(moment)
    return index
