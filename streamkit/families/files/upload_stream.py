"""The workers of a batch upload as threads, and its progress as a stream.

They differ from tasks (``async_upload_stream.py``): a thread ends when its request is cancelled,
and ``close`` does not wait for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from streamkit._rx.cancel_scope import CancelScope
from streamkit.families.files.upload_news import UploadNews

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from streamkit.families.files.batch_upload import BatchUpload, Job, UploadProgress
    from streamkit.types import FileObject

__all__ = ["UploadStream"]


class UploadStream(UploadNews):
    """A stream of upload progress; iterating starts the threads, and ends when they have ended.

    ``close()``, from any thread, ends the threads wherever they wait, and waits for none of them.
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

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
        """Stop sending, without waiting."""
        self._is_closed = True
        self._batch.stop()
        for scope in self._sending:
            scope.cancel()

    def _start(self) -> None:
        self._is_started = True
        self._batch.on_news = self._changed.set
        for scope in self._sending:
            # Daemons: an interrupted program does not wait for the server's answers.
            threading.Thread(target=self._work, args=(scope,), daemon=True).start()

    def _work(self, scope: CancelScope) -> None:
        while True:
            with self._batch.take() as job, scope:
                if job is None:
                    return
                job.finished(self._send(job))
