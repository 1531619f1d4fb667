"""The connection of an exchange on an event loop, by which any thread can end the task.

It differs from the connection of a thread (``connection.py``): a task can be cancelled, where
httpcore loses no connection by that, so a cut also wakes the task that waits for the exchange.
"""

from __future__ import annotations

import asyncio
from typing import Any

from streamkit._http.connection import Connection, Pool
from streamkit._rx.loop import Signal

__all__ = ["AsyncConnection"]


class AsyncConnection(Connection):
    """The holder of the thing that one exchange waits for on an event loop, while it waits."""

    def __init__(self, pool: Pool | None = None) -> None:
        super().__init__(pool)
        self._called_off = Signal()
        self.may_be_cancelled = False
        """Whether the task that sends the request can be cancelled without losing a connection.

        While this is False, the task ends by itself after a cut.
        """

    def cut(self) -> None:
        """Shut down the thing that the exchange waits for or will wait for; from any thread."""
        super().cut()
        if self.is_of_this_process:
            self._called_off.give()

    async def until_called_off(self, task: asyncio.Task[Any]) -> None:
        """Wait until ``task`` is done or the exchange is cut."""
        both: list[asyncio.Future[Any]] = [task, self._called_off.given]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)

    async def aclose(self) -> None:
        """Close the connection that a cancelled request has left open."""
