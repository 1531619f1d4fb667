"""Small tables of HTML, as which a notebook shows streams, answers, events and cassettes."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["leaves", "table"]

ROWS = 30
"""The rows that a table has at most."""
LENGTH = 300
"""The characters that a cell has at most."""


def table(title: str, rows: Iterable[Sequence[object]], header: Sequence[str] = ()) -> str:
    """Return a table with a title; texts are escaped and shortened, and further rows left out."""
    shown = [*islice(rows, ROWS + 1)]
    lines = [f"<table><caption>{_cell(title)}</caption>"]
    if header:
        lines.append("<tr>" + "".join(f"<th>{_cell(name)}</th>" for name in header) + "</tr>")
    for row in shown[:ROWS]:
        cells = "".join(f'<td style="text-align:left">{_cell(value)}</td>' for value in row)
        lines.append(f"<tr>{cells}</tr>")
    if len(shown) > ROWS:
        lines.append("<tr><td>…</td></tr>")
    return "".join([*lines, "</table>"])


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value in plain data that is no container, or an empty one, with its path."""
    if isinstance(value, dict) and value:
        for key, inner in cast("dict[Any, Any]", value).items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _cell(value: object) -> str:
    text = visible_line(str(value)[: LENGTH + 1])
    return escape(text if len(text) <= LENGTH else text[: LENGTH - 1] + "…")
