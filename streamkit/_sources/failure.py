"""The errors of a source that breaks off."""

from __future__ import annotations

from streamkit.errors import QUOTE_LIMIT, StreamkitError, StreamTimeoutError, StreamTruncatedError

__all__ = ["source_error"]


def source_error(error: Exception) -> Exception:
    """Return our error for one of the network or a file; any other is the caller's, unchanged."""
    if isinstance(error, StreamkitError):
        return error
    root = type(error).__module__.partition(".")[0]
    if not (root in _NETWORK or isinstance(error, OSError | EOFError)):
        return error
    said = type(error).__name__ + (f": {error}"[:QUOTE_LIMIT] if str(error) else "")
    if "Timeout" in type(error).__name__:
        return StreamTimeoutError(
            f"the source fell silent in the middle of its answer ({said})",
            limit="read",
            seconds=None,
        )
    return StreamTruncatedError(f"the source broke off in the middle of its answer ({said})")


_NETWORK = {
    *("aiohttp", "anyio", "h11", "h2", "http", "httpcore", "httpx", "httpx2", "requests"),
    "urllib3",
}
