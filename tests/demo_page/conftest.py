"""The fixtures of the tests of the chat page."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from streamkit.cli.demo_page import demo_page
from streamkit.eventlog import MemoryLog
from streamkit.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.eventlog import EventLog


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """Run a server, whose answers come at once, or wait where its fault stalls them."""
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def log() -> Iterator[EventLog]:
    """Return the log of the page's answers, which writes each event at once."""
    with MemoryLog(pace=0) as log:
        yield log


@pytest.fixture(scope="module")
def address(server: EmbeddedServer, log: EventLog) -> Iterator[str]:
    """Serve the page, and return its address."""
    with demo_page(server, log, pace=0) as address:
        yield address


@pytest.fixture
def stalls(server: EmbeddedServer) -> Iterator[EmbeddedServer]:
    """Return the server, which stalls each answer in its middle until it is released."""
    server.fault = "stall?after=50"
    yield server
    server.fault = None
    server.release()


@pytest.fixture
def chat() -> str:
    """Return the id of a new chat."""
    return f"chat{next(_number)}"


_number = count()
