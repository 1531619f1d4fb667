"""The writer of a cassette, which writes a line at a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import msgspec

from streamkit._cassette.lines import VERSION, Head
from streamkit._version import __version__

if TYPE_CHECKING:
    from os import PathLike

    from streamkit._cassette.lines import Line
    from streamkit.recording.clock import Clock

__all__ = ["Writer"]


class Writer:
    """A cassette that is being written, by any number of threads.

    A line is handed to the system as soon as it is written, so a process that is killed loses none.
    An error of the file must not become one of the exchange that is recorded: writing stops then,
    and ``close`` raises the error.
    """

    def __init__(self, path: str | PathLike[str], clock: Clock, *, overwrite: bool = True) -> None:
        mode = "wb" if overwrite else "xb"
        self._file = Path(path).open(mode, buffering=0)  # noqa: SIM115 - `close` closes it
        self._encode = msgspec.json.Encoder().encode
        # The garbage collector may close a response, and so write a line, in a thread that writes.
        self._lock = RLock()
        self._error: OSError | None = None
        self._clock = clock
        self._begun = clock.now()
        self._count = 0
        made_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self._write(Head(VERSION, f"streamkit {__version__}", made_at.replace("+00:00", "Z")))

    def number(self) -> int:
        """Return the number of a new exchange."""
        with self._lock:
            self._count += 1
            return self._count

    def now(self) -> float:
        """Return the seconds since the cassette was begun."""
        return round(self._clock.now() - self._begun, 6)

    def write(self, line: Line) -> None:
        """Write a line, unless the cassette has been closed."""
        self._write(line)

    def close(self) -> None:
        """Close the file; raise the error that stopped the writing."""
        with self._lock:
            self._file.close()
        if self._error is not None:
            raise self._error

    def _write(self, line: Head | Line) -> None:
        data = self._encode(line) + b"\n"
        with self._lock:
            if self._file.closed or self._error is not None:
                return
            try:
                while data:
                    data = data[self._file.write(data) :]
            except OSError as error:
                self._error = error
