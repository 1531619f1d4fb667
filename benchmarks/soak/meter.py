"""What this process holds: memory, sockets, tasks and threads."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from pathlib import Path
from typing import NamedTuple


class Reading(NamedTuple):
    """What is held at one time."""

    seconds: float
    megabytes: float
    blocks: int
    """What Python has allocated that is in use: an object is one or some."""
    sockets: int
    tasks: int
    threads: int
    streams: int
    """How many have ended so far."""


def read(seconds: float, streams: int) -> Reading:
    """Look at this process; memory and sockets are known on Linux alone, elsewhere they are 0."""
    gc.collect()  # else what has been let go would count, and come and go in waves
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
        except OSError:  # closed meanwhile
            continue
    return count
