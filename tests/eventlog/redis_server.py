"""Servers of Redis and of Valkey, as processes of a test that may be killed."""

from __future__ import annotations

import subprocess
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

__all__ = ["RedisServer"]


class RedisServer:
    """A server on a socket in a folder of its own; what is written survives ``kill``."""

    def __init__(self, binary: str, *options: str) -> None:
        self._folder = TemporaryDirectory(prefix="streamkit-")
        self.socket = f"{self._folder.name}/socket"
        self._command = [binary, "--port", "0", "--unixsocket", self.socket]
        self._command += ["--dir", self._folder.name, "--save", "", "--appendonly", "yes", *options]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Ready to accept connections" in line or "now ready to accept" in line:
                return self
        raise RuntimeError(f"{self._command[0]} ended with {self._process.wait()}")

    def kill(self) -> None:
        """End the process as `kill -9` does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def close(self) -> None:
        self.kill()
        self._folder.cleanup()
