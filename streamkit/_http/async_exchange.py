"""How an answer begins on the running loop.

It differs from one that a thread waits for (``exchange.py``): a limit of time cancels what is
awaited, where it would take a watchdog to wake a thread.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING

from streamkit._http.async_body import AsyncBody
from streamkit._http.async_timed_body import TimedAsyncBody
from streamkit._http.exchange import Exchange
from streamkit._rx.async_cancel_scope import AsyncCancelScope
from streamkit._rx.loop import required_loop
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    import httpx

    from streamkit._http.async_transport import AsyncTransport
    from streamkit._http.request import Request

__all__ = ["AsyncExchange"]


class AsyncExchange(Exchange["AsyncTransport"]):
    """The attempts at one answer, on the running loop, whose clock counts."""

    def __init__(self, transport: AsyncTransport, request: Request) -> None:
        super().__init__(transport, request, required_loop().time)
        self._scope = AsyncCancelScope()

    async def open(self) -> AsyncBody:
        """Send the request until it is answered, with the body still to be read."""
        response = await self._answered(whole=False)
        if self._deadlines is None:
            return AsyncBody(response)
        return TimedAsyncBody(response, self._deadlines)

    async def send(self) -> httpx.Response:
        """Send it until there is a whole answer, which is content when its last byte has come."""
        return await self._answered(whole=True)

    async def again(self, error: Exception) -> AsyncBody:
        """Send it once more, ``error`` having ended the answer; raises what is to be told."""
        delay = self._delay_after(error)
        self._log_break(error, delay)
        async with self._scope:
            await self._transport.wait(delay)
            return await self.open()

    def close(self) -> None:
        """Let no other answer begin."""
        self._scope.cancel()

    async def _answered(self, *, whole: bool) -> httpx.Response:
        while True:
            try:
                response = await self._attempt(whole=whole)
            except StreamkitError as error:
                await self._transport.wait(self._delay_after(error))
            else:
                self._attempts.answered(response)
                return response

    async def _attempt(self, *, whole: bool) -> httpx.Response:
        deadlines = self._deadlines
        if deadlines is None:
            return await self._transport.attempt(self._request, self._content, whole=whole)
        deadlines.begin()
        until = deadlines.wait(self._clock())
        patience = asyncio.timeout_at(None if until == inf else until)
        try:
            async with patience:
                response = await self._transport.attempt(self._request, self._content, whole=whole)
        except TimeoutError:
            if not patience.expired():
                raise
            raise deadlines.error() from None
        deadlines.arrived(self._clock())
        return response
