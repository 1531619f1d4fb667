"""The body that our own client has put into a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

__all__ = ["own_body"]


def own_body(response: httpx.Response) -> Any:
    """Return the body of ours below the stream that httpx puts around it; None for any other."""
    stream = response.stream
    if type(stream).__module__ != "httpx._client":  # what others have put in its place stays there
        return None
    body = getattr(stream, "_stream", None)
    return body if getattr(body, "needs_no_generator", False) else None
