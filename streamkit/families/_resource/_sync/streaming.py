# Made from ../_async/streaming.py by .ci/unasync.py: change it there.
"""The base of the resources that stream, for a client that blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._http.exchange import SyncExchange
from streamkit.families._resource._sync.managers import StreamManager
from streamkit.families._resource._sync.stream import Stream
from streamkit.families._resource.base import Resource

if TYPE_CHECKING:
    from reactivex import Observable

    from streamkit._core.pipeline import NewPipeline
    from streamkit._http._sync.transport import SyncTransport
    from streamkit._http.body import SyncBody
    from streamkit.families._resource.streamed_call import StreamedCall

__all__ = ["StreamingResource"]

E = TypeVar("E")


class StreamingResource(Resource):
    """A resource whose answers are streams, of any family."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    def _stream(self, call: StreamedCall[E]) -> StreamManager[Stream[E]]:
        """Return the stream's manager, for a ``with``."""
        return StreamManager(lambda: self._open(call))

    def _observe(self, call: StreamedCall[E]) -> Observable[E]:
        """Return a cold observable, which makes a request for every subscription."""
        from streamkit._rx.push import observe

        return observe(lambda: self._open(call))

    def _open(self, call: StreamedCall[E]) -> Stream[E]:
        return Stream(*self._begin(call))

    def _begin(self, call: StreamedCall[E]) -> tuple[SyncBody, NewPipeline[E], SyncExchange]:
        """Send the request until it is answered, and return the parts of a stream."""
        exchange = SyncExchange(self._transport, call.request)
        body = exchange.open()
        return body, call.pipelines(self._transport.config.limits), exchange
