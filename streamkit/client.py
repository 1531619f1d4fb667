"""The clients and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._client._sync.client import OpenAI
from streamkit._client.options import ClientOptions

if TYPE_CHECKING:
    from streamkit._client._async.client import AsyncOpenAI

__all__ = ["AsyncOpenAI", "ClientOptions", "OpenAI"]

if not TYPE_CHECKING:  # `__getattr__` would make type checkers accept any name

    def __getattr__(name: str) -> object:
        # A program that only blocks need not import asyncio.
        if name != "AsyncOpenAI":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from streamkit._client._async.client import AsyncOpenAI

        globals()[name] = AsyncOpenAI
        return AsyncOpenAI
