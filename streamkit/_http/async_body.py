"""The open body of a response that a task reads.

It differs from the body that a thread reads (``body.py``): a task that closes the body closes the
response as well, because that cancels the reader, or the reader sees it when its turn comes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from streamkit._http.async_closing import close_to_the_end
from streamkit._http.body import DRAIN_LIMIT, DRAIN_SECONDS, Body
from streamkit._http.content_coding import unpacked_async
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from typing import Self

    import httpx

    from streamkit._http.async_closing import AsyncPieces

__all__ = ["AsyncBody"]


class AsyncBody(Body):
    """The bytes of a body as they arrive; read by one task, closed by any of the same loop."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        self._chunks = unpacked_async(response)
        self._closed_in_any_case(partial(_aclose, response, self._chunks))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._end is not None:
            raise self._end
        try:
            return await self._chunks.__anext__()
        except BaseException as error:  # noqa: BLE001 - any error ends the body
            end = self._ended_by(error)
            await close_to_the_end(self.response)
            try:
                raise end from None
            finally:
                del end  # else the error and this frame would hold each other, and all callers

    async def aclose(self) -> None:
        """End the body now, and close the connection unless everything was read.

        Over HTTP/2 a waiting reader notices this with its next chunk.
        """
        self._close()
        if self._connection.is_of_this_process:
            await _aclose(self.response, self._chunks)

    async def drain(self, limit: int = DRAIN_LIMIT, seconds: float = DRAIN_SECONDS) -> None:
        """Read the few bytes that follow the last event, so that the connection is used again.

        Reading stops after ``limit`` bytes or ``seconds``. The body has ended in any case.
        """
        if self._end is not None:
            return
        with suppress(StreamkitError, TimeoutError):
            async with asyncio.timeout(seconds):
                async for chunk in self:
                    limit -= len(chunk)
                    if limit < 0:
                        break
        await self.aclose()
        self._end = StopAsyncIteration()


async def _aclose(response: httpx.Response, chunks: AsyncPieces) -> None:
    await close_to_the_end(response)
    with suppress(RuntimeError):  # another task is reading the chunks
        await chunks.aclose()
