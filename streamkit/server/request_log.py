"""The log of requests: one line for each."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from streamkit._core.printable import printable

if TYPE_CHECKING:
    from streamkit.server.exchange import Exchange

LOGGER = logging.getLogger("streamkit.server")
"""The logger of the lines, which have the level INFO."""
SHOWN = 200
"""The number of characters that are shown of a path."""


def log(exchange: Exchange, seconds: float) -> None:
    """Log the outcome of a request that took ``seconds``.

    The line holds no header, query or body, because a key may be among them.
    """
    LOGGER.info(
        "%s %s %s %s, %d pieces, %.3f s, %s",
        printable(exchange.method),
        printable(exchange.path[:SHOWN]),
        exchange.status,
        exchange.outcome,
        exchange.sent,
        seconds,
        exchange.request_id,
    )
