"""What the server was asked, and how far its answer got: for tests of clients."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT = 1000
"""How many exchanges are remembered; older ones are forgotten."""

Outcome = Literal["completed", "cut"]


@dataclass(eq=False)
class Exchange:
    """One request and the answer to it; safe to read from any thread while it goes on."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)  # a key may be among them
    """The request's headers, by lower-case names."""
    request_id: str
    """What the response's ``x-request-id`` says."""
    body: Any = None
    """The request's decoded body; None when it has none, or none that could be decoded."""
    status: int | None = None
    sent: int = 0
    """How many pieces of the body were sent: the events of a generated stream."""
    outcome: Outcome | None = None
    """Whether the whole answer was sent, or the client left first; None while it goes on."""
    _ended: Event = field(default_factory=Event, repr=False)

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Block until the exchange has ended, and return its outcome; None after ``timeout`` s."""
        self._ended.wait(timeout)
        return self.outcome

    def end(self, outcome: Outcome) -> None:
        """Note how it ended, and wake who waits for that."""
        self.outcome = outcome
        self._ended.set()


class Journal:
    """The latest exchanges, oldest first."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self._lock = Lock()

    def add(self, exchange: Exchange) -> None:
        """Remember an exchange that begins."""
        with self._lock:
            self._exchanges.append(exchange)

    def exchanges(self) -> list[Exchange]:
        """Those remembered, as a list of the caller's own."""
        with self._lock:
            return list(self._exchanges)


class JournalMiddleware:
    """Notes every exchange in a journal, and gives each response its ``x-request-id``."""

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        self._app = app
        self._journal = journal

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
                MutableHeaders(scope=message)["x-request-id"] = exchange.request_id
            await send(message)
            if message["type"] == "http.response.body":
                exchange.sent += bool(message.get("body"))
                if not message.get("more_body") and not gone:
                    outcome = "completed"

        try:
            await self._app({**scope, "exchange": exchange}, heard, noted)
        except Exception:
            if exchange.status is None:
                await _FAULT.response()(scope, receive, noted)
            raise
        finally:
            exchange.end(outcome)


_FAULT = ApiError(
    "The server had an error while processing your request. Sorry about that!",
    status=500,
    kind="server_error",
)
