"""The HTTP client underneath: one that was given, or our own, and what goes by it."""

# Strategy: sockets belong to a process, and those of an async client to a loop as well. So there is
# a pool for each of these. That of another process is never touched, nor is a lock of it, which a
# thread may have held that is not there any more. That of a loop ends with the loop.

from __future__ import annotations

import threading
import weakref
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from streamkit._http.connection import Connection
from streamkit._http.environment import made, proxies
from streamkit._http.given import GivenConnection
from streamkit._http.process import Process, this_process
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._rx.cancel_scope import Cuttable

__all__ = [
    "AnyClient",
    "AnyHTTPClient",
    "Connections",
    "HTTPClient",
    "Place",
    "Pool",
    "new_client",
    "options",
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
        """Close the connections of the client."""
        ...


AnyClient = TypeVar("AnyClient", bound=AnyHTTPClient)


class Pool(Generic[AnyClient]):
    """An HTTP client, and all that goes by it in one process, and on one loop."""

    def __init__(self, client: AnyClient) -> None:
        self.client = client
        self.let_go: deque[Callable[[], Any]] = deque()
        """Closes what was let go without having been closed."""
        self.under_way: weakref.WeakSet[Cuttable] = weakref.WeakSet()
        self.waits: weakref.WeakSet[Cuttable] = weakref.WeakSet()
        """What waits for its next attempt."""


class Connections(Generic[AnyClient]):
    """The HTTP client: one that was given, or our own, made where it is first needed.

    One that was given can be used in one place only, once it has connections there: in one process,
    and on one loop.
    """

    def __init__(self, given: AnyClient | None, make: Callable[[], AnyClient]) -> None:
        self._given = given
        self._given_in: object = None
        self._make = make
        self._is_closed = False
        self._places: dict[Process, Place[AnyClient]] = {}

    @property
    def is_given(self) -> bool:
        """Whether the HTTP client is somebody else's, who may have other uses for it."""
        return self._given is not None

    def pool(self) -> Pool[AnyClient]:
        """The pool to use here, until it is retired."""
        place, key = self._place, self._key()
        pool = place.pools.get(key)
        if pool is None:
            with place.lock:
                if self._is_closed:
                    raise StreamkitError("The client has been closed")
                pool = place.pools.get(key)
                if pool is None:
                    pool = place.pools[key] = self._new(key)
        if self._given_in is not None and self._given_in != self._id(key):
            raise StreamkitError(self._given_elsewhere)
        return pool

    def new(self, pool: Pool[AnyClient]) -> Connection:
        """Return the connection for an exchange that is about to begin."""
        connection = GivenConnection(pool) if self.is_given else Connection(pool)
        self._add(pool.under_way, connection)
        return connection

    def waits(self, wait: Cuttable) -> None:
        """Have a wait between two attempts cut when this is retired."""
        self._add(self.pool().waits, wait)

    def answered(self, response: httpx.Response) -> None:
        """Note that a given client has connections here; one without sockets names no version."""
        if self._given is not None and "http_version" in response.extensions:
            self._given_in = self._id(self._key())

    def retire(self) -> list[Pool[AnyClient]]:
        """The pools to be closed now, unless their client was given; nothing is sent any more.

        To close a socket wakes nobody who waits for it, so what is under way is cut first.
        """
        place = self._place
        with place.lock:
            self._is_closed = True
            pools = [*place.pools.values()]
            place.pools.clear()
            ended = [one for pool in pools for one in pool.waits]
            if not self.is_given:
                ended += [one for pool in pools for one in pool.under_way]
        for one in ended:
            one.cut()
        return pools

    _given_elsewhere = (
        "http_client has connections of the process that this one was forked from, which two cannot"
        " share: make it, and the client that uses it, after the fork; or leave http_client out"
    )

    @property
    def _place(self) -> Place[AnyClient]:
        process = this_process()
        return self._places.get(process) or self._places.setdefault(process, Place())

    def _key(self) -> Any:
        return None

    def _id(self, _key: Any) -> object:
        return this_process()

    def _new(self, _key: Any) -> Pool[AnyClient]:
        return Pool(self._make() if self._given is None else self._given)

    def _add(self, those: weakref.WeakSet[Cuttable], one: Cuttable) -> None:
        with self._place.lock:
            those.add(one)
            is_late = self._is_closed
        if is_late:
            one.cut()


class Place(Generic[AnyClient]):
    """What there is in one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pools: dict[Any, Pool[AnyClient]] = {}


def new_client() -> HTTPClient:
    """Return an HTTP client of our own, with room for very many streams at once."""
    import httpx

    from streamkit._http.own_transport import OwnTransport

    process = this_process()

    class Client(httpx.Client):
        """A client that hardly anybody closes, so it closes itself when it is let go."""

        def __del__(self) -> None:
            if this_process() is process:
                with suppress(Exception):
                    self.close()

        def __copy__(self) -> httpx.Client:
            """The same connections, which stay this one's to close."""
            other = object.__new__(httpx.Client)
            vars(other).update(vars(self))
            return other

    return made(lambda: Client(**options(OwnTransport)))


def options(transport: Callable[..., object]) -> dict[str, Any]:
    """What makes of httpx's client ours: it goes by the environment as that does by default."""
    import httpx

    tls = httpx.create_ssl_context()

    def by(proxy: str | None) -> object:
        return transport(
            tls,
            None if proxy is None else httpx.Proxy(proxy),
            max_connections=MAX_CONNECTIONS,
            max_idle_connections=MAX_IDLE_CONNECTIONS,
        )

    mounts = {urls: proxy and by(proxy) for urls, proxy in proxies().items()}
    return {"transport": by(None), "mounts": mounts, "follow_redirects": True}
