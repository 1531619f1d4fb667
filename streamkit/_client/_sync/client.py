# Made from ../_async/client.py by .ci/unasync.py: change it there.
"""``OpenAI``: its configuration, and the tree of its resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from streamkit._client.options import Chat, changed
from streamkit._http.config import ClientConfig
from streamkit._http.transport import SyncTransport
from streamkit.families.chat._sync.completions import Completions

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, Unpack

    from streamkit._client.options import ClientOptions
    from streamkit._http.client import HTTPClient
    from streamkit.families.assistants._sync.assistants import Assistants
    from streamkit.families.assistants._sync.threads import Threads
    from streamkit.families.files._sync.files import Files
    from streamkit.families.files._sync.vector_stores import VectorStores

__all__ = ["OpenAI"]


class Beta:
    """``client.beta``: the assistants, and what code may still look for here.

    That is chat and vector stores. What only few programs need is imported when it is first used.
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


class OpenAI:
    """A client that blocks; share one between threads.

    ``http_client`` is any client with the interface of ``httpx.Client``; it stays the
    caller's to close. Raises ``StreamkitError`` when there is no key.
    """

    def __init__(
        self, *, http_client: HTTPClient | None = None, **options: Unpack[ClientOptions]
    ) -> None:
        self._connect(SyncTransport(ClientConfig.from_environment(**options), http_client))

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A client with other options and the same connections."""
        client = object.__new__(type(self))
        client._connect(self._transport.with_config(changed(self._transport.config, options)))
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
