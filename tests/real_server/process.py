"""llama.cpp's server as a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def serving(model: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run a server, and yield it with its ``base_url``, which it prints when it listens."""
    command = [sys.executable, "-m", "tests.real_server", str(model)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("listening at http://127.0.0.1:"), line
        try:
            yield server, line.split()[-1] + "/v1"
        finally:
            server.kill()
