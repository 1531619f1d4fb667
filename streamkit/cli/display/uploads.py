"""The display of an upload: bars on a terminal, a line for each change anywhere else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import typer
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TextColumn

from streamkit._core.visible import visible_line
from streamkit.cli.display.shown import REFRESHES, is_live
from streamkit.families.files.batch_upload import UploadProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import Console
    from rich.progress import TaskID

    from streamkit.types.vector_stores import VectorStoreFileBatch

    State: TypeAlias = UploadProgress | VectorStoreFileBatch

__all__ = ["Bars", "described", "shown_upload", "written"]


@contextmanager
def shown_upload(console: Console, files: int) -> Generator[Callable[[State], None]]:
    """Yield a function that shows a state of an upload of ``files`` files."""
    if is_live(console):
        with Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[said]}", markup=False),
            console=console,
            refresh_per_second=REFRESHES,
        ) as progress:
            yield Bars(progress, files).feed
    else:
        yield written()


def described(batch: VectorStoreFileBatch) -> str:
    """Return the progress of a batch in one line."""
    counts = batch.file_counts
    done = f"{counts.total - counts.in_progress} of {counts.total} files processed"
    failed = f", {counts.failed} failed" if counts.failed else ""
    return visible_line(f"{batch.id}: {batch.status}, {done}{failed}")


def written() -> Callable[[State], None]:
    """Return a function that writes a line when a file was uploaded or a batch has changed."""
    last = ""

    def feed(state: State) -> None:
        nonlocal last
        if isinstance(state, UploadProgress):
            if state.file_id is None:
                return
            line = visible_line(f"{state.filename}: uploaded as {state.file_id}")
        else:
            line = described(state)
        if line != last:
            typer.echo(line)
        last = line

    return feed


class Bars:
    """Progress bars: one for all files, one for each being sent, and one for the processing."""

    def __init__(self, progress: Progress, files: int) -> None:
        self._progress = progress
        self._uploaded = 0
        self._all = progress.add_task("uploaded", total=files, said=f"0 of {files} files")
        self._files = files
        self._sent: dict[int, TaskID] = {}
        self._processed: TaskID | None = None

    def feed(self, state: State) -> None:
        """Take a state and update the bars."""
        if not isinstance(state, UploadProgress):
            self._process(state)
        elif state.file_id is None:
            self._send(state)
        else:
            self._finish(state)

    def _send(self, state: UploadProgress) -> None:
        if state.index not in self._sent:
            name = visible_line(state.filename)
            self._sent[state.index] = self._progress.add_task(name, total=None, said="")
        said = decimal(state.bytes_sent)
        if state.bytes_total is not None:
            said += f" of {decimal(state.bytes_total)}"
        self._progress.update(
            self._sent[state.index], completed=state.bytes_sent, total=state.bytes_total, said=said
        )

    def _finish(self, state: UploadProgress) -> None:
        if (task := self._sent.pop(state.index, None)) is not None:
            self._progress.remove_task(task)
        self._uploaded += 1
        said = f"{self._uploaded} of {self._files} files"
        self._progress.update(self._all, completed=self._uploaded, said=said)

    def _process(self, batch: VectorStoreFileBatch) -> None:
        if self._processed is None:
            self._processed = self._progress.add_task("processed", said="")
        counts = batch.file_counts
        self._progress.update(
            self._processed,
            total=counts.total,
            completed=counts.total - counts.in_progress,
            said=described(batch),
        )
