"""The command ``streamkit trace``."""

from __future__ import annotations

import shutil
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from streamkit._cassette.files import load_all
from streamkit._trace.svg import picture
from streamkit._trace.text import heading, marbles
from streamkit._trace.timeline import timeline_of
from streamkit.cli.failures import MISUSED, failure

__all__ = ["trace"]


def trace(
    cassette: Annotated[
        Path,
        typer.Argument(metavar="CASSETTE", exists=True, dir_okay=False, help="The file to show."),
    ],
    *,
    exchange: Annotated[
        int | None, typer.Option(min=1, help="The number of the only exchange to show.")
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="A file for the same as a picture."),
    ] = None,
    width: Annotated[
        int | None, typer.Option(min=40, help="The columns of the diagram; else the terminal's.")
    ] = None,
) -> None:
    """Show when the parts of recorded answers came, as marble diagrams.

    Time runs to the right: o is one event, a digit so many, + more than nine, | the end, and # a
    cut or an error.
    """
    try:
        recordings = load_all(cassette).recordings
    except (OSError, ValueError) as error:
        raise failure(str(error), code=MISUSED) from error
    numbered = [*enumerate(recordings, start=1)]
    if exchange is not None:
        numbered = [pair for pair in numbered if pair[0] == exchange]
        if not numbered:
            said = "1 exchange" if len(recordings) == 1 else f"{len(recordings)} exchanges"
            raise failure(f"{cassette.name} has {said}", code=MISUSED)
    if not numbered:
        raise failure(f"{cassette.name} has no exchanges: nothing was recorded")
    timelines = [(number, timeline_of(recording)) for number, recording in numbered]
    if svg is not None:
        try:
            svg.write_text(picture(timelines), "utf-8")
        except OSError as error:
            raise failure(str(error), code=MISUSED) from error
        return
    columns = width or shutil.get_terminal_size((100, 24)).columns
    for number, timeline in timelines:
        typer.echo(f"{number}  {heading(timeline)}")
        for line in marbles(timeline, columns):
            typer.echo(line)
        typer.echo()
