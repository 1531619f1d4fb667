"""Calls of an ASGI application, without a server, and a real server for one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Called", "serving"]


class Called:
    """A call of an application whose client can leave."""

    def __init__(self, app: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        self.has_sent = asyncio.Event()
        self._left = asyncio.Event()
        self._first = True
        self.task = asyncio.ensure_future(app({"type": "http"}, self._receive, self._send))

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    def leave(self) -> None:
        self._left.set()

    async def until(self, text: bytes) -> None:
        """Wait until the body has a text."""
        while text not in self.body:
            self.has_sent.clear()
            await asyncio.wait_for(self.has_sent.wait(), 10)

    async def _receive(self) -> dict[str, Any]:
        if self._first:
            self._first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        self.has_sent.set()


@contextlib.contextmanager
def serving(app: Any) -> Generator[str]:
    """Serve an application on loopback; yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=asyncio.run, args=(server.serve([listener]),))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
