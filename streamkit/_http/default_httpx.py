"""The HTTP clients that a program makes for ours, with the defaults that ours would have."""

from __future__ import annotations

from typing import Any

import httpx

from streamkit._http.client import MAX_CONNECTIONS, MAX_IDLE_CONNECTIONS
from streamkit._http.config import CONNECT_TIMEOUT, READ_TIMEOUT

__all__ = ["DefaultAsyncHttpxClient", "DefaultHttpxClient", "with_defaults"]


def with_defaults(options: dict[str, Any], library: Any = httpx) -> dict[str, Any]:
    """Return the options of an HTTP client of this library, completed by our defaults."""
    return {
        "follow_redirects": True,
        "timeout": library.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
        "limits": library.Limits(
            max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_IDLE_CONNECTIONS
        ),
        **options,
    }


class DefaultHttpxClient(httpx.Client):
    """An ``httpx.Client`` for ``http_client=``, with our defaults where no option is given.

    It takes the options of that class, such as ``proxy``, ``verify`` and ``event_hooks``.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**with_defaults(options))


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """An ``httpx.AsyncClient`` for ``http_client=``, with our defaults where no option is given.

    It takes the options of that class, such as ``proxy``, ``verify`` and ``event_hooks``.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**with_defaults(options))
