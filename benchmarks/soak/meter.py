"""The meter of this process's memory, sockets, tasks and threads."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from pathlib import Path
from typing import NamedTuple


class Reading(NamedTuple):
    """The resources that the process holds at one time."""

    seconds: float
    megabytes: float
    blocks: int
    """The memory blocks in use that Python has allocated: one or a few per object."""
    sockets: int
    tasks: int
    threads: int
    streams: int
    """The number of streams that have ended so far."""


def read(seconds: float, streams: int) -> Reading:
    """Return a reading; memory and sockets are known on Linux only, and are 0 elsewhere."""
    gc.collect()  # otherwise the amount of garbage would vary between readings
    return Reading(
        seconds,
        _megabytes(),
        sys.getallocatedblocks(),
        _sockets(),
        len(asyncio.all_tasks()),
        threading.active_count(),
        streams,
    )


def _megabytes() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024


def _sockets() -> int:
    files = Path("/proc/self/fd")
    count = 0
    for file in files.iterdir() if files.exists() else ():
        try:
            count += file.readlink().name.startswith("socket:")
        except OSError:  # it has been closed meanwhile
            continue
    return count
