# Made from ../_async/client.py by .ci/unasync.py: change it there.
"""The client ``OpenAI``: its configuration and its resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from streamkit._client._sync.base import APIClient
from streamkit._client.options import Chat, ClientOptions, require_known
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.config import ClientConfig
from streamkit.families.chat._sync.completions import Completions

if TYPE_CHECKING:
    from typing import Self, Unpack

    from streamkit._http.client import HTTPClient
    from streamkit.families.assistants._sync.assistants import Assistants
    from streamkit.families.assistants._sync.threads import Threads
    from streamkit.families.files._sync.files import Files
    from streamkit.families.files._sync.vector_stores import VectorStores
    from streamkit.families.models._sync.models import Models
    from streamkit.families.responses._sync.responses import Responses

__all__ = ["OpenAI"]


class Beta:
    """The resource ``client.beta``: the assistants, and old names of chat and vector stores.

    Resources that only few programs need are imported on first use.
    """

    def __init__(self, chat: Chat[Completions], transport: SyncTransport) -> None:
        self.chat = chat
        self._transport = transport

    @cached_property
    def assistants(self) -> Assistants:
        """The assistants: models with their instructions and tools."""
        from streamkit.families.assistants._sync.assistants import Assistants

        return Assistants(self._transport)

    @cached_property
    def threads(self) -> Threads:
        """The threads, with their messages and runs."""
        from streamkit.families.assistants._sync.threads import Threads

        return Threads(self._transport)

    @cached_property
    def vector_stores(self) -> VectorStores:
        """The vector stores, with their files and batches."""
        from streamkit.families.files._sync.vector_stores import VectorStores

        return VectorStores(self._transport)


class OpenAI(APIClient):
    """A client that blocks; share one between threads.

    ``http_client`` is any client with the interface of ``httpx.Client``; the caller
    closes it. The client raises ``StreamkitError`` when there is no key.
    """

    _package = "openai"
    _options = ClientOptions

    def __init__(
        self, *, http_client: HTTPClient | None = None, **options: Unpack[ClientOptions]
    ) -> None:
        require_known(options, ClientOptions)
        self._connect(SyncTransport(ClientConfig.from_environment(**options), http_client))

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
    def responses(self) -> Responses:
        """The responses, with their items, events and background work."""
        from streamkit.families.responses._sync.responses import Responses

        return Responses(self._transport)

    @cached_property
    def files(self) -> Files:
        """The uploaded files."""
        from streamkit.families.files._sync.files import Files

        return Files(self._transport)

    @cached_property
    def models(self) -> Models:
        """The models that the server offers."""
        from streamkit.families.models._sync.models import Models

        return Models(self._transport)

    @property
    def vector_stores(self) -> VectorStores:
        """The vector stores, with their files and batches."""
        return self.beta.vector_stores

    def _connect(self, transport: SyncTransport) -> None:
        super()._connect(transport)
        self.chat = Chat(Completions(transport))
        self.beta = Beta(self.chat, transport)
