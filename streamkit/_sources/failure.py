"""The errors of a source that breaks off."""

from __future__ import annotations

from streamkit.errors import QUOTE_LIMIT, StreamkitError, StreamTimeoutError, StreamTruncatedError

__all__ = ["source_error"]


def source_error(error: Exception) -> Exception:
    """Return our error for one of the network or a file; any other is the caller's, unchanged."""
    if isinstance(error, StreamkitError):
        return error
    if not (isinstance(error, OSError | EOFError) or _is_of_network(type(error))):
        return error
    said = type(error).__name__ + (f": {error}"[:QUOTE_LIMIT] if str(error) else "")
    if "Timeout" in type(error).__name__:
        return StreamTimeoutError(
            f"the source fell silent in the middle of its answer ({said})",
            limit="read",
            seconds=None,
        )
    return StreamTruncatedError(f"the source broke off in the middle of its answer ({said})")


def _is_of_network(kind: type[Exception]) -> bool:
    names = {base.__name__ for base in kind.__mro__}
    # The clients of APIs have an error for it, beside those that the server reports.
    return kind.__module__.partition(".")[0] in _NETWORK or "APIConnectionError" in names


_NETWORK = {
    *("aiohttp", "anyio", "h11", "h2", "http", "httpcore", "httpx", "httpx2", "requests"),
    "urllib3",
}
