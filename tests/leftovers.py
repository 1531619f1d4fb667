"""Checks that nothing is left behind: open files, threads and tasks."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Iterable

__all__ = ["nothing_left", "open_files", "run"]

PATIENCE = 10.0
"""The seconds in which a thread or a task must end."""


@contextmanager
def nothing_left() -> Generator[None]:
    """Check that no more files and threads are open after the block than before it."""
    files, threads = open_files(), {*threading.enumerate()}
    yield
    while left := {*threading.enumerate()} - threads:  # a thread that ends may have started another
        for thread in left:
            join(thread)
            assert not thread.is_alive(), stacks_of(left)
    gc.collect()
    assert open_files() <= files


def stacks_of(threads: Iterable[threading.Thread]) -> str:
    """Return where each thread is: one may wait for another, which says why neither ends."""
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage] - documented
    return "\n".join(
        f"{thread}\n{''.join(traceback.format_stack(frame))}"
        for thread in threads
        if (frame := frames.get(thread.ident or 0)) is not None
    )


def join(thread: threading.Thread) -> None:
    """Wait for the end of a thread, which may still be starting."""
    while not thread.is_alive() and thread in threading.enumerate():
        os.sched_yield()
    thread.join(PATIENCE)


def open_files() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - it lists names that need not be there


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a new loop; fail for a task that is left or an error the loop reports."""
    complaints: list[dict[str, Any]] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        await main
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            assert not (await asyncio.wait(others, timeout=PATIENCE))[1]

    asyncio.run(watched())
    gc.collect()
    assert complaints == []
