"""The stream of a response that the server generates in the background, and that can be resumed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._core.pipeline import Pipeline
from streamkit._http.async_exchange import AsyncExchange
from streamkit.errors import APIConnectionError, StreamkitError, StreamTruncatedError
from streamkit.families._resource._async.stream import AsyncStream
from streamkit.families.responses.family import events
from streamkit.families.responses.resumption import ResumableEvents

if TYPE_CHECKING:
    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.async_body import AsyncBody
    from streamkit._http.async_transport import AsyncTransport
    from streamkit.families.responses.call import ResponseCall

__all__ = ["AsyncResumingStream"]

E = TypeVar("E")


class AsyncResumingStream(AsyncStream[E]):
    """A stream that is resumed after its last event when its connection breaks off.

    It is resumed as often as new events come, and else as often as a request is retried.
    """

    def __init__(
        self,
        body: AsyncBody,
        new_pipeline: NewPipeline[E],
        exchange: AsyncExchange,
        call: ResponseCall,
        transport: AsyncTransport,
    ) -> None:
        super().__init__(body, new_pipeline, exchange)
        self._call = call
        self._transport = transport
        self._resumed_after: int | None = None

    async def _resumed(self, error: Exception) -> bool:
        machine = self._pipeline.machine
        if self._ended or not isinstance(machine, ResumableEvents):
            return False
        if not isinstance(error, APIConnectionError | StreamTruncatedError):
            return False  # the server reported it: to read on would not help
        response_id = self._call.response_id or machine.events.log.response.id
        if not response_id or machine.cursor is None:
            return False
        exchange = self._exchange
        if exchange is None or machine.cursor != self._resumed_after:
            request = self._call.continued(response_id, machine.cursor)
            exchange = self._exchange = AsyncExchange(self._transport, request)
            self._resumed_after = machine.cursor
        await self._body.aclose()
        try:
            body = await exchange.again(error)
        except StreamkitError:
            return False
        held = self._pipeline.release()
        limits = self._transport.config.limits
        same: Any = events(lambda _: machine)
        self._new_pipeline = partial(Pipeline, same, limits=limits)
        self._turn_to(body)
        self._ready = iter(held)
        if self._ended:  # closed meanwhile
            await body.aclose()
        return True
