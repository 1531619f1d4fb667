"""The display of a parsed value as its ``repr``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.highlighter import ReprHighlighter
from rich.pretty import pretty_repr
from rich.text import Text

from streamkit._core.visible import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

__all__ = ["Value"]


class Value:
    """The ``repr`` of a value in colours; it is escaped, because it may quote a server's text."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = visible(pretty_repr(self._value, max_width=options.max_width))
        yield ReprHighlighter()(Text(text))
