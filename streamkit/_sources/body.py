"""The body that a source makes up, which one thread reads and any thread can close.

It ends as the body of a response does: the iteration stops when the source has finished, and raises
when the body was closed or the source broke off. It stays ended, in the same way.
"""

# Strategy: a source is advanced and closed by one thread at a time. A thread that closes the body
# while another one reads leaves the closing to the reader, for few sources can be closed in use.

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from streamkit._http.body import SyncBody
from streamkit._sources.failure import source_error
from streamkit._sources.items import Items, is_open_response, items_of
from streamkit._sources.pieces import Pieces
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    import httpx

__all__ = ["SourceBody", "body_of"]


def body_of(source: object) -> SyncBody | SourceBody:
    """Return the body that a source is or makes up; raise ``TypeError`` if it is no source."""
    if is_open_response(source, Iterable):
        return SyncBody(source)
    return SourceBody(items_of(source))


class SourceBody:
    """The bytes of a source, item by item."""

    on_content: Callable[[], None] | None = None
    """No function: a source has no limits of time."""

    def __init__(self, items: Items, reader: str = "read") -> None:
        self.response: httpx.Response | None = None
        """The response, which a source has not."""
        self._items: Iterator[Any] = items.items
        self._close = items.close
        self._pieces = Pieces(reader)
        self._end: BaseException | None = None
        self._is_reading = False
        self._is_closed = False
        self._lock = threading.Lock()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        with self._lock:
            if self._end is not None:
                raise self._end
            self._is_reading = True
        piece = b""
        ended: BaseException | None = None
        try:
            piece = self._pieces.of(next(self._items))
        except BaseException as error:  # noqa: BLE001 - any error ends the body
            ended = source_error(error) if isinstance(error, Exception) else error
        with self._lock:
            self._is_reading = False
            if self._end is None:
                self._end = StopIteration() if isinstance(ended, StopIteration) else ended
            end = self._end
        if end is None:
            return piece
        self._close_source()
        try:
            raise end
        finally:
            del end, ended  # else they and this frame would hold each other

    def close(self) -> None:
        """End the body, and close the source, once no thread reads it; from any thread."""
        with self._lock:
            if self._end is None:
                self._end = StreamClosedError("the stream was closed before the answer ended")
            if self._is_reading:
                return
        self._close_source()

    def drain(self) -> None:
        """End the body: what follows the end of an answer is the source's own business."""
        self.close()
        self._end = StopIteration()

    def _close_source(self) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        self._close()
