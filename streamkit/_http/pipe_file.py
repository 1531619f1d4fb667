"""A named pipe that another thread can close while it is read."""

# Strategy: opening such a pipe waits for its writer, reading waits for data, and closing waits for
# the reader. None of these can be interrupted. A pipe that is opened without blocking can be waited
# for together with another pipe, by which closing wakes the reader.

from __future__ import annotations

import os
import select
import stat
import threading

__all__ = ["PipeFile", "is_no_regular_file"]


class PipeFile:
    """A named pipe as a file; the first read opens it, and any thread may close it."""

    def __init__(self, path: os.PathLike[str]) -> None:
        self._path = path
        self._pipe: int | None = None
        self._woken, self._wake = os.pipe()
        self._is_closed = False
        self._lock = threading.Lock()

    def read(self, size: int) -> bytes:
        """Wait for data and return it; ``b""`` once the last writer has closed."""
        with self._lock:
            if self._is_closed:
                raise ValueError("read of a closed file")
            if self._pipe is None:
                self._pipe = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
            if self._woken in _ready(self._pipe, self._woken):
                raise ValueError("the file was closed while it was read")
            return os.read(self._pipe, size)

    def close(self) -> None:
        """Wake the thread that reads, and close the pipe."""
        if self._is_closed:
            return
        self._is_closed = True
        os.write(self._wake, b"\0")
        with self._lock:
            for descriptor in (self._pipe, self._woken, self._wake):
                if descriptor is not None:
                    os.close(descriptor)


def _ready(*descriptors: int) -> set[int]:
    """Wait until any of the descriptors can be read, and return those that can."""
    waiting = select.poll()  # `select` itself takes no descriptor above a thousand
    for descriptor in descriptors:
        waiting.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in waiting.poll()}


def is_no_regular_file(path: os.PathLike[str]) -> bool:
    """Return whether the path is that of a pipe, a device or a socket."""
    from pathlib import Path

    try:
        mode = Path(path).stat().st_mode
    except OSError:  # opening the file will raise the reason
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)
