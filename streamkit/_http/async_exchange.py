"""The exchange on the running loop, which sends a request until an answer begins.

It differs from an exchange in a thread (``exchange.py``): a limit of time cancels the awaited
operation, while a thread has to be woken by a watchdog.
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

    from streamkit._http._async.transport import AsyncTransport
    from streamkit._http.request import Request

__all__ = ["AsyncExchange"]


class AsyncExchange(Exchange["AsyncTransport"]):
    """The attempts at one answer on the running loop, timed by the loop's clock."""

    def __init__(self, transport: AsyncTransport, request: Request) -> None:
        super().__init__(transport, request, required_loop().time)
        self._scope = AsyncCancelScope()

    async def open(self) -> AsyncBody:
        """Send the request until it is answered; return the body, which is still to be read."""
        response = await self._answered(whole=False)
        if self._deadlines is None:
            return AsyncBody(response)
        return TimedAsyncBody(response, self._deadlines)

    async def send(self) -> httpx.Response:
        """Send the request until an answer is whole; its last byte counts as its first content."""
        response = await self._answered(whole=True)
        if self.watch is not None:
            self.watch.answered(response)
        return response

    async def again(self, error: Exception) -> AsyncBody:
        """Send the request again after ``error`` ended the answer, or raise the final error."""
        delay = self._delay_after(error)
        self._log_break(error, delay)
        async with self._scope:
            await self._transport.wait(delay)
            return await self.open()

    def close(self) -> None:
        """Prevent any further attempt."""
        self._scope.cancel()

    async def _answered(self, *, whole: bool) -> httpx.Response:
        while True:
            try:
                try:
                    response = await self._attempt(whole=whole)
                except StreamkitError as error:
                    await self._transport.wait(self._delay_after(error))
                    continue
            except BaseException as error:
                self._gave_up(error)
                raise
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
