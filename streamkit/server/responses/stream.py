"""The response to a request that streams: a new answer, or one that was made in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from anyio.lowlevel import checkpoint
from starlette.responses import StreamingResponse

from streamkit.server.body import named_event, streamed
from streamkit.server.responses.conversation import ENDED
from streamkit.server.responses.events import events
from streamkit.server.responses.progress import KIND, finish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from streamkit.server.desk import Desk
    from streamkit.server.store import Document
    from streamkit.server.tokens import Size


class ResponseStream(StreamingResponse):
    """A response that sends the events of an answer.

    When its client leaves, an answer in the background goes on to its end, and any other is
    forgotten.

    Args:
        desk: The server's objects.
        final: The answer as it ends.
        token_size: The number of characters in a token.
        obfuscated: Whether each delta has a padding of random length.
        pace: The seconds between two events.
        after: The number of the event after which the stream begins.
    """

    def __init__(  # noqa: PLR0913 - by keyword
        self,
        desk: Desk,
        final: Document,
        *,
        token_size: Size,
        obfuscated: bool,
        pace: float,
        after: int = -1,
    ) -> None:
        super().__init__(self._body())
        streamed(self)
        self._desk = desk
        self._final = final
        self._events = events(final, token_size=token_size, obfuscated=obfuscated)
        self._pace = pace
        self._after = after
        self._cancelled = desk.streaming.setdefault(final["id"], anyio.Event())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            async with self._desk.store:
                self._end(finished=self._final["background"])

    async def _body(self) -> AsyncIterator[bytes]:
        wait = 0.0
        async with self._desk.store:
            self._begin()
        for event in self._events:
            if event["sequence_number"] <= self._after:
                continue
            if wait:
                with anyio.move_on_after(wait):
                    await self._cancelled.wait()
            # Also with a pace of 0, so that other tasks run and a disconnect is noticed.
            await checkpoint()
            if self._cancelled.is_set():
                return
            wait = self._pace
            if event.get("response") is self._final:
                # Before its last event is read, the response can be retrieved.
                async with self._desk.store:
                    self._end(finished=True)
            yield named_event(event)

    def _begin(self) -> None:
        record = self._desk.store.find(KIND, self._final["id"])
        if record is not None and record.document["status"] == "queued":
            record.document["status"] = "in_progress"
            self._desk.store.save(record)

    def _end(self, *, finished: bool) -> None:
        id = self._final["id"]
        self._desk.streaming.pop(id, None)
        record = self._desk.store.find(KIND, id)
        if record is None or record.document["status"] in ENDED:
            return
        if finished:
            finish(self._desk.store, record)
        else:
            self._desk.store.remove(KIND, id)
