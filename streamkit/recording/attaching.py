"""The place of a transport below any client: in the HTTP client that sends its requests."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, cast

from streamkit._http.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["attached"]


@contextmanager
def attached(client: Any, wrap: Callable[[Any, bool], Any]) -> Generator[None]:
    """Have ``wrap`` replace every transport below a client while the block lasts.

    It takes a transport, which may be both blocking and async, and whether the client is async.

    Raises:
        TypeError: The client has no HTTP client like that of httpx.
    """
    with ExitStack() as stack:
        ours = getattr(client, "_transport", None)
        # A client of ours over one of theirs leaves all of HTTP to theirs.
        theirs = getattr(client, "_theirs", client)
        if theirs is client and isinstance(ours, Transport):
            transport = cast("Transport[Any]", ours)
            stack.enter_context(
                transport.prepared(lambda http: stack.enter_context(_in(http, wrap)))
            )
        else:
            stack.enter_context(_in(getattr(theirs, "_client", theirs), wrap))
        yield


@contextmanager
def _in(http_client: Any, wrap: Callable[[Any, bool], Any]) -> Generator[None]:
    """Replace the transports of one HTTP client."""
    if not hasattr(http_client, "_transport") or not hasattr(http_client, "_mounts"):
        raise TypeError(
            "a client of streamkit, openai or anthropic, or one of httpx or httpx2, was expected,"
            f" and not {type(http_client).__name__}"
        )
    before, mounts = http_client._transport, http_client._mounts  # noqa: SLF001 - no public way
    is_async = hasattr(http_client, "aclose")
    now = wrap(before, is_async)
    mounted = {
        pattern: None if transport is None else wrap(transport, is_async)
        for pattern, transport in mounts.items()
    }
    _put(http_client, now, mounted)
    try:
        yield
    finally:
        # Another recorder that began later and is still there goes on; this one records no more.
        if http_client._transport is now:  # noqa: SLF001 - as above
            _put(http_client, before, mounts)


def _put(http_client: Any, transport: Any, mounts: dict[Any, Any]) -> None:
    http_client._transport = transport  # noqa: SLF001 - as above
    http_client._mounts = mounts  # noqa: SLF001 - as above
