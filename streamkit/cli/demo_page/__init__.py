"""A chat page on the embedded server, whose answers are kept in an event log.

    with EmbeddedServer() as server, MemoryLog() as log, demo_page(server, log) as url:
        webbrowser.open(url)
        server.wait()

Each question and its answer is a stream in the log: whoever opens the chat reads it from there,
from the beginning or after the last event that it has. So an answer goes on when the page is
reloaded, and is the same in every tab. The answers are scripted; nothing leaves the machine.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from streamkit.cli.demo_page.asking import MODEL, Asking, scripted_reply
from streamkit.cli.demo_page.routes import app
from streamkit.client import OpenAI

if TYPE_CHECKING:
    from collections.abc import Generator

    from streamkit.eventlog import EventLog
    from streamkit.server import EmbeddedServer

__all__ = ["PACE", "PATH", "demo_page"]

PATH = "/demo"
"""The path of the page."""
PACE = 0.05
"""The seconds between two pieces of an answer, by default."""


@contextmanager
def demo_page(
    server: EmbeddedServer, log: EventLog, *, pace: float = PACE, api_key: str | None = None
) -> Generator[str]:
    """Serve the page on a server that runs, until the block ends, and yield its address.

    The page asks the server as any program does: over HTTP, with the client.

    Args:
        server: The server, which also gives the answers.
        log: The log of the answers, of any kind.
        pace: The seconds between two pieces of an answer.
        api_key: The key that the server asks for, if it does.
    """
    server.reply(scripted_reply, when={"model": MODEL}, times=None)
    with (
        # A proxy that the environment names could not reach this server.
        httpx.Client(trust_env=False) as http_client,
        OpenAI(
            base_url=server.base_url, api_key=api_key or "", http_client=http_client, max_retries=0
        ) as client,
    ):
        server.mount(PATH, app(log, Asking(client, pace)))
        yield f"{server.url}{PATH}/"
