"""The HTTP client underneath: one that was given, or our own, and what goes by it."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from streamkit.connection import Connection
from streamkit.environment import made
from streamkit.errors import OpenAIError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = [
    "AnyClient",
    "AsyncHTTPClient",
    "Connections",
    "HTTPClient",
    "new_async_client",
    "new_client",
]

MAX_CONNECTIONS = 1000
MAX_IDLE_CONNECTIONS = 100


class AnyHTTPClient(Protocol):
    """What both have in common."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """Make a request of the library's own."""
        ...

    @property
    def send(self) -> Callable[..., Any]:
        """Send one."""
        ...


class HTTPClient(AnyHTTPClient, Protocol):
    """A client with the interface of ``httpx.Client``."""

    def close(self) -> None:
        """Close its connections."""
        ...


class AsyncHTTPClient(AnyHTTPClient, Protocol):
    """A client with the interface of ``httpx.AsyncClient``."""

    async def aclose(self) -> None:
        """Close its connections."""
        ...


AnyClient = TypeVar("AnyClient", bound=AnyHTTPClient)


class Connections(Generic[AnyClient]):
    """The HTTP client: one that was given, or our own, made when it is first needed."""

    def __init__(self, given: AnyClient | None, make: Callable[[], AnyClient]) -> None:
        self.let_go: deque[Callable[[], Any]] = deque()
        """Closes what was let go without having been closed."""
        self._client = given
        self._given = given is not None
        self._make = make
        self._closed = False
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[Connection] = weakref.WeakSet()

    def client(self) -> AnyClient:
        """The client, until it is retired."""
        with self._lock:
            if self._closed:
                raise OpenAIError("The client has been closed")
            if self._client is None:
                self._client = self._make()
            return self._client

    def new(self) -> Connection:
        """The connection of an exchange that is about to begin."""
        connection = Connection(self)
        with self._lock:
            self._connections.add(connection)
        return connection

    def retire(self) -> AnyClient | None:
        """The client to be closed now: ours. One that was given may have other users.

        To close a socket wakes nobody who waits for it, so what is under way is cut first.
        """
        with self._lock:
            self._closed = True
            if self._given:
                return None
            connections = [*self._connections]
        for connection in connections:
            connection.cut()
        return self._client


def new_client() -> HTTPClient:
    """One of our own, with room for very many streams at once."""
    import httpx

    class Client(httpx.Client):
        """A client that hardly anybody closes, so it closes itself when it is let go."""

        def __del__(self) -> None:
            with suppress(Exception):
                self.close()

        def __copy__(self) -> httpx.Client:
            """The same connections, which stay this one's to close."""
            other = object.__new__(httpx.Client)
            vars(other).update(vars(self))
            return other

    return made(lambda: Client(limits=_limits(), follow_redirects=True))


def new_async_client() -> AsyncHTTPClient:
    """One of our own, with room for very many streams at once."""
    import httpx

    return made(lambda: httpx.AsyncClient(limits=_limits(), follow_redirects=True))


def _limits() -> httpx.Limits:
    import httpx

    return httpx.Limits(
        max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_IDLE_CONNECTIONS
    )
