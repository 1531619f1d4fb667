"""An ASGI application that is served in a thread of this process."""

from __future__ import annotations

import os
import socket
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from typing import Self

    from starlette.types import ASGIApp

__all__ = ["Serving"]

BACKLOG = 2048
"""The number of connections that may wait to be accepted; the system may allow fewer."""
STOPPING = 5
"""Seconds after which a request that does not notice the stop is cancelled."""


class Serving:
    """A server that can be started and stopped, again and again.

    Args:
        app: The application.
        host: The address to listen at.
        port: The port to listen at; 0 lets the system choose one at each start.
        name: The name of the thread.
        has_lifespan: Whether the application is to be told of the start and the stop.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        name: str = "streamkit-server",
        *,
        has_lifespan: bool = False,
    ) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._name = name
        self._has_lifespan = has_lifespan
        self.connections: set[Any] = set()
        """The open connections, each one of uvicorn's protocols."""
        self._running: tuple[_Server, Thread, socket.socket] | None = None
        self._has_ended = Event()

    @property
    def url(self) -> str:
        """The address of the server, such as ``http://127.0.0.1:8000``.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._running is None:
            raise RuntimeError("the server is not running: enter it, or call start()")
        port: int = self._running[2].getsockname()[1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{port}"

    def start(self) -> None:
        """Start the server; connections are accepted when this returns.

        Raises:
            OSError: The server cannot listen at the address.
            RuntimeError: The server is running already.
        """
        if self._running is not None:
            raise RuntimeError("the server is running already")
        # The socket listens before the thread starts, so that early connections wait in its queue.
        listener = listener_at(self._host, self._port)
        config = uvicorn.Config(
            self._app,
            lifespan="on" if self._has_lifespan else "off",
            timeout_graceful_shutdown=STOPPING,
            loop="asyncio",
            ws="none",
            proxy_headers=False,
            access_log=False,
            log_config=None,
        )
        server = _Server(config)
        server.server_state.connections = self.connections
        self._has_ended.clear()

        def serve() -> None:
            try:
                server.run([listener])
            finally:
                self._has_ended.set()

        thread = Thread(target=serve, name=self._name, daemon=True)
        self._running = (server, thread, listener)
        thread.start()

    def stop(self) -> None:
        """Stop the server, if it is running, and wait until everything is closed."""
        if self._running is None:
            return
        server, thread, listener = self._running
        server.should_exit = True
        thread.join()
        listener.close()
        self._running = None

    def wait(self) -> None:
        """Block until the server stops."""
        # Not by a join: on Python 3.11 one that Ctrl-C interrupts takes the thread for ended, and
        # `stop` would close the socket while the thread uses it.
        if self._running is not None:
            self._has_ended.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Otherwise the server would not stop before the slowest answer has ended.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


def listener_at(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; raise an ``OSError`` that names it otherwise."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is given because asyncio sets TCP_NODELAY only then, which sends chunks at once.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On other systems the option lets two servers share a port.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, error.strerror or str(error), f"{host}:{port}") from None
    return listener
