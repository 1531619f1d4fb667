"""The summary of a stream: a row of the list of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.inspector.conversation import asked_of
from streamkit.inspector.gaps import gaps_of

if TYPE_CHECKING:
    from streamkit.inspector.stream import Stream

__all__ = ["summary"]

SHOWN = 200
"""The most characters of a name in a summary."""
CHOICES = 16
"""The most finish reasons of a summary."""


def summary(stream: Stream) -> dict[str, Any]:
    """Return what the list shows of a stream; what is not known is None."""
    answer, head = stream.answer, stream.head
    reads = [mark.seconds for mark in answer.reads.marks]
    times = reads or [moment.seconds for moment in answer.moments]
    gaps = gaps_of(times)
    usage, reasons = _said(stream)
    return {
        "key": stream.key,
        "source": head.source,
        "title": f"{head.method} {head.path}"[:SHOWN],
        "model": _model(stream)[:SHOWN],
        "asked": asked_of(head.body)[:SHOWN],
        "started": head.started,
        "status": stream.status,
        "code": None if stream.response is None else stream.response.status,
        "answered": None if stream.response is None else stream.response.seconds,
        "first": answer.first_content,
        "ended": stream.ended,
        "size": stream.size,
        "reads": len(reads),
        "chunks": len(answer.frames),
        "events": len(answer.moments),
        "gaps": len(gaps),
        "longest": max((gap.end - gap.start for gap in gaps), default=None),
        "input": None if usage is None else usage.input_tokens,
        "output": None if usage is None else usage.output_tokens,
        "rate": _rate(stream, usage),
        "finish": reasons,
        "error": stream.error,
    }


def _said(stream: Stream) -> tuple[Any, dict[int, str]]:
    """Return the usage and the finish reasons, which stand near the end."""
    usage: Any = None
    reasons: dict[int, str] = {}
    for moment in stream.answer.moments:
        kind = moment.event.type
        if kind == "usage":
            usage = moment.event.usage
        elif kind == "finish" and len(reasons) < CHOICES:
            reasons[moment.event.choice_index] = moment.event.reason[:SHOWN]
    return usage, dict(sorted(reasons.items()))


def _rate(stream: Stream, usage: Any) -> float | None:
    """Return the tokens per second from the first content to the last, if the server counts."""
    marks = [row.marks[-1].seconds for row in stream.answer.rows]
    first = stream.answer.first_content
    if usage is None or first is None or max(marks) <= first:
        return None
    rate: float = usage.output_tokens / (max(marks) - first)
    return rate


def _model(stream: Stream) -> str:
    match stream.head.body:
        case {"model": str(name)}:
            return name
        case _:
            return ""
