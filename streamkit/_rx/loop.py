"""The event loop of this thread, and calls to a loop that may run on another thread."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["Signal", "call_on", "hand_over", "required_loop", "resolve", "running_loop"]


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs on this thread, or None."""
    if "asyncio" not in sys.modules:
        return None  # so a program that only blocks need not import asyncio
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def required_loop() -> asyncio.AbstractEventLoop:
    """Return this thread's running loop; raise ``StreamkitError`` if no asyncio loop runs."""
    loop = running_loop()
    if loop is None:
        raise StreamkitError(
            "The async client works on a running event loop, and none runs on this thread. In a"
            " coroutine use `async for`, because `for` subscribes on a thread of its own. Under"
            " trio use OpenAI, in a thread: trio.to_thread.run_sync(...). An observable is moved to"
            " a loop of asyncio with subscribe_on(AsyncIOThreadSafeScheduler(loop))"
        )
    return loop


def call_on(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call a function at once if ``loop`` runs on this thread, else as soon as the loop can."""
    if running_loop() is loop:
        call()
        return
    with suppress(RuntimeError):  # the loop is closed, and runs no more calls
        loop.call_soon_threadsafe(call)


def hand_over(
    loop: asyncio.AbstractEventLoop,
    put: Callable[[], object],
    when_open: Callable[[Callable[[], None]], object],
) -> bool:
    """Call ``put`` on a loop, and block this thread until ``when_open`` calls its argument there.

    Return false if the loop is closed; then neither is called.
    """
    opened = Event()

    def on_loop() -> None:
        put()
        when_open(opened.set)

    try:
        loop.call_soon_threadsafe(on_loop)
    except RuntimeError:
        return False
    opened.wait()
    return True


def resolve(future: asyncio.Future[None]) -> None:
    """Wake the task that waits for a future, unless it was woken or cancelled before."""
    if not future.done():
        future.set_result(None)


class Signal:
    """A one-time signal that a task of the running loop waits for and any thread gives."""

    def __init__(self) -> None:
        self._loop = required_loop()
        self.given: asyncio.Future[None] = self._loop.create_future()
        """A future to wait for, also among others; not to be cancelled or set."""

    def give(self) -> None:
        """Wake the waiting tasks, and let later ones pass at once."""
        call_on(self._loop, partial(resolve, self.given))
