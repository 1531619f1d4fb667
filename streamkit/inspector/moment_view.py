"""The state of a stream at one of its events: the texts, the objects, and the frame."""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.inspector.shown import shown_bytes, shown_json, shown_partial, shown_text

if TYPE_CHECKING:
    from streamkit._trace.rows import Row
    from streamkit.inspector.stream import Stream

__all__ = ["PARTS", "moment_view", "number_at", "text_of"]

PARTS = 32
"""The most parts of an answer that are shown in full."""


def moment_view(stream: Stream, number: int) -> dict[str, Any]:
    """Return the state of a stream at the event of an index, which is moved into the range."""
    moments = stream.answer.moments
    number = max(0, min(number, len(moments) - 1))
    if not moments:
        return {"n": None, "at": 0.0, "event": None, "frame": None, "parts": []}
    moment = moments[number]
    frame = None if moment.frame is None else stream.answer.frames[moment.frame]
    parts = (_part(stream, row, number) for row in stream.answer.rows)
    return {
        "n": number,
        "at": moment.seconds,
        "event": shown_json(_data(moment.event)),
        "type": moment.event.type,
        "frame": None
        if frame is None
        else {"n": moment.frame, "at": frame.seconds, **shown_bytes(frame.data)},
        "parts": [*islice((part for part in parts if part is not None), PARTS)],
    }


def number_at(stream: Stream, seconds: float) -> int:
    """Return the index of the last event until a time; -1 if there is none."""
    return bisect_right(stream.answer.moments, seconds, key=lambda moment: moment.seconds) - 1


def text_of(stream: Stream, row: Row, number: int) -> str | None:
    """Return the text of a part at the event of an index; None before the part began."""
    before = bisect_right(row.marks, number, key=lambda mark: mark.number)
    if before == 0:
        return None
    event = stream.answer.moments[row.marks[before - 1].number].event
    for name in _TEXTS:
        if isinstance(text := getattr(event, name, None), str):
            return text
    return ""


def _part(stream: Stream, row: Row, number: int) -> dict[str, Any] | None:
    text = text_of(stream, row, number)
    if text is None:
        return None
    is_json = row.channel != "reasoning"
    return {
        "label": row.label,
        "channel": row.channel,
        "choice": row.choice,
        "done": row.marks[-1].is_done and row.marks[-1].number <= number,
        **shown_text(text),
        "partial": shown_partial(text) if is_json else None,
    }


def _data(event: Any) -> Any:
    try:
        data = event.to_dict(delta=True)
        msgspec.json.encode(data)
    except (TypeError, ValueError, RecursionError):
        return {"type": event.type, "repr": repr(event)[:2000]}
    return data


_TEXTS = ("snapshot", "arguments", "input", "content", "reasoning", "refusal")
"""The members of events that have the whole text, in the order in which they are tried."""
