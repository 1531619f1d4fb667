"""The sockets of our own blocking client: any thread can shut one down at any time.

This module is a network backend of httpcore; httpcore's connections need nothing else.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import httpcore

from streamkit._http.as_httpcore import raised_as
from streamkit._http.connection import Connection, connection_here
from streamkit._http.heads import Heads
from streamkit._http.lookup import Lookup
from streamkit._http.outgoing import Outgoing
from streamkit._http.sockets import is_ready, shut_down
from streamkit._http.tls_in_tls import TLSInTLS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

__all__ = ["Backend", "Stream"]

READ_AT_ONCE = 1 << 16
"""The maximum number of bytes of a read, as in httpcore."""


class Backend(httpcore.NetworkBackend):
    """Opens connections for the exchange of the thread that asks for them."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Stream:
        """Open a connection to the first address of ``host`` that accepts it.

        ``timeout`` bounds the lookup of the name, and then each attempt, as with ``socket``.
        """
        connection = connection_here.get() or Connection()
        with raised_as(httpcore.ConnectTimeout, httpcore.ConnectError):
            failure: OSError | None = None
            for family, address in _addresses(host, port, timeout, connection):
                try:
                    stream = Stream(_new_socket(family, local_address, socket_options or ()))
                    connection.hold(stream)
                    stream.connect(address, timeout, connection)
                except OSError as error:
                    failure = error
                else:
                    return stream
            try:
                raise failure or OSError("the name has no address")
            finally:
                failure = None  # else the error and this frame would hold each other


class Stream(httpcore.NetworkStream):
    """A socket, and the encryption around it, if any.

    httpcore reads the head of a response, and its own body as well, or another reader receives that
    instead (``bodies.py``).
    """

    def __init__(self, sock: socket.socket) -> None:
        self._carrier = sock
        """The socket that is shut down and closed."""
        self._socket: socket.socket | TLSInTLS = sock
        """The socket, or the encryption around it, that is read and written."""
        # The lock is held wherever the socket's number could change hands: once the socket is
        # closed, another one may get the number at once. A thread that holds the lock may collect
        # garbage, and thereby call `shut_down`.
        self._lock = threading.RLock()
        # A thread that is about to wait would then wait for that other socket, maybe for ever. So
        # the socket of a stream in use is only shut down, and its user closes it. Each side sets
        # its own mark first and reads the other's last: so one of the two sees the other.
        self._is_in_use = False
        self._is_closed = False
        self._heads = Heads()
        self._outgoing = Outgoing()

    def connect(self, address: Any, timeout: float | None, connection: Connection) -> None:
        """Connect to ``address``; raise ``OSError``, or ``StreamClosedError`` after a cut."""
        with self._closed_on_error():
            # A socket that is shut down before it begins to connect would connect nevertheless. So
            # the connecting begins without waiting, and under the lock.
            with self._lock:
                connection.raise_if_cut()
                self._carrier.settimeout(0)
                with suppress(BlockingIOError):
                    self._carrier.connect(address)
            if not is_ready(self._carrier, timeout, to_write=True):
                raise TimeoutError("timed out")
            connection.raise_if_cut()
            if number := self._carrier.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(number, os.strerror(number))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes and return them; ``b""`` once the connection has ended."""
        if rest := self._outgoing.rest():
            self._send(rest, timeout)
        return self._heads.feed(self.receive(timeout), max_bytes)

    def receive(self, timeout: float | None) -> bytes:
        """Wait for bytes of a body and return them; ``b""`` once the connection has ended."""
        if self._heads.held:
            return self._heads.take()
        sock = self._socket
        self._is_in_use = True
        try:
            if self._is_closed:
                raise httpcore.ReadError("the socket was closed")
            sock.settimeout(timeout)
            return sock.recv(READ_AT_ONCE)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from error
        except OSError as error:
            raise httpcore.ReadError(error) from error
        finally:
            self._leave()

    def give_back(self, data: bytes) -> None:
        """Have the next read return ``data``."""
        self._heads.held = data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``; the exchange holds this stream from now until its release."""
        connection = connection_here.get()
        if connection is not None:
            connection.hold(self)
            connection.raise_if_cut()
        for piece in self._outgoing.feed(buffer, begins=self._heads.begin()):
            self._send(piece, timeout)

    def _send(self, data: bytes, timeout: float | None) -> None:
        sock, rest = self._socket, memoryview(data)
        self._is_in_use = True
        try:
            if self._is_closed:
                raise httpcore.WriteError("the socket was closed")
            with raised_as(httpcore.WriteTimeout, httpcore.WriteError):
                sock.settimeout(timeout)
                while rest:
                    rest = rest[sock.send(rest) :]
        finally:
            self._leave()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Stream:
        """Encrypt the bytes read and written from now on, also inside another encryption."""
        with raised_as(httpcore.ConnectTimeout, httpcore.ConnectError), self._closed_on_error():
            if timeout is not None and timeout <= 0:
                raise TimeoutError("timed out")  # a timeout of 0 would wait for ever
            # The carrier is replaced by an encrypted one before the wait for the server, so any
            # thread finds a carrier here that can be shut down.
            with self._lock:
                self._socket = self._encrypted(ssl_context, server_hostname)
            self._socket.settimeout(timeout)
            self._socket.do_handshake()
        return self

    def shut_down(self) -> None:
        """Wake the thread that waits for the stream; from any thread."""
        with self._lock:
            shut_down(self._carrier)

    def close(self) -> None:
        """Close the socket, at once or after the read or write that another thread is in."""
        self._is_closed = True
        if self._is_in_use:
            self.shut_down()
        else:
            self._close()

    def get_extra_info(self, info: str) -> Any:
        """Return the property ``info`` of the stream; httpcore documents the names."""
        if info == "is_readable":
            return bool(self._heads.held) or is_ready(self._carrier, 0)
        if info == "socket":
            return self._carrier
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket | TLSInTLS) else None
        if info == "client_addr":
            return self._carrier.getsockname()
        if info == "server_addr":
            return self._carrier.getpeername()
        return None

    def _leave(self) -> None:
        self._is_in_use = False
        if self._is_closed:
            self._close()

    def _close(self) -> None:
        with self._lock:
            self._carrier.close()

    @contextmanager
    def _closed_on_error(self) -> Generator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _encrypted(self, context: ssl.SSLContext, hostname: str | None) -> ssl.SSLSocket | TLSInTLS:
        if isinstance(self._carrier, ssl.SSLSocket):
            return TLSInTLS(self._carrier, context, hostname)
        self._carrier = sock = context.wrap_socket(
            self._carrier, server_hostname=hostname, do_handshake_on_connect=False
        )
        return sock


def _new_socket(
    family: int, local_address: str | None, options: Iterable[httpcore.SOCKET_OPTION]
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in options:
            sock.setsockopt(*cast("tuple[int, int, int]", option))
        if local_address is not None:
            sock.bind((local_address, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def _addresses(
    host: str, port: int, timeout: float | None, connection: Connection
) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:  # the host is a name
        lookup = Lookup(host, port)
        connection.hold(lookup)
        found = lookup.wait(timeout)
        connection.raise_if_cut()
    return [(family, address) for family, _, _, _, address in found]
