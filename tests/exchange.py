"""Both transports behind one blocking interface, so that every claim is tested for both."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import httpx
import httpx2

from streamkit._http._async.transport import AsyncTransport
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.async_exchange import AsyncExchange
from streamkit._http.config import ClientConfig
from streamkit._http.exchange import SyncExchange

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._http.request import Request

KEY = "sk-do-not-show-me"

# Loading the certificates takes longer than most tests do.
_SSL = ssl.create_default_context()


class Api(Protocol):
    """A transport, and the seconds of its waits between attempts, which do not really pass."""

    naps: list[float]
    transport: Any

    def make_http_client(self) -> None: ...
    def send(self, request: Request) -> Any: ...
    def open(self, request: Request) -> Any: ...
    def next(self, body: Any) -> bytes: ...
    def rest(self, body: Any) -> bytes: ...
    def drain(self, body: Any, **limits: float) -> None: ...
    def close_body(self, body: Any) -> None: ...
    def close(self) -> None: ...


class SyncApi:
    def __init__(self, library: Any, url: str, **config: Any) -> None:
        self.naps: list[float] = []
        self._client = library and library.Client(verify=_SSL)
        self.transport = SyncTransport(_config(url, config), self._client, sleep=self.naps.append)

    def make_http_client(self) -> None:
        _ = self.transport.http_client

    def send(self, request: Request) -> Any:
        return SyncExchange(self.transport, request).send()

    def open(self, request: Request) -> Any:
        return SyncExchange(self.transport, request).open()

    def next(self, body: Any) -> bytes:
        chunk: bytes = next(body)
        return chunk

    def rest(self, body: Any) -> bytes:
        return b"".join(body)

    def drain(self, body: Any, **limits: float) -> None:
        body.drain(**limits)

    def close_body(self, body: Any) -> None:
        body.close()

    def close(self) -> None:
        self.transport.close()
        if self._client:
            self._client.close()


class AsyncApi:
    def __init__(self, library: Any, url: str, **config: Any) -> None:
        self.naps: list[float] = []
        self.runner = asyncio.Runner()
        self._client = library and library.AsyncClient(verify=_SSL)
        self.transport = AsyncTransport(_config(url, config), self._client, sleep=self._nap)

    async def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)

    def make_http_client(self) -> None:
        async def make() -> None:
            _ = self.transport.http_client

        self.runner.run(make())

    def send(self, request: Request) -> Any:
        async def send() -> Any:
            return await AsyncExchange(self.transport, request).send()

        return self.runner.run(send())

    def open(self, request: Request) -> Any:
        async def open_() -> Any:
            return await AsyncExchange(self.transport, request).open()

        return self.runner.run(open_())

    def next(self, body: Any) -> bytes:
        chunk: bytes = self.runner.run(body.__anext__())
        return chunk

    def rest(self, body: Any) -> bytes:
        async def join() -> bytes:
            return b"".join([chunk async for chunk in body])

        return self.runner.run(join())

    def drain(self, body: Any, **limits: float) -> None:
        self.runner.run(body.drain(**limits))

    def close_body(self, body: Any) -> None:
        self.runner.run(body.aclose())

    def close(self) -> None:
        self.runner.run(self.transport.aclose())
        if self._client:
            self.runner.run(self._client.aclose())
        self.runner.close()


ApiType: TypeAlias = "type[SyncApi | AsyncApi]"
Connect: TypeAlias = "Callable[..., Api]"

KINDS: dict[str, ApiType] = {"sync": SyncApi, "async": AsyncApi}
LIBRARIES: dict[str, Any] = {"httpx": httpx, "httpx2": httpx2, "own": None}
"""The HTTP library of each transport; with None the transport makes its own client."""


def _config(url: str, config: dict[str, Any]) -> ClientConfig:
    config.setdefault("api_key", KEY)
    return ClientConfig(base_url=url, **config)
