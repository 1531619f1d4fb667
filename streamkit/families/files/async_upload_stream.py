"""The workers of a batch upload as tasks, and its progress as a stream.

They differ from threads (``upload_stream.py``): a task is cancelled and then awaited.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streamkit._rx.loop import required_loop
from streamkit.families.files.upload_news import UploadNews

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from streamkit.families.files.batch_upload import BatchUpload, Job, UploadProgress
    from streamkit.types import FileObject

__all__ = ["AsyncUploadStream"]


class AsyncUploadStream(UploadNews):
    """A stream of upload progress, whose tasks run from the entry of the context to its exit."""

    _end = StopAsyncIteration

    def __init__(
        self,
        batch: BatchUpload,
        send: Callable[[Job], Awaitable[FileObject]],
        max_concurrency: int,
    ) -> None:
        super().__init__(batch, max_concurrency)
        self._send = send
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        required_loop()
        self._batch.on_news = self._changed.set
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closed = True
        self._batch.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> UploadProgress:
        while True:
            self._changed.clear()
            if news := self._next_news():
                return news
            await self._changed.wait()

    async def _work(self) -> None:
        while True:
            with self._batch.take() as job:
                if job is None:
                    return
                job.finished(await self._send(job))
