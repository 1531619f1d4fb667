"""The response in which a stream is passed on, which says its end also when the proxy stops."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from streamkit.errors import StreamTruncatedError
from streamkit.events import end_of
from streamkit.relay import aframes
from streamkit.relay.asgi import RelayResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

__all__ = ["Answer", "client_left"]


class Answer(RelayResponse):
    """A response that passes on the events of a stream; the client that leaves closes them."""

    def __init__(
        self,
        events: Any,
        encoder: Any,
        *,
        keep_alive: float | None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(
            aframes(events, encoder),
            headers={**encoder.headers, **headers},
            keep_alive=keep_alive,
        )
        self._encoder = encoder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; if the server stops meanwhile, say that it was cut."""
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            error = StreamTruncatedError("The proxy was shut down before the answer ended")
            last = b"".join(self._encoder.feed(end_of(error)))
            await send({"type": "http.response.body", "body": last, "more_body": False})
            raise


async def client_left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
