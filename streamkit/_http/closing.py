"""Functions that close responses in a thread.

They differ from those on an event loop (``async_closing.py``): nothing can cancel a close.
"""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from streamkit._http.client import Pool

__all__ = ["close_let_go", "close_to_the_end", "closed"]

closed = closing
"""Close a response when the block ends, also by an error."""


def close_to_the_end(response: httpx.Response) -> None:
    """Close ``response``."""
    response.close()


def close_let_go(pool: Pool[Any]) -> None:
    """Close the bodies that were collected before they were closed."""
    with suppress(IndexError):  # another thread may have taken the last one
        while pool.let_go:
            pool.let_go.popleft()()
