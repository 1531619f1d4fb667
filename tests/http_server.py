"""A loopback server that answers each request with a script, byte for byte."""

from __future__ import annotations

import contextlib
import enum
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE = 10.0
"""The seconds after which a script stops waiting; only a failing test gets there."""


class Do(enum.Enum):
    """A step of a script that sends no bytes."""

    HOLD = "say no more until the client hangs up"
    HANG_UP = "close the connection"
    RESET = "close the connection the rude way"


Step: TypeAlias = bytes | threading.Event | Do
Script: TypeAlias = "Sequence[Step]"


@dataclass(frozen=True)
class Received:
    """A received request; the names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class ScriptedServer:
    """A server that answers the n-th request with the n-th script; the last script repeats.

    A script pauses at an Event until it is set. A connection stays open after a script unless a
    step closes it. With ``tls`` the connection is encrypted.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.connected = threading.Event()
        """Set when a client has connected."""
        self.asked = threading.Event()
        """Set when a request has come."""
        self.hung_up = threading.Event()
        """Set when a client has closed its connection."""
        self._scripts = scripts
        self._tls = tls
        self._stopping = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        # Hundreds of clients may connect at once: the system resets those beyond the backlog.
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def host(self) -> str:
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://{self.host}/v1"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        socket.create_connection(self._listener.getsockname()).close()
        self._threads[0].join()
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._stopping:
                connection.close()
                return
            with self._lock:
                self.connections += 1
                self.connected.set()
                self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            try:
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                    stack.enter_context(connection)
                while request := _read_request(connection):
                    with self._lock:
                        script = self._scripts[min(len(self.requests), len(self._scripts) - 1)]
                        self.requests.append(request)
                    self.asked.set()
                    if not _play(script, connection):
                        break
                else:
                    self.hung_up.set()
            except OSError:  # a client that hangs up with unread bytes resets the connection
                self.hung_up.set()
            with self._lock:
                self._open.discard(connection)


def response(
    status: int = 200, body: bytes = b"{}", headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    """Return a whole response with its length."""
    return head(status, [("Content-Length", str(len(body))), *headers]) + body


def head(status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return the status line and headers."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode()


STREAM_HEAD = head(
    headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]
)
LAST_CHUNK = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Return one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def _play(script: Script, connection: socket.socket) -> bool:
    for step in script:
        match step:
            case bytes():
                connection.sendall(step)
            case threading.Event():
                step.wait(PATIENCE)
            case Do.HOLD:
                _wait(connection)
            case Do.RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            case Do.HANG_UP:
                return False
    return True


def _wait(connection: socket.socket) -> None:
    if isinstance(connection, ssl.SSLSocket):
        connection.recv(1)  # an SSL socket cannot peek
    else:
        connection.recv(1, socket.MSG_PEEK)


def _read_request(connection: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(1 << 16)):
            return None
        data += more
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode().split("\r\n")
    method, target, _version = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        body = _read_chunks(connection, body)
    while len(body) < int(headers.get("content-length", 0)):
        body += _more(connection)
    return Received(method, target, headers, body)


def _read_chunks(connection: socket.socket, data: bytes) -> bytes:
    body = b""
    while True:
        while b"\r\n" not in data:
            data += _more(connection)
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        while len(data) < length + 2:
            data += _more(connection)
        if not length:
            return body
        body += data[:length]
        data = data[length + 2 :]


def _more(connection: socket.socket) -> bytes:
    if not (data := connection.recv(1 << 16)):
        raise ConnectionAbortedError
    return data
