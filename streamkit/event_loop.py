"""The event loop that runs here, and calls to one that may run elsewhere."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["call_on", "running_loop"]


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs on this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def call_on(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call at once where ``loop`` runs on this thread, else as soon as it can."""
    if running_loop() is loop:
        call()
        return
    with suppress(RuntimeError):  # the loop is closed, and nothing on it will happen
        loop.call_soon_threadsafe(call)
