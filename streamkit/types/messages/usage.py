"""The tokens that a message used.

Source: https://docs.anthropic.com/en/api/messages.
"""

from __future__ import annotations

from streamkit._core.wire import Wire

__all__ = [
    "CacheCreation",
    "MessageDeltaUsage",
    "MessageTokensCount",
    "OutputTokensDetails",
    "ServerToolUsage",
    "Usage",
]


class CacheCreation(Wire):
    """The tokens written to the cache, by the time that they stay there."""

    ephemeral_1h_input_tokens: int = 0
    ephemeral_5m_input_tokens: int = 0


class OutputTokensDetails(Wire):
    """The output tokens by their use; ``output_tokens`` includes them."""

    thinking_tokens: int = 0


class ServerToolUsage(Wire):
    """The numbers of requests that server tools made."""

    web_fetch_requests: int = 0
    web_search_requests: int = 0


class MessageDeltaUsage(Wire):
    """The totals so far in a ``message_delta`` event; None leaves the earlier value."""

    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    output_tokens_details: OutputTokensDetails | None = None
    server_tool_use: ServerToolUsage | None = None


class Usage(Wire):
    """The numbers of tokens that a message used.

    The whole input is the sum of ``input_tokens``, ``cache_creation_input_tokens`` and
    ``cache_read_input_tokens``.
    """

    cache_creation: CacheCreation | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    inference_geo: str | None = None
    input_tokens: int = 0
    """The input tokens that were neither read from the cache nor written to it."""
    output_tokens: int = 0
    output_tokens_details: OutputTokensDetails | None = None
    server_tool_use: ServerToolUsage | None = None
    service_tier: str | None = None
    speed: str | None = None


class MessageTokensCount(Wire):
    """The number of input tokens that a request would use."""

    input_tokens: int = 0
