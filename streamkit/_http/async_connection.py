"""What an exchange waits for on an event loop, and how the task is brought to its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._http.connection import Connection, Pool
from streamkit._rx.loop import Signal

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["AsyncConnection"]

T = TypeVar("T")


class AsyncConnection(Connection):
    """What one exchange waits for on an event loop, for as long as it does."""

    def __init__(self, pool: Pool | None = None) -> None:
        super().__init__(pool)
        self._called_off = Signal()
        self.may_be_cancelled = False
        """Whether the task that sends the request can be cancelled without losing a connection.

        Until then it ends by itself when it is cut.
        """

    def cut(self) -> None:
        """Shut down what the exchange waits for, or is about to wait for; from any thread."""
        super().cut()
        if self.is_of_this_process:
            self._called_off.give()

    async def until_called_off(self, task: asyncio.Task[Any]) -> None:
        """Wait for ``task``, but not when the exchange is cut meanwhile."""
        both: list[asyncio.Future[Any]] = [task, self._called_off.given]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)

    async def unless_cut(self, step: Coroutine[Any, Any, T]) -> T:
        """What ``step`` returns; it is cancelled when the exchange is cut meanwhile."""
        task = asyncio.create_task(step)
        try:
            await self.until_called_off(task)
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
        await asyncio.wait([task])
        raise self.closed_error()

    async def aclose(self) -> None:
        """Close what a request that was cancelled has left open."""
