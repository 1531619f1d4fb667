"""The timelines of recordings as one picture."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from streamkit._core.visible import visible_line
from streamkit._trace.text import heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamkit._trace.timeline import Mark, Row, Timeline

__all__ = ["picture"]

_WIDTH, _LEFT, _RIGHT = 960, 150, 30
_ROW, _TEXT, _HEAD, _FOOT = 26, 16, 34, 44
_LABEL, _QUOTED = 18, 110
_STYLE = """\
text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1f2430}
.head{font-weight:600}.said{font:11px ui-monospace,monospace;fill:#5c6370}.axis{fill:#5c6370}
line{stroke:#c3c8d4}.end{stroke:#1f2430;stroke-width:2}.cut{stroke:#c4314b;stroke-width:2}
circle{fill:#3566c9;fill-opacity:.75}.reads circle{fill:#8a93a6}.error{fill:#c4314b}
@media(prefers-color-scheme:dark){svg{background:#14171f}text{fill:#e6e9f0}
.said,.axis{fill:#9aa3b5}line{stroke:#3a4152}.end{stroke:#e6e9f0}circle{fill:#7aa2f7}
.cut{stroke:#ff6b81}.error{fill:#ff6b81}}"""


def picture(timelines: Iterable[tuple[int, Timeline]]) -> str:
    """Return an SVG with a diagram for each numbered timeline, one below the other."""
    parts: list[str] = []
    top = 8
    for number, timeline in timelines:
        parts.append(f'<g transform="translate(0,{top})">')
        parts.extend(_diagram(number, timeline))
        parts.append("</g>")
        top += _height(timeline)
    size = f'viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    return "\n".join([opening, f"<style>{_STYLE}</style>", *parts, "</svg>\n"])


def _height(timeline: Timeline) -> int:
    texts = sum(bool(row.text) for row in timeline.parts)
    lines = len(timeline.parts) + 1
    return _HEAD + lines * _ROW + texts * _TEXT + _FOOT


def _diagram(number: int, timeline: Timeline) -> Iterator[str]:
    yield f'<text class="head" x="8" y="18">{number}  {_shown(heading(timeline), 200)}</text>'
    y = _HEAD + 10
    for row in (timeline.reads, *timeline.parts):
        is_reads = row is timeline.reads
        yield f'<g class="{"reads" if is_reads else "part"}">'
        yield from _row(row, y, timeline, is_reads=is_reads)
        yield "</g>"
        y += _ROW
        if row.text:
            yield f'<text class="said" x="{_LEFT}" y="{y - 6}">{_shown(row.text, _QUOTED)}</text>'
            y += _TEXT
    right = _WIDTH - _RIGHT
    yield f'<text class="axis" x="{_LEFT}" y="{y + 2}">0 s</text>'
    last = f"{timeline.ended:.2f} s"
    yield f'<text class="axis" x="{right}" y="{y + 2}" text-anchor="end">{last}</text>'
    if timeline.error is not None:
        yield f'<text class="error" x="{_LEFT}" y="{y + 20}">{_shown(timeline.error, 120)}</text>'


def _row(row: Row, y: int, timeline: Timeline, *, is_reads: bool) -> Iterator[str]:
    yield f'<text x="8" y="{y + 4}">{_shown(row.label, _LABEL)}</text>'
    done = [mark for mark in row.marks if mark.is_done]
    end = _x(done[-1].seconds if done else timeline.ended, timeline.ended)
    yield f'<line x1="{_LEFT}" y1="{y}" x2="{end:g}" y2="{y}"/>'
    for x in _places(row.marks, timeline.ended):
        yield f'<circle cx="{x:g}" cy="{y}" r="4"/>'
    if is_reads and not timeline.recording.is_whole:
        yield (
            f'<path class="cut" d="M{end - 5:g} {y - 5}L{end + 5:g} {y + 5}'
            f'M{end - 5:g} {y + 5}L{end + 5:g} {y - 5}"/>'
        )
    elif is_reads or done:
        yield f'<line class="end" x1="{end:g}" y1="{y - 8}" x2="{end:g}" y2="{y + 8}"/>'


def _places(marks: Sequence[Mark], ended: float) -> list[float]:
    """Return where marks stand, once for those that fall on the same half of a pixel."""
    places = (round(_x(mark.seconds, ended) * 2) / 2 for mark in marks if not mark.is_done)
    return [*dict.fromkeys(places)]


def _x(seconds: float, ended: float) -> float:
    share = min(1.0, seconds / ended) if ended > 0 else 0.0
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _shown(text: str, most: int) -> str:
    line = visible_line(text)
    return escape(line if len(line) <= most else line[: most - 1] + "…")
