"""Runs of the command `streamkit` in this process, for which it is built once.

To build it, typer looks at the types of all commands, which takes longer than most runs do.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from streamkit.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer.testing import Result

__all__ = ["invoke", "run"]

_built = cache(get_command)


def invoke(arguments: Sequence[str], input: str | bytes | None = None) -> Result:
    """Run the command with the arguments; return its exit code and its output."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr("typer.testing._get_command", _built)
        return CliRunner().invoke(app, arguments, input=input)


def run(*arguments: str, input: str | None = None) -> Result:
    """Run the command with these arguments."""
    return invoke(arguments, input=input)
