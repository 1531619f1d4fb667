"""A response of Starlette and FastAPI that passes a stream on."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from streamkit._rx.loop import running_loop
from streamkit.relay.events_of import aevents_of, events_of
from streamkit.relay.passing_on import aframes, encoder
from streamkit.relay.sse import SSEEncoder
from streamkit.relay.sse_frames import KEEP_ALIVE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.background import BackgroundTask
    from starlette.types import Receive, Scope, Send

    from streamkit.eventlog import EventLog
    from streamkit.relay.passing_on import AnyEncoder, OnError, Protocol

__all__ = ["RelayResponse", "response", "resume"]


def response(  # noqa: PLR0913 - a response has many sides
    events: Any,
    protocol: Protocol | AnyEncoder = "sse",
    *,
    headers: Mapping[str, str] | None = None,
    keep_alive: float | None = 15,
    background: BackgroundTask | None = None,
    on_error: OnError | None = None,
    log: EventLog | None = None,
    stream_id: str | None = None,
    **options: Any,
) -> RelayResponse:
    """Return a response that passes on a stream, for Starlette and FastAPI.

        @app.post("/api/chat")
        async def chat(request: Request) -> Response:
            events = client.chat.completions.stream(model="gpt-4o", messages=[...])
            return relay.response(events, protocol="ui-message")

    The stream is read while the client reads: a slow client slows the model's server, and one that
    leaves ends its request. An error, also of a request that is sent only now, is said in the words
    of the protocol, because the status has been sent by then.

    Args:
        events: A stream, an observable, a hub, or an iterable of common events, async or not.
        protocol: The protocol, or its encoder.
        headers: Further headers.
        keep_alive: The seconds of silence after which a comment is sent; None sends none.
        background: What is run after the response.
        on_error: Called with the error that ended the stream; by default it is logged.
        log: A log in which the stream is kept. Then the stream goes on when the client leaves, and
            can be joined with ``resume`` until the log expires; ``log.stop`` ends it.
        stream_id: The id of the stream in the log.
        **options: The options of the encoder.

    Raises:
        TypeError: There is a log without an id of the stream, or the other way round.
    """
    machine = encoder(protocol, **options)
    if (log is None) != (stream_id is None):
        raise TypeError("response takes a log and a stream_id together")
    if log is not None and stream_id is not None:
        is_on_loop = running_loop() is not None
        events = log.produce(stream_id, aevents_of(events) if is_on_loop else events_of(events))
    body = aframes(events, machine, on_error=on_error)
    return RelayResponse(
        body,
        headers={**machine.headers, **(headers or {})},
        keep_alive=keep_alive,
        background=background,
    )


async def resume(
    log: EventLog,
    stream_id: str,
    protocol: Protocol | AnyEncoder = "sse",
    *,
    after: str | None = None,
    **options: Any,
) -> Response:
    """Return a response that joins a stream in a log, wherever it is produced.

        @app.get("/api/chat/{chat_id}/stream")
        async def join(chat_id: str) -> Response:
            return await relay.resume(log, chat_id, "ui-message")

    A stream is passed on from its beginning. Of our own events those after ``after`` are, whose ids
    are the log's cursors. Where there is nothing to pass on, the status is 204, which ``useChat``
    and ``EventSource`` take for that: the stream is not known, or has ended before and its answer
    was read. 410 says that a log has expired.

    Args:
        log: The log.
        stream_id: The id of the stream.
        protocol: The protocol, or its encoder.
        after: The ``Last-Event-ID`` of the request, for our own events.
        **options: The options of ``response`` and of the encoder.

    Raises:
        CursorError: ``after`` is no cursor.
    """
    status = await log.astatus(stream_id)
    is_sse = protocol == "sse" or isinstance(protocol, SSEEncoder)
    if status is None:
        return Response(status_code=204)
    if status.phase == "expired":
        return Response(status_code=410)
    if status.phase == "ended" and (not is_sse or after == status.cursor):
        return Response(status_code=204)
    return response(log.events(stream_id, after if is_sse else None), protocol, **options)


class RelayResponse(Response):
    """The response that ``response`` returns; its body is closed when the client leaves.

    Args:
        body: The bytes to send.
        headers: The headers of the response.
        keep_alive: The seconds of silence after which a comment is sent; None sends none.
        background: What is run after the response.
    """

    def __init__(
        self,
        body: AsyncGenerator[bytes],
        *,
        headers: Mapping[str, str],
        keep_alive: float | None = 15,
        background: BackgroundTask | None = None,
    ) -> None:
        self._frames = body
        self._keep_alive = keep_alive
        self._sent = 0
        self.background = background
        self.status_code = 200
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Send the body until it ends or the client leaves."""
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
        if not sending.cancelled() and (error := sending.exception()) is not None:
            if isinstance(error, OSError):  # some servers say so that the client has left
                return
            raise error
        if self.background is not None:
            await self.background()

    async def _send(self, send: Send) -> None:
        async with aclosing(self._frames) as frames:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            lock = asyncio.Lock()
            beating = asyncio.ensure_future(self._beat(send, lock))
            try:
                async for data in frames:
                    async with lock:
                        await send(_body(data))
                    self._sent += 1
            finally:
                beating.cancel()
                with suppress(asyncio.CancelledError):
                    await beating
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _beat(self, send: Send, lock: asyncio.Lock) -> None:
        """Send a comment whenever nothing else was sent for a while."""
        while self._keep_alive is not None:
            sent = self._sent
            await asyncio.sleep(self._keep_alive)
            if sent == self._sent and not lock.locked():
                async with lock:
                    await send(_body(KEEP_ALIVE))


def _body(data: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}


async def _left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
