"""The command-line application with all its commands."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from streamkit import __version__
from streamkit.cli.chat import chat
from streamkit.cli.demo import demo
from streamkit.cli.inspect import inspect
from streamkit.cli.map import map_
from streamkit.cli.proxy import proxy
from streamkit.cli.replay import replay
from streamkit.cli.serve import serve
from streamkit.cli.trace import trace
from streamkit.cli.upload import upload

__all__ = ["app"]

NEXT = """
Where to go next:

- `streamkit demo` shows every kind of stream, without a key or a network.
- https://streamkit-rx.readthedocs.io/ is the documentation, with a cookbook.
- `python -m pydoc streamkit` lists the names for programs.
"""

app = typer.Typer(
    name="streamkit",
    no_args_is_help=True,
    epilog=NEXT,
    add_completion=False,
    rich_markup_mode="markdown",
    # typer's tracebacks show local variables, and a key may be among them.
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(chat)
app.command()(inspect)
app.command("map")(map_)
app.command()(proxy)
app.command()(replay)
app.command()(serve)
app.command()(trace)
app.command()(upload)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer passes the flag by position
    if asked:
        typer.echo(f"streamkit {__version__}")
        raise typer.Exit


@app.callback()
def streamkit(
    *,
    version: Annotated[  # noqa: ARG001 - its callback handles it
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """The event stream of a language-model API, live in the terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A character that the terminal cannot encode must not end the stream with an error.
            stream.reconfigure(errors="replace")
