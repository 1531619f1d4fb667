"""The HTTP client below an async client: a pool of connections for each event loop.

It differs from the client of threads (``client.py``): a connection belongs to a loop, and ends with
it.
"""

from __future__ import annotations

import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from streamkit._http.async_closing import close_let_go, to_its_end
from streamkit._http.async_connection import AsyncConnection
from streamkit._http.async_given import AsyncGivenConnection
from streamkit._http.client import AnyHTTPClient, Connections, Pool, options
from streamkit._http.environment import made
from streamkit._http.process import this_process
from streamkit._rx.loop import call_on, required_loop, running_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator

    from streamkit._http.client import Place

__all__ = ["AsyncConnections", "AsyncHTTPClient"]


class AsyncHTTPClient(AnyHTTPClient, Protocol):
    """A client with the interface of ``httpx.AsyncClient``."""

    async def aclose(self) -> None:
        """Close the connections of the client."""
        ...


class AsyncConnections(Connections["AsyncHTTPClient"]):
    """The HTTP client, with a pool for each event loop; the loop's shutdown closes its pool."""

    _given_elsewhere = (
        "http_client has connections of another event loop, or of another process, which this one"
        " cannot use: make one for each, and the client that uses it; or leave http_client out"
    )

    def __init__(self, given: AsyncHTTPClient | None) -> None:
        super().__init__(given, _new_client)

    def new(self, pool: Pool[AsyncHTTPClient]) -> AsyncConnection:
        """Return the connection for an exchange that is about to begin."""
        is_foreign = self.is_given and not getattr(self._given, "has_our_sockets", False)
        connection = AsyncGivenConnection(pool) if is_foreign else AsyncConnection(pool)
        self._add(pool.under_way, connection)
        return connection

    async def aclose(self) -> None:
        """Close the connections and end all exchanges, unless the HTTP client was given."""
        # A task that was cancelled meanwhile would lose the connections that are still open.
        if pools := self.retire():
            await to_its_end(_closed(pools))

    def _key(self) -> asyncio.AbstractEventLoop:
        return required_loop()

    def _id(self, key: asyncio.AbstractEventLoop) -> object:
        return this_process(), weakref.ref(key)

    def _new(self, key: asyncio.AbstractEventLoop) -> Pool[AsyncHTTPClient]:
        place = self._place
        for loop in [loop for loop in place.pools if loop.is_closed()]:
            del place.pools[loop]  # the loop was closed without a shutdown
        return LoopPool(self._made(), key, place) if self._given is None else Pool(self._given)


class LoopPool(Pool["AsyncHTTPClient"]):
    """A pool that is closed with its loop, or when nothing refers to it any more."""

    def __init__(
        self,
        client: AsyncHTTPClient,
        loop: asyncio.AbstractEventLoop,
        place: Place[AsyncHTTPClient],
    ) -> None:
        super().__init__(client)
        self._loop = loop
        # At its shutdown a loop closes the generators that it knows, so a generator stands for the
        # pool. The loop knows a generator once it has begun.
        self._lifetime = _until_shut_down(client, loop, weakref.ref(place))
        with suppress(StopIteration):
            self._lifetime.asend(None).send(None)

    @property
    def is_here(self) -> bool:
        """Whether the pool's loop is the one that runs here."""
        return self._loop is running_loop()

    async def aclose(self) -> None:
        """Close the pool; called on its loop."""
        await self.client.aclose()
        with suppress(RuntimeError):  # another task is closing it
            await self._lifetime.aclose()

    def close_elsewhere(self) -> None:
        """Close the pool on its own loop, if that loop still runs."""
        call_on(self._loop, self._close_soon)

    def _close_soon(self) -> None:
        task = self._loop.create_task(self.aclose())
        _closing.add(task)  # the loop keeps no reference of its own
        task.add_done_callback(_closing.discard)


async def _closed(pools: list[Pool[AsyncHTTPClient]]) -> None:
    for pool in pools:
        if not isinstance(pool, LoopPool):
            await close_let_go(pool)
        elif pool.is_here:
            await close_let_go(pool)
            await pool.aclose()
        else:
            pool.close_elsewhere()


_closing: set[asyncio.Task[None]] = set()


async def _until_shut_down(
    client: AsyncHTTPClient,
    loop: asyncio.AbstractEventLoop,
    place: weakref.ref[Place[AsyncHTTPClient]],
) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        if there := place():
            there.pools.pop(loop, None)
        await client.aclose()


def _new_client() -> AsyncHTTPClient:
    """Return an HTTP client of our own, with room for very many streams at once."""
    from streamkit._http._async.own_transport import AsyncOwnTransport
    from streamkit._http.lean_client import LeanAsyncClient

    return made(lambda: LeanAsyncClient(**options(AsyncOwnTransport)))
