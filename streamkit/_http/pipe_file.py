"""A pipe that has a name, read without waiting longer than its reader wants to."""

# Strategy: to open such a pipe waits for its writer, to read it waits for what is written, and to
# close it waits for who reads. None of it can be interrupted. Opened without blocking, it can be
# waited for together with another pipe, by which closing wakes the reader.

from __future__ import annotations

import os
import select
import stat
import threading

__all__ = ["PipeFile", "is_no_regular_file"]


class PipeFile:
    """What is written to a pipe, as a file; the first read opens it, and any thread closes it."""

    def __init__(self, path: os.PathLike[str]) -> None:
        self._path = path
        self._pipe: int | None = None
        self._woken, self._wake = os.pipe()
        self._is_closed = False
        self._lock = threading.Lock()

    def read(self, size: int) -> bytes:
        """Wait for what is written, and return it; ``b""`` once the last writer has closed."""
        with self._lock:
            if self._is_closed:
                raise ValueError("read of a closed file")
            if self._pipe is None:
                self._pipe = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
            if self._woken in _ready(self._pipe, self._woken):
                raise ValueError("the file was closed while it was read")
            return os.read(self._pipe, size)

    def close(self) -> None:
        """Wake who reads, and read no more."""
        if self._is_closed:
            return
        self._is_closed = True
        os.write(self._wake, b"\0")
        with self._lock:
            for descriptor in (self._pipe, self._woken, self._wake):
                if descriptor is not None:
                    os.close(descriptor)


def _ready(*descriptors: int) -> set[int]:
    """Those that can be read, once there are any."""
    waiting = select.poll()  # `select` itself knows no more than a thousand open files
    for descriptor in descriptors:
        waiting.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in waiting.poll()}


def is_no_regular_file(path: os.PathLike[str]) -> bool:
    """Whether there is something else at the path: a pipe, a device or a socket."""
    from pathlib import Path

    try:
        mode = Path(path).stat().st_mode
    except OSError:  # opening it will say why
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)
