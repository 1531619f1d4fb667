"""A proxy on loopback, before a server that answers with a script or the embedded one."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

from streamkit.proxy import create_app
from streamkit.proxy.running import server_of

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["UPSTREAMS", "Running", "proxied"]

UPSTREAMS = ("chat", "responses", "messages")


class Running:
    """A proxy that runs in a thread."""

    def __init__(self, app: Any, grace: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._server = server_of(app, grace=grace)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def ask_to_stop(self) -> None:
        """Stop it; open streams have the grace to end."""
        self._server.should_exit = True

    def stop(self) -> None:
        """Stop it, and wait until it has."""
        self.ask_to_stop()
        self._thread.join()
        self._listener.close()


@contextlib.contextmanager
def proxied(front: Any, url: str, *, grace: int = 0, **options: Any) -> Generator[Running]:
    """Run a proxy before the API at a URL."""
    given: dict[str, Any] = {"model": "m", "max_retries": 0, **options}
    app = create_app(front, base_url=url, **given)
    running = Running(app, grace)
    try:
        yield running
    finally:
        running.stop()
