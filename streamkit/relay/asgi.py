"""A response of Starlette and FastAPI that passes a stream on."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from streamkit.relay.passing_on import aframes, encoder
from streamkit.relay.sse_frames import KEEP_ALIVE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.background import BackgroundTask
    from starlette.types import Receive, Scope, Send

    from streamkit.relay.passing_on import AnyEncoder, OnError, Protocol

__all__ = ["RelayResponse", "response"]


def response(  # noqa: PLR0913 - a response has many sides
    events: Any,
    protocol: Protocol | AnyEncoder = "sse",
    *,
    headers: Mapping[str, str] | None = None,
    keep_alive: float | None = 15,
    background: BackgroundTask | None = None,
    on_error: OnError | None = None,
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
        **options: The options of the encoder.
    """
    machine = encoder(protocol, **options)
    body = aframes(events, machine, on_error=on_error)
    return RelayResponse(
        body,
        headers={**machine.headers, **(headers or {})},
        keep_alive=keep_alive,
        background=background,
    )


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
