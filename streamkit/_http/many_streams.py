"""The HTTP client for more streams at once than a client of ours opens by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from streamkit._http._async.own_transport import AsyncOwnTransport
from streamkit._http.async_closing import to_its_end
from streamkit._http.client import options
from streamkit._http.config import CONNECT_TIMEOUT, READ_TIMEOUT
from streamkit._http.environment import made

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["many_streams_client"]

MAX_STREAMS = 10_000


class ManyStreamsClient(httpx.AsyncClient):
    """An HTTP client over our own sockets, which are held and cut as those of a client of ours."""

    has_our_sockets = True

    async def aclose(self) -> None:
        """Close the connections; a cancellation of the task takes effect only after that."""
        await to_its_end(super().aclose())

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close the connections, as `aclose` does."""
        await to_its_end(super().__aexit__(exc_type, exc_value, traceback))


def many_streams_client(*, max_streams: int = MAX_STREAMS) -> httpx.AsyncClient:
    """Return an async HTTP client for ``http_client=`` that opens thousands of streams at once.

        client = AsyncOpenAI(http_client=many_streams_client(max_streams=5_000))

    Without it a client has 1,000 requests open at a time, over the same sockets, and further ones
    wait. Each stream is a connection, and so an open file, of which the system allows a process
    some number (``ulimit -n``). It reads proxies and certificates from the environment; close it
    yourself, with its ``aclose()`` or in an ``async with``.

    Args:
        max_streams: The number of requests that may be open at a time. Further ones wait for the
            end of one of these, as long as the ``pool`` limit of a ``Timeout`` says.

    Raises:
        ValueError: ``max_streams`` is less than 1.
    """
    if max_streams < 1:
        raise ValueError(f"max_streams must be 1 or more, not {max_streams}")
    timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
    return made(
        lambda: ManyStreamsClient(
            timeout=timeout, **options(AsyncOwnTransport, max_connections=max_streams)
        )
    )
