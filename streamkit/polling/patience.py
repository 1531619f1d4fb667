"""Context managers that cancel a polling request when its time is over."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from streamkit.polling.poller import OutOfTimeError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from streamkit._rx.cancel_scope import CancelScope

__all__ = ["patience", "patience_on_loop"]


@contextmanager
def patience(seconds: float | None, scope: CancelScope) -> Generator[None]:
    """Cancel the requests in the block through the scope after ``seconds``; None sets no limit.

    The block then raises ``OutOfTimeError``. Only requests can be cancelled: other work in the
    block runs to its end.
    """
    if seconds is None:
        with scope:
            yield
        return
    is_over = threading.Event()

    def call_off() -> None:
        is_over.set()
        scope.cancel()

    until = time.monotonic() + seconds
    timer = threading.Timer(seconds, call_off)
    timer.daemon = True
    timer.start()
    try:
        with scope.until(until):
            yield
    except Exception as error:
        # A step whose own time limit is the time that is left may end before the timer does.
        if is_over.is_set() or time.monotonic() >= until:
            raise OutOfTimeError from error
        raise
    finally:
        timer.cancel()


@asynccontextmanager
async def patience_on_loop(seconds: float | None) -> AsyncGenerator[None]:
    """Cancel the block after ``seconds`` and raise ``OutOfTimeError``; None sets no limit."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise OutOfTimeError from error
        raise
