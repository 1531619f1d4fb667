"""Marble diagrams as pictures: SVG whose colours `_static/marble.css` says, in light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docs._extensions.marble import Diagram, Timeline

__all__ = ["picture"]

_CELL, _ROW, _BOX, _MARGIN = 9, 34, 30, 12
_PILL, _GROUP = 22, 28


def picture(diagram: Diagram) -> str:
    """Return a diagram as SVG, in which a column of the text is a place on the line of time."""
    columns = max(len(line) for line in diagram.text.splitlines())
    width = columns * _CELL + 2 * _MARGIN
    height = (len(diagram.before) + len(diagram.after)) * _ROW + _BOX + _MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="marble" role="img" {size}>',
        f"<title>{escape(diagram.text)}</title>",
    ]
    y = _ROW // 2 + 2
    for side, lines in (("before", diagram.before), ("after", diagram.after)):
        if side == "after":
            top = y - _ROW // 2 + 2
            box = f'x="2" y="{top}" width="{width - 4}" height="{_BOX}" rx="5"'
            parts.append(f'<rect class="operator" {box}/>')
            parts.append(_text(width / 2, top + _BOX / 2, diagram.operator, "name"))
            y += _BOX + 4
        for line in lines:
            parts.append(f'<g class="{side}">')
            for timeline in line:
                parts.extend(_timeline(timeline, y))
            parts.append("</g>")
            y += _ROW
    return "\n".join([*parts, "</svg>"])


def _x(column: float) -> float:
    return _MARGIN + column * _CELL


def _timeline(timeline: Timeline, y: int) -> Iterator[str]:
    start = _x(timeline.start)
    # A timeline that is not ended goes on, so it is an arrow.
    stop = _x(timeline.end.column + 0.5 if timeline.end else timeline.stop)
    yield f'<line x1="{start:g}" y1="{y}" x2="{stop:g}" y2="{y}"/>'
    if timeline.end is None:
        yield f'<path class="arrow" d="M{stop - 5:g} {y - 4}L{stop:g} {y}L{stop - 5:g} {y + 4}"/>'
    if timeline.name:
        yield _text(start - _CELL * 1.5, y, timeline.name, "key")
    if timeline.subscribed is not None:
        x, foot = _x(timeline.subscribed + 0.5), y + 10
        yield f'<path class="subscribed" d="M{x - 5:g} {foot}L{x:g} {y + 2}L{x + 5:g} {foot}Z"/>'
    for first, last in timeline.groups:
        yield _pill(_x(first), _x(last), y, _GROUP, "group")
    if timeline.end is not None:
        yield _end(stop, y, timeline.end.sign)
    for mark in timeline.marks:
        left, right = _x(mark.column), _x(mark.column + len(mark.text))
        yield _pill(left - 2, right + 2, y, _PILL, "value")
        yield _text((left + right) / 2, y, mark.text, "value")


def _pill(left: float, right: float, y: int, height: int, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{left:g}" y="{y - height // 2}" width="{right - left:g}"'
        f' height="{height}" rx="{min(height, right - left) / 2:g}"/>'
    )


def _end(x: float, y: int, sign: str) -> str:
    if sign == "|":
        return f'<line class="end" x1="{x:g}" y1="{y - 10}" x2="{x:g}" y2="{y + 10}"/>'
    return (
        f'<path class="error" d="M{x - 6:g} {y - 6}L{x + 6:g} {y + 6}'
        f'M{x - 6:g} {y + 6}L{x + 6:g} {y - 6}"/>'
    )


def _text(x: float, y: float, text: str, kind: str) -> str:
    return (
        f'<text class="{kind}" x="{x:g}" y="{y + 4:g}" text-anchor="middle">{escape(text)}</text>'
    )
