"""Streams that come by another road: any iterable, any file, any response of another client.

from streamkit import read

for event in read(requests.post(url, json=request, stream=True)):
    if event.type == "content.delta":
        print(event.delta, end="")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._sources._sync.stream import SourceStream
from streamkit._sources.from_client import from_anthropic, from_openai
from streamkit._sources.reading import aread, read

if TYPE_CHECKING:
    from streamkit._sources._async.stream import AsyncSourceStream

__all__ = ["AsyncSourceStream", "SourceStream", "aread", "from_anthropic", "from_openai", "read"]

if not TYPE_CHECKING:  # with it, type checkers would accept any name

    def __getattr__(name: str) -> object:
        # A program that only blocks need not import asyncio.
        if name != "AsyncSourceStream":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from streamkit._sources._async.stream import AsyncSourceStream

        globals()[name] = AsyncSourceStream
        return AsyncSourceStream
