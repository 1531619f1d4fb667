"""The journal of requests and the progress of their answers, for tests of clients."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

import msgspec
from starlette.datastructures import Headers, MutableHeaders

from streamkit.server.api_error import ApiError
from streamkit.server.dialects import dialect_of
from streamkit.server.request_log import log

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT = 1000
"""The number of exchanges that are remembered; older ones are forgotten."""
KEPT_BYTES = 64 * 1024 * 1024
"""The number of bytes of requests that are remembered, the latest ones."""

Outcome = Literal["completed", "cut"]


@dataclass(eq=False)
class Exchange:
    """One request and its answer; any thread may read it while the answer goes on."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)  # a key may be among them
    """The request's headers, by lower-case names."""
    request_id: str
    """The value of the response's ``x-request-id``."""
    content: bytes | None = None
    """The request's body, as JSON; None when there is none, or it could not be decoded."""
    status: int | None = None
    sent: int = 0
    """The number of pieces of the body that were sent, such as the events of a stream."""
    outcome: Outcome | None = None
    """Whether the whole answer was sent, or the client left first; None while it goes on."""
    _ended: Event = field(default_factory=Event, repr=False)

    @property
    def body(self) -> Any:
        """The request's body, decoded anew each time; None when there is none."""
        return None if self.content is None else msgspec.json.decode(self.content)

    @property
    def size(self) -> int:
        """The number of bytes of the request that it keeps."""
        headers = sum(len(name) + len(value) for name, value in self.headers.items())
        return len(self.path) + headers + len(self.content or b"")

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Block until the exchange has ended, and return its outcome; None after ``timeout`` s."""
        self._ended.wait(timeout)
        return self.outcome

    def end(self, outcome: Outcome) -> None:
        """Set the outcome, and wake the threads that wait for it."""
        self.outcome = outcome
        self._ended.set()


class Journal:
    """The latest exchanges, oldest first.

    Args:
        kept: The number of exchanges to remember.
        kept_bytes: The number of bytes of requests to remember.
    """

    def __init__(self, kept: int = KEPT, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept = kept
        self._kept_bytes = kept_bytes
        self._exchanges: dict[str, Exchange] = {}
        self._size = 0
        self._lock = Lock()

    def add(self, exchange: Exchange) -> None:
        """Remember an exchange that begins."""
        with self._lock:
            self._exchanges[exchange.request_id] = exchange
            self._size += exchange.size
            self._forget()

    def note(self, exchange: Exchange, content: bytes) -> None:
        """Keep the body of an exchange, which must not have one yet."""
        with self._lock:
            exchange.content = content
            if exchange.request_id in self._exchanges:
                self._size += len(content)
                self._forget()

    def exchanges(self) -> list[Exchange]:
        """Return a new list of the exchanges, oldest first."""
        with self._lock:
            return list(self._exchanges.values())

    def _forget(self) -> None:
        while len(self._exchanges) > self._kept or self._size > self._kept_bytes:
            oldest = self._exchanges.pop(next(iter(self._exchanges)))
            self._size -= oldest.size


class JournalMiddleware:
    """A middleware that keeps exchanges in a journal, and adds its id to each response."""

    def __init__(self, app: ASGIApp, journal: Journal, *, logs: bool = False) -> None:
        self._app = app
        self._journal = journal
        self._logs = logs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(
            method=scope["method"],
            path=scope["path"],
            headers=dict(Headers(scope=scope)),
            request_id=f"req_{uuid4().hex}",
        )
        self._journal.add(exchange)
        inner = {**scope, "exchange": exchange, "journal": self._journal}
        start = time.monotonic()
        outcome: Outcome = "cut"
        gone = False

        async def heard() -> Message:
            nonlocal gone
            message = await receive()
            gone = gone or message["type"] == "http.disconnect"
            return message

        async def noted(message: Message) -> None:
            nonlocal outcome
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                MutableHeaders(scope=message).update(dialect_of(inner).headers())
            await send(message)
            if message["type"] == "http.response.body":
                exchange.sent += bool(message.get("body"))
                if not message.get("more_body") and not gone:
                    outcome = "completed"

        try:
            await self._app(inner, heard, noted)
        except Exception:
            if exchange.status is None:
                await _FAULT.response(inner)(inner, receive, noted)
            raise
        finally:
            exchange.end(outcome)
            if self._logs:
                log(exchange, time.monotonic() - start)


_FAULT = ApiError(
    "The server had an error while processing your request. Sorry about that!",
    status=500,
    kind="server_error",
)
