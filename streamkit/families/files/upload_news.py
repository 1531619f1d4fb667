"""The part of a stream of upload progress that does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from streamkit.families.files.batch_upload import BatchUpload, UploadProgress

__all__ = ["UploadNews"]


class UploadNews:
    """The news of a batch upload, for a stream of threads or of tasks."""

    _end: type[Exception]
    """The exception that ends the iteration."""

    def __init__(self, batch: BatchUpload, max_concurrency: int) -> None:
        self._batch = batch
        self._workers = min(max_concurrency, len(batch))
        self._is_closed = False

    def _next_news(self) -> UploadProgress | None:
        """Return the next progress; None while there is nothing new."""
        if self._is_closed:
            raise StreamClosedError("The upload was stopped before all files were sent")
        is_over = self._batch.is_over
        news = self._batch.next_news()
        if news is None and is_over:
            self._batch.check()
            raise self._end
        return news
