"""The caller's client as the HTTP client below our transport.

So its authentication, hooks, proxies and addresses act, and all that is above the transport is as
for a client of ours: retries, limits of time, redaction, streams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._sources.their_request import TheirRequests

if TYPE_CHECKING:
    import httpx

__all__ = ["AsyncOverHTTPClient"]


class AsyncOverHTTPClient(TheirRequests):
    """A client of another package, with the interface of ``httpx.AsyncClient``."""

    async def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """Send a request by the public methods of the client, once; return the open response."""
        send, arguments = self.call(request)
        try:
            response = await send(**arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, the request follows it
            return self.failed(request, error)
        return self.answered(request, response)

    async def aclose(self) -> None:
        """Do nothing: the caller closes the client."""
