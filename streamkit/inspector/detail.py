"""The view of one stream: its request, its timeline, its calls, and how it ended."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from streamkit.inspector.conversation import messages_of, turn_of
from streamkit.inspector.gaps import gaps_of
from streamkit.inspector.moment_view import PARTS
from streamkit.inspector.shown import shown_json
from streamkit.inspector.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._trace.rows import Mark, Row
    from streamkit.inspector.stream import Stream

__all__ = ["detail"]

COLUMNS = 600
"""The number of moments that a timeline distinguishes."""
GAPS = 100
"""The most gaps that are shown: the longest."""
CALLS = 100
"""The most calls that are shown."""
ARGUMENTS = 4000
"""The most characters that are shown of a call's arguments."""


def detail(stream: Stream, results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the page of a stream shows; it is bounded, however long the stream is.

    ``results`` are those of the calls that other requests have, by the id of the call.
    """
    answer, head = stream.answer, stream.head
    ended = stream.ended
    times = [mark.seconds for mark in answer.reads.marks]
    gaps = gaps_of(times or [moment.seconds for moment in answer.moments])
    longest = sorted(gaps, key=lambda gap: gap.start - gap.end)[:GAPS]
    rows = [answer.reads] if times else []
    rows += islice(answer.rows, PARTS)
    kinds = Counter(moment.event.type for moment in answer.moments)
    choices = {row.choice for row in answer.rows}
    return {
        **summary(stream),
        "turn": turn_of(head.body),
        "known": answer.is_known or bool(answer.moments),
        "request": {
            "url": head.url,
            "headers": head.headers,
            "body": shown_json(head.body),
            "messages": messages_of(head.body),
        },
        "response": None
        if stream.response is None
        else {"status": stream.response.status, "headers": stream.response.headers},
        "ending": None if stream.ending is None else stream.ending.end,
        "timeline": {
            "ended": ended,
            "columns": COLUMNS,
            "rows": [_row(row, ended) for row in rows],
            "more": max(0, len(answer.rows) - PARTS),
            "gaps": sorted(longest),
        },
        "types": dict(kinds.most_common()),
        "choices": sorted(choices)[:PARTS],
        "calls": _calls(stream, results),
    }


def _row(row: Row, ended: float) -> dict[str, Any]:
    """Return a row with the marks of one column in one."""
    return {
        "label": row.label,
        "channel": row.channel or "reads",
        "choice": row.choice,
        "count": sum(not mark.is_done for mark in row.marks),
        "first": row.marks[0].seconds if row.marks else None,
        "done": next((mark.seconds for mark in reversed(row.marks) if mark.is_done), None),
        "marks": _columns(row.marks, ended),
    }


def _columns(marks: Sequence[Mark], ended: float) -> list[tuple[int, int, int]]:
    """Return the columns with marks: the column, their number, and the index of the first."""
    found: dict[int, list[int]] = {}
    for mark in marks:
        if not mark.is_done:
            share = mark.seconds / ended if ended > 0 else 0.0
            column = min(COLUMNS - 1, max(0, int(share * COLUMNS)))
            found.setdefault(column, [0, mark.number])[0] += 1
    return [(column, count, first) for column, (count, first) in sorted(found.items())]


def _calls(stream: Stream, results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the calls that the answer asks for, with their results where they are known."""
    calls: list[dict[str, Any]] = []
    own = _results(stream)
    for row in stream.answer.rows:
        if row.channel not in {"call", "server tool"} or len(calls) == CALLS:
            continue
        event = stream.answer.moments[row.marks[-1].number].event
        key = event.tool_call_id
        text = getattr(event, "arguments", None) or getattr(event, "input", None) or ""
        result = own.get(key) or results.get(key)
        calls.append(
            {
                "label": row.label,
                "name": event.name,
                "id": key,
                "begun": row.marks[0].seconds,
                "ended": row.marks[-1].seconds if row.marks[-1].is_done else None,
                "n": row.marks[-1].number,
                "arguments": str(text)[:ARGUMENTS],
                "result": result,
            }
        )
    return calls


def _results(stream: Stream) -> dict[str, dict[str, Any]]:
    """Return the results in the stream itself, as those of ``run_tools`` in an event log."""
    return {
        moment.event.tool_call_id: {
            "text": str(moment.event.output)[:ARGUMENTS],
            "stream": None,
            "failed": moment.event.type == "tool.failed",
        }
        for moment in stream.answer.moments
        if moment.event.type in {"tool.result", "tool.failed"}
    }
