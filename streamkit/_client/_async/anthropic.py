"""The client ``AsyncAnthropic``: its configuration and its resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._client._async.base import AsyncAPIClient
from streamkit._client.anthropic import AnthropicConfig, AnthropicOptions, changes
from streamkit._client.options import require_known
from streamkit._http._async.transport import AsyncTransport
from streamkit.families.messages._async.messages import AsyncMessages

if TYPE_CHECKING:
    from typing import Self, Unpack

    from streamkit._http.async_client import AsyncHTTPClient

__all__ = ["AsyncAnthropic"]


class AsyncAnthropic(AsyncAPIClient):
    """An Anthropic client on the running loop; share one between tasks.

    ``http_client`` is any client with the interface of ``httpx.AsyncClient``; the caller
    closes it. The client raises ``StreamkitError`` when there is no key.
    """

    _package = "anthropic"
    _options = AnthropicOptions

    def __init__(
        self, *, http_client: AsyncHTTPClient | None = None, **options: Unpack[AnthropicOptions]
    ) -> None:
        require_known(options, AnthropicOptions)
        self._connect(AsyncTransport(AnthropicConfig.from_options(options), http_client))

    def with_options(self, **options: Unpack[AnthropicOptions]) -> Self:
        """Return a client with other options and the same connections."""
        require_known(options, AnthropicOptions)
        return self._changed(changes(options))

    copy = with_options

    def _connect(self, transport: AsyncTransport) -> None:
        super()._connect(transport)
        self.messages = AsyncMessages(transport)
