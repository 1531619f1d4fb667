"""The middleware that turns answers into faulty ones."""

from __future__ import annotations

import socket
import struct
from collections import OrderedDict
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import msgspec
from msgspec import Struct
from starlette.datastructures import Headers, MutableHeaders

from streamkit._core.compiled import decoder
from streamkit.server.api_error import ApiError
from streamkit.server.dialects import dialect_of
from streamkit.server.faults.fault import Do, Fault, Pause, Raw, Refusal
from streamkit.server.faults.frames import Frames
from streamkit.server.faults.kinds import read
from streamkit.server.faults.stalls import Stalls
from streamkit.server.settings import PREFIX

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from streamkit.server.faults.fault import Opening, Step

MODEL = "fault:"
"""The start of a model's name that names a fault."""
HEADER = PREFIX + "fault"
REMEMBERED = 10_000
"""The number of requests that are remembered, to recognise their repetitions."""


class Connection(Protocol):
    """A connection of the ASGI server, as uvicorn's protocols are."""

    client: tuple[str, int] | None
    transport: asyncio.Transport


class Faults:
    """The faults of a server's requests, and the answers that are stalled by one."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault
        """The fault of requests that name none."""
        self.stalls = Stalls()
        self.connections: Iterable[Any] | None = None
        """The server's open connections, each a ``Connection``; None when they are unknown."""
        self._hit: OrderedDict[bytes, int] = OrderedDict()

    def of(self, scope: Scope) -> Fault | None:
        """Return the fault of a request, or None when it has none.

        Raises:
            ApiError: The request names a fault that does not exist.
        """
        fault = self._named(scope) or self.fault
        if fault is None or fault.times is None:
            return fault
        exchange = scope["exchange"]
        head = msgspec.json.encode((fault, scope["path"]))
        request = blake2b(head + (exchange.content or b""), digest_size=16).digest()
        hit = self._hit.pop(request, 0)
        self._hit[request] = hit + 1
        if len(self._hit) > REMEMBERED:
            self._hit.popitem(last=False)
        return fault if hit < fault.times else None

    def connection(self, scope: Scope) -> Connection | None:
        """Return the connection of a request; None when it is gone.

        Raises:
            ConnectionAbortedError: The connections are unknown. An ASGI server then closes the
                connection, which is close to the fault.
        """
        if self.connections is None:
            raise ConnectionAbortedError("a fault")
        found = (each for each in list(self.connections) if each.client == tuple(scope["client"]))
        return next(found, None)

    def _named(self, scope: Scope) -> Fault | None:
        text = Headers(scope=scope).get(HEADER)
        if text is None:
            model = _model(scope["exchange"].content)
            if model.startswith(MODEL):
                text = model.removeprefix(MODEL)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError as error:
            raise ApiError(f"Invalid fault {text!r}: {error}") from None


class FaultsMiddleware:
    """A middleware that applies the fault of each request to its answer."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            send = _Answer(self._faults, scope, receive, send).take
        await self._app(scope, receive, send)


class _Answer:
    """An answer on its way to the client, with the fault of its request."""

    def __init__(self, faults: Faults, scope: Scope, receive: Receive, send: Send) -> None:
        self._faults = faults
        self._scope = scope
        self._receive = receive
        self._send = send
        self._fault: Fault | None = None
        self._frames = Frames(dialect_of(scope), streamed=True)
        self._over = False

    async def take(self, message: Message) -> None:
        """Take a message of the application, and send it with the fault applied."""
        if self._over:
            return
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._fault is None:
            await self._send(message)
        else:
            await self._go_on(self._fault, message)

    async def _begin(self, start: Message) -> None:
        if start["status"] >= 400:
            await self._send(start)
            return
        try:
            fault = self._faults.of(self._scope)
        except ApiError as error:
            await self._refuse(error)
            return
        if fault is not None:
            await self._do(fault.opening())
            if self._over:
                return
            headers = MutableHeaders(scope=start)
            streamed = headers.get("content-type", "").startswith("text/event-stream")
            del headers["content-length"]  # the length of the answer without the fault
            self._frames = Frames(dialect_of(self._scope), streamed=streamed)
            self._fault = fault if streamed else fault.halved()
        await self._send(start)

    async def _go_on(self, fault: Fault, message: Message) -> None:
        last = not message.get("more_body")
        for frame in self._frames.feed(message.get("body", b"")):
            await self._do(fault.steps(frame))
        if last:
            for frame in self._frames.close():
                await self._do(fault.steps(frame))
            if self._frames.last is not None:
                await self._do(fault.rest(self._frames.last))
            await self._do([Do.END])

    async def _do(self, steps: Iterable[Step | Opening]) -> None:
        for step in steps:
            if self._over:
                return
            match step:
                case bytes():
                    await self._send(_body(step, more=True))
                case Pause(seconds):
                    await self._unless_left(anyio.sleep, seconds)
                case Do.STALL:
                    await self._unless_left(self._faults.stalls.wait)
                case Do.END:
                    self._over = True
                    await self._send(_body(b"", more=False))
                case Refusal(status, headers):
                    await self._refuse(
                        ApiError("A fault refuses this request.", status=status), headers
                    )
                case Raw(data):
                    if connection := self._faults.connection(self._scope):
                        connection.transport.write(data)
                case _:
                    await self._leave(step)

    async def _refuse(self, error: ApiError, headers: Any = None) -> None:
        self._over = True
        response = error.response(self._scope, dict(headers or {}))
        await response(self._scope, self._receive, self._send)

    async def _leave(self, how: Do) -> None:
        self._over = True
        await leave(self._faults, self._scope, self._receive, how)

    async def _unless_left(self, wait: Callable[..., Awaitable[Any]], *args: Any) -> None:
        async with anyio.create_task_group() as group:

            async def watch() -> None:
                await _left(self._receive)
                self._over = True
                group.cancel_scope.cancel()

            group.start_soon(watch)
            await wait(*args)
            group.cancel_scope.cancel()


async def leave(faults: Faults, scope: Scope, receive: Receive, how: Do) -> None:
    """Close or reset the connection of a request, and wait until it is gone."""
    connection = faults.connection(scope)
    if connection is None:
        return
    transport = connection.transport
    if how is Do.RESET:
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        transport.abort()
    else:
        transport.close()
    # The application must not return before that: an ASGI server would report a mistake.
    await _left(receive)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Asked(Struct):
    model: str = ""


def _model(content: bytes | None) -> str:
    """Return the model that a request names, or an empty text."""
    if content is None:
        return ""
    with suppress(msgspec.ValidationError):
        return _asked.decode(content).model
    return ""


_asked = decoder(_Asked)


def _body(data: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
