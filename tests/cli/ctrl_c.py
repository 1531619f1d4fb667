"""Ctrl-C for a command that runs in a process of its own."""

from __future__ import annotations

import contextlib
import signal
import subprocess

from tests.http_server import PATIENCE


def interrupted(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Send Ctrl-C to a command, and return the rest of its output and errors.

    A signal that arrives between Python's last look for signals and the system call that waits
    is noticed only when that call returns, or at the next signal. So a command that goes on gets
    another signal, as from a user who presses the keys again.
    """
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)  # what it still writes is short, and fits into the pipes
            rest, errors = (
                file.read() if file else "" for file in (process.stdout, process.stderr)
            )
            return rest, errors
    process.kill()
    raise AssertionError("the command ignored Ctrl-C three times")
