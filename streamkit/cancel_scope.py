"""Calling off what is asked of a server: from another thread, or from another task."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from streamkit.connection import Connection

__all__ = ["AsyncCancelScope", "CancelScope", "sleep", "watch"]


class CancelScope:
    """What its thread asks of servers within it ends when another thread cancels it.

    Also before the server says anything, and between two attempts: what waits for the server
    raises ``StreamClosedError``. A scope can be entered again, and knows the newest exchange only.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        _entered.scopes = (*_entered.scopes, self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _entered.scopes = _entered.scopes[:-1]

    def cancel(self) -> None:
        """End the exchange there is, and any that would follow."""
        # The mark first, and in `watch` last: so one of the two sees the other's.
        self._cancelled.set()
        if self._connection is not None:
            self._connection.cut()

    def watch(self, connection: Connection) -> None:
        """Take the connection of an exchange that is about to begin."""
        self._connection = connection
        if self._cancelled.is_set():
            connection.cut()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it is cancelled."""
        self._cancelled.wait(seconds)


class AsyncCancelScope:
    """What its task awaits within it ends with ``StreamClosedError`` when another cancels it.

    Unless that is there already: so look whether the scope ``is_cancelled``.
    """

    def __init__(self) -> None:
        self.is_cancelled = False
        # What can be made to time out can be called off, and asyncio sees to the details.
        self._timeout = asyncio.timeout(None)
        self._is_entered = False

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._is_entered = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_entered = False
        try:
            await self._timeout.__aexit__(kind, error, traceback)
        except TimeoutError:
            raise StreamClosedError("The stream was closed before the answer began") from None

    def cancel(self) -> None:
        """End what is awaited, if anything is."""
        self.is_cancelled = True
        if self._is_entered and not self._timeout.expired():
            self._timeout.reschedule(0)


def watch(connection: Connection) -> None:
    """Let the scopes that this thread is in end the exchange by ``connection``."""
    for scope in _entered.scopes:
        scope.watch(connection)


def sleep(seconds: float) -> None:
    """Sleep until it is over, or the scope that this thread is in is cancelled."""
    if _entered.scopes:
        _entered.scopes[-1].wait(seconds)
    else:
        time.sleep(seconds)


class _Entered(threading.local):
    scopes: tuple[CancelScope, ...] = ()


_entered = _Entered()
