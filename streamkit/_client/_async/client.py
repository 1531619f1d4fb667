"""The client ``AsyncOpenAI``: its configuration and its resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from streamkit._client._async.base import AsyncAPIClient
from streamkit._client.options import Chat, ClientOptions, require_known
from streamkit._http._async.transport import AsyncTransport
from streamkit._http.config import ClientConfig
from streamkit.families.chat._async.completions import AsyncCompletions

if TYPE_CHECKING:
    from typing import Self, Unpack

    from streamkit._http.async_client import AsyncHTTPClient
    from streamkit.families.assistants._async.assistants import AsyncAssistants
    from streamkit.families.assistants._async.threads import AsyncThreads
    from streamkit.families.files._async.files import AsyncFiles
    from streamkit.families.files._async.vector_stores import AsyncVectorStores
    from streamkit.families.models._async.models import AsyncModels
    from streamkit.families.responses._async.responses import AsyncResponses

__all__ = ["AsyncOpenAI"]


class AsyncBeta:
    """The resource ``async_client.beta``: the assistants, and old names of chat and vector stores.

    Resources that only few programs need are imported on first use.
    """

    def __init__(self, chat: Chat[AsyncCompletions], transport: AsyncTransport) -> None:
        self.chat = chat
        self._transport = transport

    @cached_property
    def assistants(self) -> AsyncAssistants:
        """The assistants: models with their instructions and tools."""
        from streamkit.families.assistants._async.assistants import AsyncAssistants

        return AsyncAssistants(self._transport)

    @cached_property
    def threads(self) -> AsyncThreads:
        """The threads, with their messages and runs."""
        from streamkit.families.assistants._async.threads import AsyncThreads

        return AsyncThreads(self._transport)

    @cached_property
    def vector_stores(self) -> AsyncVectorStores:
        """The vector stores, with their files and batches."""
        from streamkit.families.files._async.vector_stores import AsyncVectorStores

        return AsyncVectorStores(self._transport)


class AsyncOpenAI(AsyncAPIClient):
    """A client on the running loop; share one between tasks.

    ``http_client`` is any client with the interface of ``httpx.AsyncClient``; the caller
    closes it. The client raises ``StreamkitError`` when there is no key.
    """

    _package = "openai"
    _options = ClientOptions

    def __init__(
        self, *, http_client: AsyncHTTPClient | None = None, **options: Unpack[ClientOptions]
    ) -> None:
        require_known(options, ClientOptions)
        self._connect(AsyncTransport(ClientConfig.from_environment(**options), http_client))

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Return a client with other options and the same connections."""
        require_known(options, ClientOptions)
        return self._changed(options)

    copy = with_options

    @property
    def organization(self) -> str | None:
        """The organization that requests name, if any."""
        return self._transport.config.organization

    @property
    def project(self) -> str | None:
        """The project that requests name, if any."""
        return self._transport.config.project

    @cached_property
    def responses(self) -> AsyncResponses:
        """The responses, with their items, events and background work."""
        from streamkit.families.responses._async.responses import AsyncResponses

        return AsyncResponses(self._transport)

    @cached_property
    def files(self) -> AsyncFiles:
        """The uploaded files."""
        from streamkit.families.files._async.files import AsyncFiles

        return AsyncFiles(self._transport)

    @cached_property
    def models(self) -> AsyncModels:
        """The models that the server offers."""
        from streamkit.families.models._async.models import AsyncModels

        return AsyncModels(self._transport)

    @property
    def vector_stores(self) -> AsyncVectorStores:
        """The vector stores, with their files and batches."""
        return self.beta.vector_stores

    def _connect(self, transport: AsyncTransport) -> None:
        super()._connect(transport)
        self.chat = Chat(AsyncCompletions(transport))
        self.beta = AsyncBeta(self.chat, transport)
