"""The response that streams a run as server-sent events."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

import anyio
import msgspec
from anyio.lowlevel import checkpoint
from starlette.responses import StreamingResponse

from streamkit.server.api_error import ApiError
from streamkit.server.body import streamed
from streamkit.server.threads.player import play

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from starlette.types import Receive, Scope, Send

    from streamkit.server.desk import Desk
    from streamkit.server.store import Record
    from streamkit.server.threads.endings import Event


def event_stream(desk: Desk, run: Record, opening: Sequence[Event], pace: float) -> RunStream:
    """Return the response that streams a run which has just begun, or goes on.

    Args:
        desk: The server's objects.
        run: The run; from now on only the stream advances it.
        opening: The events so far.
        pace: The seconds between two events.
    """
    return RunStream(desk, run.id, chain(opening, play(desk, run.owner, run.id)), pace)


class RunStream(StreamingResponse):
    """A response that advances a run; when its client leaves, the run goes on to its end."""

    def __init__(self, desk: Desk, run: str, events: Iterator[Event], pace: float) -> None:
        super().__init__(self._body())
        streamed(self)
        self._desk = desk
        self._run = run
        self._called = desk.streaming[run] = anyio.Event()
        self._events = events
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Another stream may already advance the run.
            if self._desk.streaming.get(self._run) is self._called:
                del self._desk.streaming[self._run]
            with suppress(ApiError):
                async with self._desk.store:
                    for _ in self._events:
                        pass

    async def _body(self) -> AsyncIterator[bytes]:
        wait = 0.0
        while True:
            with anyio.move_on_after(wait):
                await self._called.wait()
            # This waits with a pace of 0 as well: other tasks run, and a disconnect is noticed.
            await checkpoint()
            wait = self._pace
            event = await self._next()
            yield event
            if event.startswith((b"event: done\n", b"event: error\n")):
                return

    async def _next(self) -> bytes:
        try:
            async with self._desk.store:
                name, data = next(self._events, _DONE)
                # Encoded now, because the next event may change the same object.
                encoded = b"[DONE]" if data is None else msgspec.json.encode(data)
        except ApiError as error:
            name, encoded = "error", msgspec.json.encode(error.body())
        return b"event: %s\ndata: %s\n\n" % (name.encode(), encoded)


_DONE = ("done", None)
