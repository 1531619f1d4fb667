"""What in a request is for the server alone that it is sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

__all__ = ["REDACTED", "redacted", "without_credentials"]

REDACTED = b"[redacted]"
"""What stands in the place of a secret."""

# Not a list of what is secret: every service has a name of its own for its key.
_FOR_ANYBODY = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)
_OURS = "openai-"  # whose organization and project, not whose key
_SHORTEST_SECRET = 8


def without_credentials(request: httpx.Request) -> None:
    """Take away every header that another server need not see."""
    for name in [*request.headers]:
        if name.lower() not in _FOR_ANYBODY:
            del request.headers[name]


def redacted(content: bytes, request: httpx.Request) -> bytes:
    """``content`` without the secrets of ``request``: some servers quote a key they do not know."""
    for name, value in request.headers.items():
        if name in _FOR_ANYBODY or name.startswith(_OURS):
            continue
        secret = value.rpartition(" ")[2]  # behind the scheme, where there is one
        if len(secret) >= _SHORTEST_SECRET:
            content = content.replace(secret.encode("utf-8", "replace"), REDACTED)
    return content
