"""The connection under an exchange, known early enough to be cut at any time."""

# Strategy: a thread that waits for a server is woken by shutting its socket down, and by nothing
# else. httpx tells of the socket with the response, which may be too late by hours. What it tells
# earlier, to its extension "trace", are new connections, and when a request is about to be written:
# which of the known ones it is written to then shows when it is.

from __future__ import annotations

import socket
import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, cast

from streamkit._http.process import this_process
from streamkit._rx.loop import Signal
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    import httpx

__all__ = ["Connection"]


class Pool(Protocol):
    """Where the connections of a client come from."""

    @property
    def let_go(self) -> deque[Callable[[], Any]]:
        """Closes what was let go without having been closed."""
        ...


class Connection:
    """The socket under one exchange by HTTP/1, for as long as the exchange holds it.

    Afterwards the socket may already carry another thread's request. In a fork of the process it is
    the parent's, and left alone.
    """

    def __init__(self, pool: Pool | None = None) -> None:
        self.is_cut = False
        self.is_new = False
        """Whether a socket was just opened, and nothing sent yet; on an event loop."""
        self.called_off: Signal | None = None
        """Given when it is cut; on an event loop, where no socket is known before the answer."""
        self._opened: Any = None
        self._in_handshake: Any = None
        self._process = this_process()
        self._pool = pool  # which must not be collected before the exchange is over
        self._socket: Any = None
        self._copy: socket.socket | None = None
        self._lock = threading.Lock()

    @staticmethod
    def of(response: httpx.Response) -> Connection:
        """The connection that the request of ``response`` went by."""
        connection: Connection = response.request.extensions.get(_KEY) or Connection()
        stream = response.extensions.get("network_stream")
        if stream is not None and response.http_version.startswith("HTTP/1"):
            connection.hold(stream)
        return connection

    def follow(self, request: httpx.Request) -> None:
        """Take the request that is about to be sent by a client that blocks."""
        request.extensions[_KEY] = self
        request.extensions["trace"] = self._follow

    def follow_on_loop(self, request: httpx.Request) -> None:
        """Take the request that is about to be sent on an event loop."""
        request.extensions[_KEY] = self
        request.extensions["trace"] = self._note
        self.called_off = Signal()

    async def aclose_handshake(self) -> None:
        """Close what was cancelled in the midst of a handshake, which httpcore leaves open."""
        if self._in_handshake is not None:
            await self._in_handshake.aclose()

    def let_go(self, close: Callable[[], Any]) -> None:
        """Cut it, and have ``close`` called when that is possible.

        This may happen anywhere: where no lock may be taken, and where nothing can be awaited.
        """
        self.cut()
        if self._pool is not None:
            self._pool.let_go.append(close)
        self.leave()

    def leave(self) -> None:
        """Take it that the exchange is over."""
        self._pool = None

    @property
    def is_of_this_process(self) -> bool:
        """Whether this process has begun the exchange, and not the one that it was forked from."""
        return self._process is this_process()

    @property
    def is_held(self) -> bool:
        """Whether there is a socket that can be cut."""
        return self._socket is not None

    def hold(self, stream: Any) -> None:
        """Take the network stream that carries the exchange."""
        self._hold(stream.get_extra_info("socket"))

    def cut(self) -> None:
        """Shut the socket down, now or as soon as there is one; from any thread.

        Nothing happens to one that the exchange no longer holds.
        """
        self.is_cut = True
        if not self.is_of_this_process:
            return
        if self.called_off is not None:
            self.called_off.give()
        with self._lock:
            self._shut_down()

    def closed_error(self) -> StreamClosedError:
        """What it means that the exchange ended, once the connection was cut."""
        return StreamClosedError("The stream was closed before the answer ended")

    def _hold(self, sock: Any) -> None:
        with self._lock:
            self._close_the_copy()
            self._socket = sock
            if self.is_cut:
                self._shut_down()

    def _hold_a_copy(self) -> None:
        # The socket itself is taken apart to be encrypted, and can be shut down by no other thread
        # until that is done.
        if isinstance(self._socket, socket.socket):
            copy = self._socket.dup()
            self._hold(copy)
            self._copy = copy

    def _close_the_copy(self) -> None:
        if self._copy is not None:
            self._copy.close()
            self._copy = self._socket = None

    def _shut_down(self) -> None:
        if self._socket is None:
            return
        with suppress(OSError):
            if isinstance(self._socket, socket.socket):
                # Not the method of an SSLSocket: it takes the encryption away from the reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            else:  # an event loop's, which does not give the socket itself
                own = socket.fromfd(self._socket.fileno(), socket.AF_INET, socket.SOCK_STREAM)
                with own:
                    own.shutdown(socket.SHUT_RDWR)

    def _follow(self, event: str, info: dict[str, Any]) -> None:
        protocol, _, step = event.partition(".")
        if step in _CONNECTED:
            _show_writes(info["return_value"])
            self.hold(info["return_value"])
        elif step == "start_tls.started":
            self._hold_a_copy()
        elif step == "start_tls.failed":
            with self._lock:
                self._close_the_copy()
        elif step in _BEFORE_ANYTHING and self.is_cut:
            raise self.closed_error()
        elif protocol == "http11" and step == "send_request_headers.started":
            _writing.connection = self
        elif step in {"send_request_headers.complete", "send_request_headers.failed"}:
            _writing.connection = None
        elif step == "response_closed.started" or protocol == "http2":
            with self._lock:  # by HTTP/2, others share the socket
                self._socket = None

    async def _note(self, event: str, info: dict[str, Any]) -> None:
        step = event.partition(".")[2]
        self.is_new = step in _CONNECTED
        if step in _CONNECTED:
            self._opened = info["return_value"]
        elif step in {"start_tls.started", "start_tls.failed"}:
            self._in_handshake = self._opened
            return
        elif step == "receive_response_headers.started":
            self._opened = None
        self._in_handshake = None


_KEY = "streamkit._http.connection"

_CONNECTED = {"connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete"}
_BEFORE_ANYTHING = {
    "connect_tcp.started",
    "connect_unix_socket.started",
    "send_request_headers.started",
}


class _Writing(threading.local):
    connection: Connection | None = None


_writing = _Writing()
"""Whose request each thread is writing."""


def _show_writes(stream: Any) -> None:
    """Let a request that is written to ``stream`` know that this is its connection."""
    write = cast("Any", type(stream)).write
    itself = weakref.ref(stream)

    def shown(*args: Any, **kwargs: Any) -> None:
        this = itself()
        if _writing.connection is not None:
            _writing.connection.hold(this)
        write(this, *args, **kwargs)

    stream.write = shown
