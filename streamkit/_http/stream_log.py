"""The log record of a stream that has ended: its figures, and nothing of its content."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streamkit._core.logger import is_debugged, logger
from streamkit._http.redaction import request_id

if TYPE_CHECKING:
    import httpx

__all__ = ["StreamLog"]


class StreamLog:
    """A log that notes the start of a stream, and logs its end at DEBUG."""

    __slots__ = ("_began",)

    def __init__(self) -> None:
        self._began = time.monotonic()

    def log_end(
        self, response: httpx.Response | None, events: int, error: Exception | None = None
    ) -> None:
        """Log the end of a stream: success, or only the class of ``error``."""
        if not is_debugged():
            return
        how = "success" if error is None else type(error).__name__
        seconds = time.monotonic() - self._began
        if response is None:
            logger().debug(
                "the source ended with %s after %d events and %.3f s", how, events, seconds
            )
            return
        logger().debug(
            "%s %s: the stream ended with %s after %d events, %d bytes and %.3f s, request id %s",
            response.request.method,
            response.request.url.path,
            how,
            events,
            response.num_bytes_downloaded,
            seconds,
            request_id(response),
        )
