# Made from ../_async/anthropic.py by .ci/unasync.py: change it there.
"""The client ``Anthropic``: its configuration and its resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._client._sync.base import APIClient
from streamkit._client.anthropic import AnthropicConfig, AnthropicOptions, changes
from streamkit._client.options import require_known
from streamkit._http._sync.transport import SyncTransport
from streamkit.families.messages._sync.messages import Messages

if TYPE_CHECKING:
    from typing import Self, Unpack

    from streamkit._http.client import HTTPClient

__all__ = ["Anthropic"]


class Anthropic(APIClient):
    """An Anthropic client that blocks; share one between threads.

    ``http_client`` is any client with the interface of ``httpx.Client``; the caller
    closes it. The client raises ``StreamkitError`` when there is no key.
    """

    _package = "anthropic"
    _options = AnthropicOptions

    def __init__(
        self, *, http_client: HTTPClient | None = None, **options: Unpack[AnthropicOptions]
    ) -> None:
        require_known(options, AnthropicOptions)
        self._connect(SyncTransport(AnthropicConfig.from_options(options), http_client))

    def with_options(self, **options: Unpack[AnthropicOptions]) -> Self:
        """Return a client with other options and the same connections."""
        require_known(options, AnthropicOptions)
        return self._changed(changes(options))

    copy = with_options

    def _connect(self, transport: SyncTransport) -> None:
        super()._connect(transport)
        self.messages = Messages(transport)
