"""The clients and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._client._sync.client import OpenAI
from streamkit._client.options import ClientOptions

if TYPE_CHECKING:
    from streamkit._client._async.anthropic import AsyncAnthropic
    from streamkit._client._async.client import AsyncOpenAI
    from streamkit._client._sync.anthropic import Anthropic
    from streamkit._client.anthropic import AnthropicOptions

__all__ = [
    "Anthropic",
    "AnthropicOptions",
    "AsyncAnthropic",
    "AsyncOpenAI",
    "ClientOptions",
    "OpenAI",
]

_IMPORTED_WHEN_ASKED_FOR = {
    "Anthropic": "streamkit._client._sync.anthropic",
    "AnthropicOptions": "streamkit._client.anthropic",
    "AsyncAnthropic": "streamkit._client._async.anthropic",
    "AsyncOpenAI": "streamkit._client._async.client",
}
"""The modules of what a program that blocks and only chats does not need."""

if not TYPE_CHECKING:  # `__getattr__` would make type checkers accept any name

    def __getattr__(name: str) -> object:
        module = _IMPORTED_WHEN_ASKED_FOR.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from importlib import import_module

        value = globals()[name] = getattr(import_module(module), name)
        return value
