"""The open body of a streamed response, which one thread reads and any thread can close.

Each end differs: the iteration stops when the server has finished, and raises when the body was
closed (StreamClosedError), broke off (StreamTruncatedError) or fell silent (APITimeoutError). A
body that has ended stays ended, in the same way.
"""

# Strategy: a response that is being read is closed by its reader alone. Another thread that closes
# the body cuts the connection, and that wakes the reader. When no thread reads, the response is
# closed on the spot.
#
# A body that nothing refers to is collected at any time, maybe while its own thread holds the lock
# that closing a response takes, or when the loop is gone. So only the connection is cut then, which
# the server sees at once; the transport does the rest before it sends the next request.

from __future__ import annotations

import threading
import time
import weakref
from contextlib import suppress
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from streamkit._http.content_coding import unpacked
from streamkit._http.errors import body_error
from streamkit._http.given import answered
from streamkit._http.own_body import own_body
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Self

    import httpx

__all__ = ["DRAIN_LIMIT", "DRAIN_SECONDS", "Body", "SyncBody"]

DRAIN_LIMIT = 1 << 12
"""The number of bytes after the last event that are read so that the connection is used again."""
DRAIN_SECONDS = 0.1
"""The seconds to wait for those bytes: no longer than a new connection would take."""


class Body:
    """The body of a response, which remembers the error or stop that ended it."""

    on_content: Callable[[], None] | None = None
    """The function, if any, that a reader calls when the bytes it has read hold content."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._connection = answered(response)
        self._end: BaseException | None = None

    def _closed_in_any_case(self, close: Callable[[], object]) -> None:
        """Have ``close`` called later, if the body is collected before its end."""
        self._finalizer = weakref.finalize(self, self._connection.let_go, close)
        self._finalizer.atexit = False

    def _needs_no_help(self) -> None:
        self._finalizer.detach()
        self._connection.leave()

    def _close(self) -> None:
        self._needs_no_help()
        if self._end is None:
            self._end = self._connection.closed_error()

    def _ended_by(self, error: BaseException) -> BaseException:
        if self._connection.is_cut or not isinstance(error, Exception):
            self._close()
        self._needs_no_help()
        if not isinstance(error, Exception):
            return error  # the reader was interrupted or cancelled, and gets that error
        if self._end is None and isinstance(error, StopIteration | StopAsyncIteration):
            # A new exception: the traceback of the raised one holds this body and its readers.
            self._end = type(error)()
            return error
        if self._end is None:
            ours = isinstance(error, StreamkitError)
            self._end = error if ours else body_error(error, self.response)
        return self._end


class SyncBody(Body):
    """The bytes of a body as they arrive; read by one thread, closed by any."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        self._chunks = unpacked(response)
        self._closed_in_any_case(partial(_close, response, self._chunks))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        end = self._end
        if end is not None:
            raise end
        try:
            chunk = next(self._chunks)
        except BaseException as error:  # noqa: BLE001 - any error ends the body
            end = self._ended_by(error)
            self.response.close()
            try:
                raise end from None
            finally:
                end = None  # else the error and this frame would hold each other, and all callers
        end = self._end
        if end is None:
            return chunk
        # Another thread closed the body, saw that this thread reads, and left the response to it.
        self.response.close()
        raise end

    def close(self) -> None:
        """End the body now, and close the connection unless everything was read.

        Over HTTP/2 a waiting reader notices this with its next chunk.
        """
        self._close()
        if not self._connection.is_of_this_process:
            return
        try:
            self._chunks.close()
        except ValueError:  # another thread is reading the chunks
            self._connection.cut()
        else:
            self.response.close()

    def drain(self, limit: int = DRAIN_LIMIT, seconds: float = DRAIN_SECONDS) -> None:
        """Read the few bytes that follow the last event, so that the connection is used again.

        Reading stops after ``limit`` bytes or ``seconds``. The body has ended in any case.
        """
        if self._end is not None:
            return
        if own_body(self.response) is not None:
            self._read_out(limit, time.monotonic() + seconds)
        elif self._connection.is_held:
            watchdog = threading.Timer(seconds, self.close)
            watchdog.daemon = True
            watchdog.start()
            self._read_out(limit, inf)
            watchdog.cancel()
            watchdog.join()  # its thread keeps this body alive until it has ended
        self.close()
        self._end = StopIteration()

    def _read_out(self, limit: int, until: float) -> None:
        # A body of ours reads the limit of each read here, every time; others may not.
        phases: dict[str, float | None] = self.response.request.extensions["timeout"]
        with suppress(StreamkitError):
            while limit >= 0 and (left := until - time.monotonic()) > 0:
                if left < inf:
                    phases["read"] = left
                chunk = next(self, None)
                if chunk is None:
                    return
                limit -= len(chunk)


def _close(response: httpx.Response, chunks: Generator[bytes, None, None]) -> None:
    chunks.close()
    response.close()
