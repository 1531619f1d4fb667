"""Runs of the command `streamkit` on a terminal, and what it writes there."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from streamkit.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["COMMAND", "ESCAPES", "run_child_in_terminal", "run_in_terminal", "unboxed"]

COMMAND = [sys.executable, "-m", "streamkit.cli"]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def unboxed(message: str) -> str:
    """Return the text of a usage error without its box and its line breaks."""
    return re.sub(r"[\s│]+", " ", ESCAPES.sub("", message))


def run_in_terminal(*arguments: str, kind: str = "xterm-256color") -> tuple[int, str]:
    """Return the exit code and all output to a terminal of 100 columns.

    The command runs in this process, which has already imported the modules.
    """

    def run(its: int) -> int:
        with (
            pytest.MonkeyPatch.context() as here,
            os.fdopen(os.dup(its), encoding="utf-8") as stdin,
            os.fdopen(its, "w", encoding="utf-8") as stdout,
        ):
            for name, value in terminal_of(kind).items():
                here.setenv(name, value)
            here.setattr(sys, "argv", ["streamkit", *arguments])
            for name, file in {"stdin": stdin, "stdout": stdout, "stderr": stdout}.items():
                here.setattr(sys, name, file)
            with pytest.raises(SystemExit) as exit_:
                main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code

    return before_a_terminal(run)


def run_child_in_terminal(*arguments: str) -> tuple[int, str]:
    """Return the exit code and all output of a process of its own in such a terminal."""

    def run(its: int) -> int:
        environment = {**os.environ, **terminal_of("xterm-256color")}
        command = [*COMMAND, *arguments]
        with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment) as child:
            os.close(its)
            return child.wait()

    return before_a_terminal(run)


def terminal_of(kind: str) -> dict[str, str]:
    """Return the environment variables of a terminal."""
    return {"TERM": kind, "COLUMNS": "100", "LINES": "30"}


def before_a_terminal(run: Callable[[int], int]) -> tuple[int, str]:
    """Return the result of ``run`` and all output to the terminal, which ``run`` must close."""
    ours, its = pty.openpty()
    written = bytearray()

    def read() -> None:
        with contextlib.suppress(OSError):  # Linux reports the closed side like this
            while data := os.read(ours, 1 << 16):
                written.extend(data)

    reader = threading.Thread(target=read)
    reader.start()
    code = run(its)
    reader.join()
    os.close(ours)
    return code, written.decode()
