"""The event loop that runs here, and calls to one that may run elsewhere."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from streamkit.errors import OpenAIError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["Signal", "call_on", "required_loop", "running_loop"]


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs on this thread, if one does."""
    if "asyncio" not in sys.modules:
        return None  # and a program that only blocks need not import it to know that
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def required_loop() -> asyncio.AbstractEventLoop:
    """The loop that runs on this thread; raises ``OpenAIError`` where none of asyncio does."""
    loop = running_loop()
    if loop is None:
        raise OpenAIError(
            "The async client works on a running event loop, and none runs on this thread. Under"
            " trio use OpenAI, in a thread: trio.to_thread.run_sync(...). An observable is moved to"
            " a loop of asyncio with subscribe_on(AsyncIOThreadSafeScheduler(loop))"
        )
    return loop


def call_on(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call at once where ``loop`` runs on this thread, else as soon as it can."""
    if running_loop() is loop:
        call()
        return
    with suppress(RuntimeError):  # the loop is closed, and nothing on it will happen
        loop.call_soon_threadsafe(call)


class Signal:
    """Something to wait for on the running loop; given from any thread, once."""

    def __init__(self) -> None:
        self._loop = required_loop()
        self.given: asyncio.Future[None] = self._loop.create_future()
        """To be waited for along with other things, and left alone."""

    def give(self) -> None:
        """Wake whoever waits for it, also in time to come."""
        call_on(self._loop, self._give)

    def _give(self) -> None:
        if not self.given.done():
            self.given.set_result(None)
