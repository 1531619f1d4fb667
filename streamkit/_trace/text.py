"""The timeline of a recording as a marble diagram of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.visible import visible_line

if TYPE_CHECKING:
    from streamkit._trace.timeline import Mark, Timeline

__all__ = ["heading", "marbles"]

_INDENT = "   "
_LABEL = 24
"""The most characters of a label."""


def heading(timeline: Timeline) -> str:
    """Return what was requested, and how it was answered, in one line."""
    recording = timeline.recording
    facts = [
        f"{recording.method} {recording.path}",
        "no response" if recording.status is None else str(recording.status),
        f"{timeline.ended:.2f} s, {len(recording.reads)} reads",
    ]
    if timeline.first_content is not None:
        facts[-1] += f", first content after {timeline.first_content:.2f} s"
    return visible_line("  ".join(facts))


def marbles(timeline: Timeline, width: int) -> list[str]:
    """Return the lines of the diagram, at most ``width`` characters wide.

    A row has a column for each moment: ``o`` is one event, a digit so many, ``+`` more than nine,
    ``|`` the end and ``#`` an error. The part's text stands below its row.
    """
    rows = [timeline.reads, *timeline.parts]
    labels = [visible_line(row.label)[:_LABEL] for row in rows]
    indent = len(_INDENT) + max(map(len, labels)) + 2
    columns = max(10, width - indent - 1)
    lines: list[str] = []
    for row, label in zip(rows, labels, strict=True):
        end = None
        if row is timeline.reads:
            end = "|" if timeline.recording.is_whole else "#"
        line = _line(row.marks, timeline.ended, columns, end)
        lines.append(f"{_INDENT}{label:<{indent - len(_INDENT)}}{line}")
        if row.text:
            lines.append(" " * indent + _cut(visible_line(row.text), columns))
    lines.append(" " * indent + _axis(timeline.ended, columns))
    if timeline.error is not None:
        lines.append(_cut(f"{_INDENT}# {visible_line(timeline.error)}", width))
    return lines


def _line(marks: list[Mark], ended: float, columns: int, end: str | None) -> str:
    def column(seconds: float) -> int:
        return min(columns - 1, int(seconds / ended * columns)) if ended > 0 else 0

    counts: dict[int, int] = {}
    for mark in marks:
        if not mark.is_done:
            at = column(mark.seconds)
            counts[at] = counts.get(at, 0) + 1
    last = max(counts, default=-1)
    done = max((column(mark.seconds) for mark in marks if mark.is_done), default=None)
    if end is None and done is not None:
        end = "|"
    ends = max(last + 1, column(ended) if done is None else done)
    size = columns if end is None else ends
    drawn = "".join(_sign(counts.get(at, 0)) for at in range(size))
    return drawn + (end or "")


def _sign(count: int) -> str:
    if count < 2:
        return "-o"[count]
    return str(count) if count < 10 else "+"


def _axis(ended: float, columns: int) -> str:
    last = f"{ended:.2f} s"
    return "0 s" + last.rjust(max(len(last) + 1, columns - len("0 s") + 1))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
