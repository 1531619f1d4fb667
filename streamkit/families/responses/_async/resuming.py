"""The streams of a response that the server generates in the background: they can be resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._http.async_exchange import AsyncExchange
from streamkit.errors import StreamkitError
from streamkit.families._resource._async.stream import AsyncStream
from streamkit.families.responses.resumption import resumable

if TYPE_CHECKING:
    from typing import Self

    from streamkit._http._async.transport import AsyncTransport
    from streamkit.families.responses.call import ResponseCall

__all__ = ["AsyncResumingStream"]

E = TypeVar("E")


class AsyncResumingStream(AsyncStream[E]):
    """A stream that is resumed after its last event when its connection breaks off.

    It is resumed as often as new events come, and else as often as a request is retried.
    """

    _call: ResponseCall
    _transport: AsyncTransport
    _resuming: AsyncExchange | None = None
    _resumed_after: int | None = None

    def resumed_by(self, call: ResponseCall, transport: AsyncTransport) -> Self:
        """Set the call that the stream answers, and the transport to resume it over."""
        self._call = call
        self._transport = transport
        return self

    async def _resumed(self, error: Exception) -> bool:
        machine = self._pipeline.machine
        events = None if self._ended else resumable(machine, error)
        if events is None or events.cursor is None:
            return False
        exchange = self._resuming
        if exchange is None or events.cursor != self._resumed_after:
            request = self._call.continued(events.response_id, events.cursor)
            exchange = self._resuming = AsyncExchange(self._transport, request)
            self._resumed_after = events.cursor
        self._exchange = exchange  # which a call of ``close`` closes
        await self._body.aclose()
        try:
            body = await exchange.again(error)
        except StreamkitError:
            return False
        held = self._pipeline.release()
        self._new_pipeline = self._call.again(machine, self._transport.config.limits)
        self._turn_to(body)
        self._ready = iter(held)
        if self._ended:  # closed meanwhile
            await body.aclose()
        return True
