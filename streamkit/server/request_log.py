"""A line of the log for each request."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from streamkit._core.printable import printable

if TYPE_CHECKING:
    from streamkit.server.exchange import Exchange

LOGGER = logging.getLogger("streamkit.server")
"""Where the lines go, at INFO."""
SHOWN = 200
"""Characters of a path that are shown."""


def log(exchange: Exchange, seconds: float) -> None:
    """Log how a request was answered.

    Neither headers nor the query nor anything that was said is in it: a key may be among them.
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
