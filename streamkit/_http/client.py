"""The HTTP client below ours, given or our own, and the exchanges that use it."""

# Strategy: sockets belong to a process, and those of an async client to a loop as well. So there is
# a pool for each process and loop. The pool of another process is never touched, nor is its lock: a
# thread that does not exist after the fork may have held it. The pool of a loop ends with the loop.

from __future__ import annotations

import threading
import weakref
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from streamkit._http.closing import close_let_go
from streamkit._http.connection import Connection
from streamkit._http.environment import made, proxies
from streamkit._http.given import GivenConnection, answered
from streamkit._http.process import Process, this_process
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx

    from streamkit._rx.cancel_scope import Cuttable

__all__ = [
    "AnyClient",
    "AnyHTTPClient",
    "Connections",
    "HTTPClient",
    "Place",
    "Pool",
    "SyncConnections",
    "options",
]

MAX_CONNECTIONS = 1000
MAX_IDLE_CONNECTIONS = 100


class AnyHTTPClient(Protocol):
    """The methods that a blocking and an async HTTP client have in common."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """Make a request, of the class of the HTTP library."""
        ...

    @property
    def send(self) -> Callable[..., Any]:
        """Send a request."""
        ...


class HTTPClient(AnyHTTPClient, Protocol):
    """A client with the interface of ``httpx.Client``."""

    def close(self) -> None:
        """Close the connections of the client."""
        ...


AnyClient = TypeVar("AnyClient", bound=AnyHTTPClient)


class Pool(Generic[AnyClient]):
    """An HTTP client, and the exchanges that use it in one process and on one loop."""

    def __init__(self, client: AnyClient) -> None:
        self.client = client
        self.let_go: deque[Callable[[], Any]] = deque()
        """The functions that close the bodies which were collected before they were closed."""
        self.under_way: weakref.WeakSet[Cuttable] = weakref.WeakSet()
        self.waits: weakref.WeakSet[Cuttable] = weakref.WeakSet()
        """The exchanges that wait for their next attempt."""


class Connections(Generic[AnyClient]):
    """The HTTP client: one that was given, or our own, made at its first use.

    Once a given client has connections, it can be used only there: in one process, on one loop.
    """

    def __init__(self, given: AnyClient | None, make: Callable[[], AnyClient]) -> None:
        self._given = given
        self._given_in: object = None
        self._make = make
        self._is_closed = False
        self._places: dict[Process, Place[AnyClient]] = {}
        self._preparations: tuple[Callable[[AnyClient], object], ...] = ()

    @property
    def given(self) -> AnyClient | None:
        """The HTTP client that was given by the caller, if any."""
        return self._given

    @property
    def is_given(self) -> bool:
        """Whether the HTTP client was given by the caller, who may also use it elsewhere."""
        return self._given is not None

    def pool(self) -> Pool[AnyClient]:
        """Return the pool of this process and loop; raise ``StreamkitError`` after `retire`."""
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

    @contextmanager
    def prepared(self, prepare: Callable[[AnyClient], object]) -> Generator[None]:
        """Have ``prepare`` take each HTTP client, also those that are made in the block."""
        place = self._place
        with place.lock:
            clients = [pool.client for pool in place.pools.values()]
            self._preparations = (*self._preparations, prepare)
        try:
            for client in clients if self._given is None else [self._given]:
                prepare(client)
            yield
        finally:
            with place.lock:
                self._preparations = tuple(one for one in self._preparations if one is not prepare)

    def waits(self, wait: Cuttable) -> None:
        """Have `retire` cut a wait between two attempts."""
        self._add(self.pool().waits, wait)

    def answered(self, response: httpx.Response) -> None:
        """Note that a given client has connections here, if its ``response`` names a version."""
        if self._given is not None and "http_version" in response.extensions:
            self._given_in = self._id(self._key())

    def retire(self) -> list[Pool[AnyClient]]:
        """Send no more, and return the pools, which the caller closes unless the client was given.

        Closing a socket wakes no thread that waits for it, so the open exchanges are cut first.
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
        return Pool(self._made() if self._given is None else self._given)

    def _made(self) -> AnyClient:
        client = self._make()
        for prepare in self._preparations:
            prepare(client)
        return client

    def _add(self, those: weakref.WeakSet[Cuttable], one: Cuttable) -> None:
        with self._place.lock:
            those.add(one)
            is_late = self._is_closed
        if is_late:
            one.cut()


class SyncConnections(Connections[HTTPClient]):
    """The HTTP client of threads, with a pool for each process."""

    def __init__(self, given: HTTPClient | None) -> None:
        super().__init__(given, _new_client)

    def new(self, pool: Pool[HTTPClient]) -> Connection:
        """Return the connection for an exchange that is about to begin."""
        connection = GivenConnection(pool) if self.is_given else Connection(pool)
        self._add(pool.under_way, connection)
        return connection

    def answered(self, response: httpx.Response) -> None:
        """Note the response, and its socket: a thread that reads the body is woken by that."""
        answered(response)
        super().answered(response)

    def close(self) -> None:
        """Close the connections and end all exchanges, unless the HTTP client was given."""
        for pool in self.retire():
            close_let_go(pool)
            if not self.is_given:
                pool.client.close()


class Place(Generic[AnyClient]):
    """The pools of one process, and their lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pools: dict[Any, Pool[AnyClient]] = {}


def _new_client() -> HTTPClient:
    """Return an HTTP client of our own, with room for very many streams at once."""
    from streamkit._http._sync.own_transport import OwnTransport
    from streamkit._http.lean_client import LeanClient

    process = this_process()

    class Client(LeanClient):
        """An HTTP client that closes itself when it is collected, because few callers close it."""

        def __del__(self) -> None:
            if this_process() is process:
                with suppress(Exception):
                    self.close()

        def __copy__(self) -> LeanClient:
            """Return a client with the same connections, which only the original closes."""
            other = object.__new__(LeanClient)
            vars(other).update(vars(self))
            return other

    return made(lambda: Client(**options(OwnTransport)))


def options(
    transport: Callable[..., object], *, max_connections: int | None = None
) -> dict[str, Any]:
    """Return the options of our own httpx client; like httpx, it reads the environment."""
    import httpx

    from streamkit._http.cookie_jar import new_jar

    tls = httpx.create_ssl_context()

    def by(proxy: str | None) -> object:
        return transport(
            tls,
            None if proxy is None else httpx.Proxy(proxy),
            max_connections=max_connections or MAX_CONNECTIONS,
            max_idle_connections=MAX_IDLE_CONNECTIONS,
        )

    mounts = {urls: proxy and by(proxy) for urls, proxy in proxies().items()}
    return {
        "transport": by(None),
        "mounts": mounts,
        "follow_redirects": True,
        "cookies": new_jar(),
    }
