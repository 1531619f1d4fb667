"""The server of a proxy, which gives open streams time to end when it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import uvicorn

from streamkit.server.serving import listener_at

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["run", "server_of"]


def server_of(app: Any, *, grace: int) -> uvicorn.Server:
    """Return a server that, once it is stopped, waits ``grace`` seconds for open streams.

    Streams that go on then are cut, and say so.
    """
    config = uvicorn.Config(
        app,
        lifespan="on",
        ws="none",
        proxy_headers=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=grace,
    )
    return uvicorn.Server(config)


def run(app: Any, host: str, port: int, *, grace: int, started: Callable[[str], object]) -> None:
    """Serve an application until the process is told to stop.

    Raises:
        OSError: The server cannot listen at the address.
    """
    listener = listener_at(host, port)
    try:
        name = f"[{host}]" if ":" in host else host
        started(f"http://{name}:{listener.getsockname()[1]}")
        server_of(app, grace=grace).run([listener])
    finally:
        listener.close()
