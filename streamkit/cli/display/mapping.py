"""The display of many requests: a bar on a terminal, and a line at the end."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from streamkit.cli.display.shown import REFRESHES, is_live

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import Console

    from streamkit import MapProgress

__all__ = ["shown_map"]


@contextmanager
def shown_map(
    console: Console, total: int | None, before: int
) -> Generator[Callable[[MapProgress], None]]:
    """Yield a function that shows the progress of many requests; any thread may call it.

    Args:
        console: The console to draw on.
        total: The number of all lines, or None if it is not known.
        before: The number of lines that earlier runs have done.
    """
    if not is_live(console):
        yield lambda _: None
        return
    with Progress(
        BarColumn(),
        TextColumn("{task.fields[said]}", markup=False),
        TimeRemainingColumn(),
        console=console,
        refresh_per_second=REFRESHES,
    ) as bar:
        task = bar.add_task("", total=total, completed=before, said=_said(None, total, before))

        def show(progress: MapProgress) -> None:
            bar.update(
                task,
                completed=before + progress.done,
                said=_said(progress, total, before),
            )

        yield show


def _said(progress: MapProgress | None, total: int | None, before: int) -> str:
    done = before + (progress.done if progress else 0)
    said = [f"{done:,}" + ("" if total is None else f" of {total:,}")]
    if progress is not None:
        if progress.failed:
            said.append(f"{progress.failed:,} failed")
        said.append(f"{progress.tokens:,} tokens")
        said.append(f"{progress.per_second:.1f}/s")
    return ", ".join(said)
