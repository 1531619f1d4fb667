"""The contents of files, in pieces, so that no file is in memory as a whole."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from anyio.lowlevel import checkpoint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streamkit.server.store import Store

PIECE = 256 * 1024
"""The number of bytes in a piece."""


async def content(store: Store, name: str) -> AsyncIterator[bytes]:
    """Yield the pieces of a file's content, each read when it is needed."""
    for position in count():
        async with store:
            piece = store.read(name, position)
        if piece is None:
            return
        yield piece
        # Other tasks run between two pieces.
        await checkpoint()
