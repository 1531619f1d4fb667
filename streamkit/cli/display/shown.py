"""The live display of a stream: redrawn on a terminal, written as lines anywhere else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from streamkit.cli.display.answer import Answer
from streamkit.cli.display.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import Console, ConsoleOptions, RenderResult

    from streamkit._core.events import Event
    from streamkit.cli.display.figures import Figures

__all__ = ["REFRESHES", "Frame", "is_live", "shown"]

REFRESHES = 15
"""The number of times per second that a terminal is redrawn, however fast events come."""


def is_live(console: Console) -> bool:
    """Return whether the console can redraw its output; its colour settings do not show that."""
    return console.file.isatty() and console.is_interactive


@contextmanager
def shown(
    console: Console, figures: Figures, *, choices: int = 1, format_name: str | None = None
) -> Generator[Callable[[Event], None]]:
    """Yield a function that shows an event; at the end of the block, show the whole answer.

    Args:
        console: The console to write to.
        figures: The figures below the answer on a terminal; the caller feeds them.
        choices: The number of choices that the answer will have.
        format_name: The name of the content's type; None when the content is text.
    """
    if is_live(console):
        answer = Answer(choices=choices, format_name=format_name)
        frame = Frame(answer, figures)
        with Live(frame, console=console, refresh_per_second=REFRESHES):
            try:
                yield answer.feed
            finally:
                frame.whole = True
    else:
        lines = Lines(_flushed(console), choices=choices, format_name=format_name)
        try:
            yield lines.feed
        finally:
            lines.close()


class Frame:
    """The end of an answer that fits the terminal, with its figures below."""

    def __init__(self, answer: Answer, figures: Figures) -> None:
        self._answer = answer
        self._figures = figures
        self.whole = False
        """Whether to draw the whole answer, as at the end, where it may scroll."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        figures = Text(str(self._figures), "bright_black", overflow="ellipsis")
        if self.whole:
            yield Group(self._answer.drawn(width=options.max_width), figures)
            return
        rows = max(console.height - 2, 1)
        drawn = self._answer.drawn(width=options.max_width, rows=rows)
        lines = console.render_lines(drawn, options.update(height=None), pad=False)
        for line in lines[-rows:]:
            yield from line
            yield Segment.line()
        figures.no_wrap = True
        yield figures


def _flushed(console: Console) -> Callable[[str], None]:
    def write(text: str) -> None:
        console.file.write(text)
        console.file.flush()

    return write
