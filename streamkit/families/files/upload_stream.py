"""The workers of a batch upload, and its progress as a stream: threads here, tasks there."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from streamkit._rx.cancel_scope import CancelScope
from streamkit._rx.loop import required_loop
from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from streamkit.families.files.batch_upload import BatchUpload, Job, UploadProgress
    from streamkit.types import FileObject

__all__ = ["AsyncUploadStream", "UploadStream"]


class _UploadStream:
    """What there is to say now, whoever waits for it."""

    _end: type[Exception]
    """What its iteration ends with."""

    def __init__(self, batch: BatchUpload, max_concurrency: int) -> None:
        self._batch = batch
        self._workers = min(max_concurrency, len(batch))
        self._is_closed = False

    def _next_news(self) -> UploadProgress | None:
        """The next progress; None while there is nothing new."""
        if self._is_closed:
            raise StreamClosedError("The upload was stopped before all files were sent")
        is_over = self._batch.is_over
        news = self._batch.next_news()
        if news is None and is_over:
            self._batch.check()
            raise self._end
        return news


class UploadStream(_UploadStream):
    """Sends files in threads of its own; iterating starts them, and lasts until they have ended.

    ``close()``, from any thread, ends them wherever they wait, and waits for none of them.
    """

    _end = StopIteration

    def __init__(
        self, batch: BatchUpload, send: Callable[[Job], FileObject], max_concurrency: int
    ) -> None:
        super().__init__(batch, max_concurrency)
        self._send = send
        self._changed = threading.Event()
        self._is_started = False
        self._sending = [CancelScope() for _ in range(self._workers)]

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> UploadProgress:
        if not self._is_started:
            self._start()
        while True:
            self._changed.clear()
            if news := self._next_news():
                return news
            self._changed.wait()

    def close(self) -> None:
        """Stop sending; waits for nothing."""
        self._is_closed = True
        self._batch.stop()
        for scope in self._sending:
            scope.cancel()

    def _start(self) -> None:
        self._is_started = True
        self._batch.on_news = self._changed.set
        for scope in self._sending:
            # Daemons: who interrupts the program does not wait for the server's answers.
            threading.Thread(target=self._work, args=(scope,), daemon=True).start()

    def _work(self, scope: CancelScope) -> None:
        while True:
            with self._batch.take() as job, scope:
                if job is None:
                    return
                job.finished(self._send(job))


class AsyncUploadStream(_UploadStream):
    """Sends files in tasks of its own, from its being entered to its being left."""

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
