# Made from ../_async/resuming.py by .ci/unasync.py: change it there.
"""The streams of a response that the server generates in the background: they can be resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._http.exchange import SyncExchange
from streamkit.errors import StreamkitError
from streamkit.families._resource._sync.stream import Stream
from streamkit.families.responses.resumption import resumable

if TYPE_CHECKING:
    from typing import Self

    from streamkit._http._sync.transport import SyncTransport
    from streamkit.families.responses.call import ResponseCall

__all__ = ["ResumingStream"]

E = TypeVar("E")


class ResumingStream(Stream[E]):
    """A stream that is resumed after its last event when its connection breaks off.

    It is resumed as often as new events come, and else as often as a request is retried.
    """

    _call: ResponseCall
    _transport: SyncTransport
    _resuming: SyncExchange | None = None
    _resumed_after: int | None = None

    def resumed_by(self, call: ResponseCall, transport: SyncTransport) -> Self:
        """Set the call that the stream answers, and the transport to resume it over."""
        self._call = call
        self._transport = transport
        return self

    def _resumed(self, error: Exception) -> bool:
        machine = self._pipeline.machine
        events = None if self._ended else resumable(machine, error)
        if events is None or events.cursor is None:
            return False
        exchange = self._resuming
        if exchange is None or events.cursor != self._resumed_after:
            request = self._call.continued(events.response_id, events.cursor)
            exchange = self._resuming = SyncExchange(self._transport, request)
            self._resumed_after = events.cursor
        self._exchange = exchange  # which a call of ``close`` closes
        self._body.close()
        try:
            body = exchange.again(error)
        except StreamkitError:
            return False
        held = self._pipeline.release()
        self._new_pipeline = self._call.again(machine, self._transport.config.limits)
        self._turn_to(body)
        self._ready = iter(held)
        if self._ended:  # closed meanwhile
            body.close()
        return True
