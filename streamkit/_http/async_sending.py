"""The steps of an attempt that a task takes: it gets the key, and waits for its exchange.

It differs from the steps of a thread (``sending.py``) in its cancellation: the request is sent in a
task of its own, which is cancelled only where httpcore loses no connection by that.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from streamkit._http.async_closing import close_to_the_end

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import httpx

    from streamkit._http.async_connection import AsyncConnection
    from streamkit._http.config import ClientConfig

__all__ = ["key_of", "unless_cut"]


async def key_of(config: ClientConfig) -> object:
    """Return the API key of the next request."""
    key = config.api_key
    value = key if isinstance(key, str) else key()
    return await value if inspect.isawaitable(value) else value


async def unless_cut(
    connection: AsyncConnection,
    exchange: Callable[[httpx.Request], Coroutine[Any, Any, httpx.Response]],
    request: httpx.Request,
) -> httpx.Response:
    """Return the response to ``request``, unless the task is cancelled or the exchange is cut."""
    sending = asyncio.create_task(exchange(request))
    try:
        await connection.until_called_off(sending)
        if not sending.done():
            await _called_off(sending, connection)
            raise connection.closed_error()
        return sending.result()
    except asyncio.CancelledError:
        await _called_off(sending, connection)
        raise
    finally:
        del sending  # else its error and this frame would hold each other


async def _called_off(sending: asyncio.Task[httpx.Response], connection: AsyncConnection) -> None:
    """End ``sending`` once no connection is lost by that, even if this task is cancelled."""
    is_cancelled = False
    connection.cut()
    if connection.may_be_cancelled:
        sending.cancel()
    while not sending.done():
        try:
            await asyncio.wait([sending])
        except asyncio.CancelledError:
            is_cancelled = True
    if not sending.cancelled() and sending.exception() is None:
        await close_to_the_end(sending.result())
    await connection.aclose()
    if is_cancelled:
        raise asyncio.CancelledError
