"""What the resources of each client have in common: how a call is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._http.exchange import AsyncExchange, SyncExchange
from streamkit.families._resource.pages import AsyncPages, SyncCursorPage
from streamkit.types import Wire

if TYPE_CHECKING:
    from streamkit._http.transport import AsyncTransport, SyncTransport
    from streamkit.families._resource.call import Answer, Call
    from streamkit.types import CursorPage

__all__ = ["AsyncResource", "SyncResource"]

W = TypeVar("W", bound=Wire)


class SyncResource:
    """A part of the API, for a client that blocks."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    def _send(self, call: Call[W]) -> W:
        return self._exchange(call).value

    def _exchange(self, call: Call[W]) -> Answer[W]:
        """Send it, and return the response's headers as well."""
        return call.answer(SyncExchange(self._transport, call.request).send())

    def _list(self, call: Call[CursorPage[W]]) -> SyncCursorPage[W]:
        return SyncCursorPage(call, self._send(call), self._send)


class AsyncResource:
    """A part of the API, for a client on the running loop."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def _send(self, call: Call[W]) -> W:
        return (await self._exchange(call)).value

    async def _exchange(self, call: Call[W]) -> Answer[W]:
        """Send it, and return the response's headers as well."""
        return call.answer(await AsyncExchange(self._transport, call.request).send())

    def _list(self, call: Call[CursorPage[W]]) -> AsyncPages[W]:
        return AsyncPages(call, self._send)
