"""The body that a task reads within limits of time.

It differs from the body of a thread (``timed_body.py``): a limit cancels the read.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING

from streamkit._http.async_body import AsyncBody
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    import httpx

    from streamkit._core.deadlines import Deadlines

__all__ = ["TimedAsyncBody"]


class TimedAsyncBody(AsyncBody):
    """The bytes of a body as they arrive; reading raises ``StreamTimeoutError`` on late ones."""

    def __init__(self, response: httpx.Response, deadlines: Deadlines) -> None:
        super().__init__(response)
        self.on_content = deadlines.content
        self._deadlines = deadlines

    async def __anext__(self) -> bytes:
        time = asyncio.get_running_loop().time
        until = self._deadlines.wait(time())
        patience = asyncio.timeout_at(None if until == inf else until)
        try:
            async with patience:
                return await super().__anext__()
        except TimeoutError:
            if not patience.expired():
                raise
            self._end = error = self._deadlines.error()
            error.request_id = request_id_in(self.response.headers)
            raise error from None
        finally:
            self._deadlines.arrived(time())
