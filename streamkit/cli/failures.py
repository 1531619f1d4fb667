"""The failure of a command: one clear message on stderr, and an exit code."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from streamkit.cli.display import visible, visible_line
from streamkit.errors import APIError, NotFoundError, SchemaError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["FAILED", "MISUSED", "described", "failure", "reported"]

FAILED = 1
"""The exit code when the API, the connection or the answer is at fault."""
MISUSED = 2
"""The exit code when the command line is at fault."""


@contextmanager
def reported() -> Generator[None]:
    """Turn the errors of streamkit into a message and an exit code."""
    try:
        yield
    except SchemaError as error:
        raise failure(described(error), code=MISUSED) from error
    except StreamkitError as error:
        raise failure(described(error)) from error


def failure(message: str, *, code: int = FAILED) -> typer.Exit:
    """Print a message to stderr, and return the exception that ends the command."""
    typer.secho(f"streamkit: {visible(message)}", fg=typer.colors.RED, err=True)
    return typer.Exit(code)


def described(error: Exception) -> str:
    """Return an error in a few words, without advice that is for programmers only."""
    # After an empty line comes pydantic's advice.
    said = f"{type(error).__name__}: {error}".partition("\n\n")[0]
    request_id = error.request_id if isinstance(error, APIError) else None
    if request_id:
        said += f" (request id {visible_line(request_id)})"
    if isinstance(error, NotFoundError):
        said = "\n".join([said, *getattr(error, "__notes__", ())])
    if isinstance(error, StreamkitError) and error.file_ids:
        said += (
            f"\nThese files were uploaded and exist: {', '.join(map(visible_line, error.file_ids))}"
        )
    return said
