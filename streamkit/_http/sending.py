"""The steps of an attempt that a thread takes: it gets the key, and waits for its exchange.

It differs from the steps of a task (``async_sending.py``): a thread cannot be cancelled. So the
scopes that the thread is in hold the connection, and cut it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._rx.cancel_scope import watch

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._http.config import ClientConfig
    from streamkit._http.connection import Connection

__all__ = ["key_of", "unless_cut"]


def key_of(config: ClientConfig) -> object:
    """Return the API key of the next request."""
    key = config.api_key
    return key if isinstance(key, str) else key()


def unless_cut(
    connection: Connection,
    exchange: Callable[[httpx.Request], httpx.Response],
    request: httpx.Request,
) -> httpx.Response:
    """Return the response to ``request``; a scope of this thread may cut the connection."""
    watch(connection)
    return exchange(request)
