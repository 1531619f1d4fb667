"""The body that a source on the running loop makes up.

It differs from the body of a source that blocks (``body.py``): a task that closes the body wakes
the reader by cancelling its wait, as a limit of time would.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TYPE_CHECKING

from streamkit._http.async_body import AsyncBody
from streamkit._rx.cancellable import Cancellable
from streamkit._sources.async_items import AsyncItems, async_items_of
from streamkit._sources.failure import source_error
from streamkit._sources.items import is_open_response
from streamkit._sources.pieces import Pieces
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    import httpx


__all__ = ["AsyncSourceBody", "async_body_of"]


def async_body_of(source: object) -> AsyncBody | AsyncSourceBody:
    """Return the body that a source is or makes up; raise ``TypeError`` if it is no source."""
    if is_open_response(source, AsyncIterable):
        return AsyncBody(source)
    return AsyncSourceBody(async_items_of(source))


class AsyncSourceBody:
    """The bytes of a source, item by item; read by one task, closed by any of the same loop."""

    on_content: Callable[[], None] | None = None
    """No function: a source has no limits of time."""

    def __init__(self, items: AsyncItems, reader: str = "aread") -> None:
        self.response: httpx.Response | None = None
        """The response, which a source has not."""
        self._items = items.items
        self._close = items.close
        self._pieces = Pieces(reader)
        self._end: BaseException | None = None
        self._waiting: Cancellable | None = None
        self._is_closed = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._end is not None:
            raise self._end
        piece = b""
        ended: BaseException | None = None
        self._waiting = Cancellable()
        try:
            with self._waiting:
                piece = self._pieces.of(await anext(self._items))
        except BaseException as error:  # noqa: BLE001 - any error ends the body
            ended = source_error(error) if isinstance(error, Exception) else error
        self._waiting = None
        if self._end is None:
            self._end = StopAsyncIteration() if isinstance(ended, StopAsyncIteration) else ended
        end = self._end
        if end is None:
            return piece
        await self._close_source()
        try:
            raise end
        finally:
            del end, ended  # else they and this frame would hold each other

    async def aclose(self) -> None:
        """End the body, and close the source; from any task."""
        if self._end is None:
            self._end = StreamClosedError("the stream was closed before the answer ended")
        if self._waiting is None:
            await self._close_source()
        else:
            self._waiting.cancel()  # who reads closes the source

    async def drain(self) -> None:
        """End the body: what follows the end of an answer is the source's own business."""
        await self.aclose()
        self._end = StopAsyncIteration()

    async def _close_source(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self._close()
