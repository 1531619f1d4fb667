"""A request of a poll, for as long as there is time for it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from streamkit.polling.poller import OutOfTimeError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from streamkit._rx.cancel_scope import CancelScope

__all__ = ["patience", "patience_on_loop"]


@contextmanager
def patience(seconds: float | None, scope: CancelScope) -> Generator[None]:
    """Call off, by the scope, what is asked of servers within it; raises ``OutOfTimeError`` then.

    Nothing ends work of another kind, which is waited for.
    """
    if seconds is None:
        with scope:
            yield
        return
    is_over = threading.Event()

    def call_off() -> None:
        is_over.set()
        scope.cancel()

    timer = threading.Timer(seconds, call_off)
    timer.daemon = True
    timer.start()
    try:
        with scope:
            yield
    except Exception as error:
        if is_over.is_set():
            raise OutOfTimeError from error
        raise
    finally:
        timer.cancel()


@asynccontextmanager
async def patience_on_loop(seconds: float | None) -> AsyncGenerator[None]:
    """Cancel what is awaited within it after so long; raises ``OutOfTimeError`` then."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise OutOfTimeError from error
        raise
