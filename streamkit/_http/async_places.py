"""The limit on the open exchanges of a client on an event loop; further ones wait for a place.

It differs from the limit for threads (``places.py``): a task that waits for a place is cancelled.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streamkit._http.places import no_place

if TYPE_CHECKING:
    from streamkit._http.async_connection import AsyncConnection

__all__ = ["AsyncPlaces"]


class AsyncPlaces:
    """A number of places; the task that has waited longest gets the next free one."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)

    async def take(self, connection: AsyncConnection, seconds: float | None) -> None:
        """Take a place; raise ``TimeoutError``. The task may be cancelled while it waits."""
        if not self._free.locked():
            await self._free.acquire()  # it does not wait, so it needs no limit of time
            connection.may_be_cancelled = False
            return
        connection.may_be_cancelled = True
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise TimeoutError(no_place(seconds)) from error
        connection.may_be_cancelled = False

    def give_back(self) -> None:
        """Give the place to the next task that waits, or free it."""
        self._free.release()
