"""The clients: configuration, and the tree of resources."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, cast

from streamkit._http.config import ClientConfig
from streamkit._http.transport import AsyncTransport, SyncTransport
from streamkit.families.chat._async.completions import AsyncCompletions
from streamkit.families.chat._sync.completions import Completions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType
    from typing import Self, Unpack

    from streamkit._http.client import AsyncHTTPClient, HTTPClient
    from streamkit._http.config import Timeouts
    from streamkit.families.assistants._async.assistants import AsyncAssistants
    from streamkit.families.assistants._async.threads import AsyncThreads
    from streamkit.families.assistants._sync.assistants import Assistants
    from streamkit.families.assistants._sync.threads import Threads
    from streamkit.families.files._async.files import AsyncFiles
    from streamkit.families.files._async.vector_stores import AsyncVectorStores
    from streamkit.families.files._sync.files import Files
    from streamkit.families.files._sync.vector_stores import VectorStores
    from streamkit.limits import Limits

__all__ = ["AsyncOpenAI", "ClientOptions", "OpenAI"]

C = TypeVar("C")


class ClientOptions(TypedDict, total=False):
    """How a client is configured; what is left out comes from the environment.

    ``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, ``OPENAI_ORG_ID`` and ``OPENAI_PROJECT_ID`` are read.
    """

    api_key: str | Callable[[], str | Awaitable[str]] | None
    """The key, or what returns it before each request."""
    base_url: str | None
    organization: str | None
    project: str | None
    timeout: float | Timeouts | None
    """Seconds, an ``httpx.Timeout``, or a ``streamkit.Timeout``, which limits streams as well.

    By default 600 between two bytes and 5 to connect.
    """
    max_retries: int
    """How often a request is sent again that failed before any content came; 2 by default."""
    default_headers: Mapping[str, Any] | None
    default_query: Mapping[str, Any] | None
    limits: Limits
    """What is taken from the server at most; generous by default."""


class Chat(Generic[C]):
    """``client.chat``."""

    def __init__(self, completions: C) -> None:
        self.completions = completions


class Beta:
    """``client.beta``: the assistants, and what code may still look for here: chat, vector stores.

    What only few programs need is imported when it is first used.
    """

    def __init__(self, chat: Chat[Completions], transport: SyncTransport) -> None:
        self.chat = chat
        self._transport = transport

    @cached_property
    def assistants(self) -> Assistants:
        """Models with their instructions and tools."""
        from streamkit.families.assistants._sync.assistants import Assistants

        return Assistants(self._transport)

    @cached_property
    def threads(self) -> Threads:
        """Threads, with their messages and runs."""
        from streamkit.families.assistants._sync.threads import Threads

        return Threads(self._transport)

    @cached_property
    def vector_stores(self) -> VectorStores:
        """Vector stores, with their files and batches."""
        from streamkit.families.files._sync.vector_stores import VectorStores

        return VectorStores(self._transport)


class AsyncBeta:
    """``async_client.beta``: the same for the async client."""

    def __init__(self, chat: Chat[AsyncCompletions], transport: AsyncTransport) -> None:
        self.chat = chat
        self._transport = transport

    @cached_property
    def assistants(self) -> AsyncAssistants:
        """Models with their instructions and tools."""
        from streamkit.families.assistants._async.assistants import AsyncAssistants

        return AsyncAssistants(self._transport)

    @cached_property
    def threads(self) -> AsyncThreads:
        """Threads, with their messages and runs."""
        from streamkit.families.assistants._async.threads import AsyncThreads

        return AsyncThreads(self._transport)

    @cached_property
    def vector_stores(self) -> AsyncVectorStores:
        """Vector stores, with their files and batches."""
        from streamkit.families.files._async.vector_stores import AsyncVectorStores

        return AsyncVectorStores(self._transport)


class OpenAI:
    """A client that blocks; share one between threads.

    ``http_client`` is any client with the interface of ``httpx.Client``; it stays the caller's to
    close. Raises ``OpenAIError`` when there is no key.
    """

    def __init__(
        self, *, http_client: HTTPClient | None = None, **options: Unpack[ClientOptions]
    ) -> None:
        self._connect(SyncTransport(ClientConfig.from_environment(**options), http_client))

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A client with other options and the same connections."""
        client = object.__new__(type(self))
        client._connect(self._transport.with_config(_changed(self._transport.config, options)))
        return client

    @cached_property
    def files(self) -> Files:
        """Uploaded files."""
        from streamkit.families.files._sync.files import Files

        return Files(self._transport)

    @property
    def vector_stores(self) -> VectorStores:
        """Vector stores, with their files and batches."""
        return self.beta.vector_stores

    def close(self) -> None:
        """Close the connections, unless the HTTP client was given."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"OpenAI({self._transport.config!r})"

    def _connect(self, transport: SyncTransport) -> None:
        self._transport = transport
        self.chat = Chat(Completions(transport))
        self.beta = Beta(self.chat, transport)


class AsyncOpenAI:
    """A client for the running event loop; share one between tasks.

    ``http_client`` is any client with the interface of ``httpx.AsyncClient``; it stays the
    caller's to close. Raises ``OpenAIError`` when there is no key.
    """

    def __init__(
        self, *, http_client: AsyncHTTPClient | None = None, **options: Unpack[ClientOptions]
    ) -> None:
        self._connect(AsyncTransport(ClientConfig.from_environment(**options), http_client))

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A client with other options and the same connections."""
        client = object.__new__(type(self))
        client._connect(self._transport.with_config(_changed(self._transport.config, options)))
        return client

    @cached_property
    def files(self) -> AsyncFiles:
        """Uploaded files."""
        from streamkit.families.files._async.files import AsyncFiles

        return AsyncFiles(self._transport)

    @property
    def vector_stores(self) -> AsyncVectorStores:
        """Vector stores, with their files and batches."""
        return self.beta.vector_stores

    async def close(self) -> None:
        """Close the connections, unless the HTTP client was given."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncOpenAI({self._transport.config!r})"

    def _connect(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self.chat = Chat(AsyncCompletions(transport))
        self.beta = AsyncBeta(self.chat, transport)


def _changed(config: ClientConfig, options: ClientOptions) -> ClientConfig:
    given = {
        name: value for name, value in options.items() if value is not None or name == "timeout"
    }
    return dataclasses.replace(config, **cast("dict[str, Any]", given))
