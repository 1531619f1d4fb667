"""The base of the resources that stream, for a client on the running loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._http.async_exchange import AsyncExchange
from streamkit.families._resource._async.managers import AsyncStreamManager
from streamkit.families._resource._async.stream import AsyncStream
from streamkit.families._resource.base import Resource

if TYPE_CHECKING:
    from reactivex import Observable

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http._async.transport import AsyncTransport
    from streamkit._http.async_body import AsyncBody
    from streamkit.families._resource.streamed_call import StreamedCall

__all__ = ["AsyncStreamingResource"]

E = TypeVar("E")


class AsyncStreamingResource(Resource):
    """A resource whose answers are streams, of any family."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def _stream(self, call: StreamedCall[E]) -> AsyncStreamManager[AsyncStream[E]]:
        """Return the stream's manager, for an ``async with``."""
        return AsyncStreamManager(lambda: self._open(call))

    def _observe(self, call: StreamedCall[E]) -> Observable[E]:
        """Return a cold observable, which makes a request for every subscription."""
        from streamkit._rx.async_push import observe_async

        return observe_async(lambda: self._open(call))

    async def _open(self, call: StreamedCall[E]) -> AsyncStream[E]:
        return AsyncStream(*await self._begin(call))

    async def _begin(
        self, call: StreamedCall[E]
    ) -> tuple[AsyncBody, NewPipeline[E], AsyncExchange]:
        """Send the request until it is answered, and return the parts of a stream."""
        exchange = AsyncExchange(self._transport, call.request)
        body = await exchange.open()
        return body, call.pipelines(self._transport.config.limits), exchange
