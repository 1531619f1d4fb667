"""The command ``streamkit replay``."""

from __future__ import annotations

import os
import sys
from contextlib import closing, redirect_stdout
from functools import partial
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streamkit import bulk
from streamkit.cli.display import visible_line
from streamkit.cli.failures import FAILED, MISUSED, failure

if TYPE_CHECKING:
    from collections.abc import Generator

    from streamkit.recording import Recording

__all__ = ["replay"]


def replay(
    places: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER|CASSETTE...", help="The cassettes, and folders of them."),
    ],
    *,
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            "-p",
            metavar="PKG.MOD:FUNCTION|FILE.py[:FUNCTION]",
            help="The function that each recording is given; by default its answer is the result.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="The number of processes; else the processors'."),
    ] = None,
) -> None:
    """Run a pipeline over recordings, and print a line of JSON for each exchange.

    A line has the file, the number of the exchange, and the result of the pipeline, or its error.
    The lines have the order of the files, however many processes there are. What the pipeline
    itself prints goes to stderr.
    """
    try:
        run = bulk.answer if pipeline is None else bulk.NamedPipeline(pipeline)
        outcomes = bulk.replay(
            partial(_without_output, run), *places, jobs=jobs or os.cpu_count() or 1
        )
    except ImportError as error:
        raise typer.BadParameter(str(error), param_hint="--pipeline") from error
    except OSError as error:
        raise failure(f"{error.filename}: {error.strerror}", code=MISUSED) from error
    if _printed(outcomes):
        raise typer.Exit(FAILED)


def _printed(outcomes: Generator[bulk.Outcome]) -> int:
    """Print the outcomes, say at the end how many there were, and return how many have failed."""
    done = failed = 0
    first = ""
    try:
        with closing(outcomes):
            for outcome in outcomes:
                done += 1
                if outcome.error is not None:
                    failed += 1
                    first = first or f"{_named(outcome)}: {outcome.error.type}"
                typer.echo(outcome.to_json())
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise
    finally:
        said = f"{done} replayed"
        if failed:
            said += f", {failed} failed; the first is {first}"
        typer.echo(visible_line(said), err=True)
    return failed


def _named(outcome: bulk.Outcome) -> str:
    exchange = "" if outcome.exchange is None else f", exchange {outcome.exchange}"
    return f"{outcome.file}{exchange}"


def _without_output(pipeline: bulk.Pipeline, recording: Recording) -> Any:
    """Run a pipeline; the standard output is for the lines of JSON."""
    with redirect_stdout(sys.stderr):
        return pipeline(recording)
