"""The upload of several files at a time: one machine, for workers in threads or in tasks."""

# Strategy: a worker takes a file, sends it, reports its progress, and takes another. After a
# failure no worker gets another file. A worker that is sending stops at the next piece, and one
# that waits for an answer gets it, so that at the end it is known which files exist.

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import TYPE_CHECKING

from streamkit._http.upload import upload
from streamkit.errors import StreamClosedError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from streamkit._http.upload import FileTypes
    from streamkit.types import FileObject

__all__ = ["MAX_CONCURRENCY", "BatchUpload", "Job", "UploadProgress"]

MAX_CONCURRENCY = 5
"""The default number of files of a batch that are sent at a time."""


@dataclass(frozen=True)
class UploadProgress:
    """The progress of one file of an upload."""

    index: int
    """The place of the file, counted from 0."""
    filename: str
    bytes_sent: int = 0
    """Bytes sent of the form, which is a little more than the file; fewer when it is sent again."""
    bytes_total: int | None = None
    """Bytes of the whole form; None when the length of the file is not known."""
    file_id: str | None = None
    """The id of the file; None until the file exists."""


@dataclass(frozen=True)
class Job:
    """A file for a worker to send."""

    file: FileTypes
    on_progress: Callable[[int, int | None], None]
    """To be called for each piece sent; raises when the upload was stopped."""
    finished: Callable[[FileObject], None]


class BatchUpload:
    """The state of a batch upload: the next file, the progress of each, and whether to continue.

    Workers in any thread ``take`` jobs, and call ``on_news``. The constructor raises ``TypeError``
    for a value that is no file, before any file is sent.
    """

    def __init__(self, files: Iterable[FileTypes]) -> None:
        self.on_news: Callable[[], object] = _ignore_news
        self._files = [*files]
        self._progress = [
            UploadProgress(index, upload(file, {}).name or f"file {index}")
            for index, file in enumerate(self._files)
        ]
        self._news: dict[int, None] = {}
        self._taken = 0
        self._at_work = 0
        self.stopped = Event()
        """Set when no worker may send any more."""
        self._error: Exception | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._files)

    @property
    def is_over(self) -> bool:
        """Whether no worker is at work, and none will be."""
        with self._lock:
            return not self._at_work and (self.stopped.is_set() or self._taken == len(self._files))

    @property
    def file_ids(self) -> list[str]:
        """The ids of the files that exist, in the given order of the files."""
        return [one.file_id for one in self._progress if one.file_id is not None]

    @contextmanager
    def take(self) -> Generator[Job | None]:
        """Enter the work on the next file; yield None when there is none, or after a stop."""
        with self._lock:
            index = self._taken
            if is_wanted := index < len(self._files) and not self.stopped.is_set():
                self._taken += 1
                self._at_work += 1
        if not is_wanted:
            yield None
            return
        try:
            yield self._job(index)
        except _NoUse:
            pass
        except Exception as error:
            self._fail(error)
        except BaseException as error:
            # The worker ends early, which must count as a failure of the upload.
            self._fail(StreamClosedError(f"An upload was given up ({type(error).__name__})"))
            raise
        finally:
            with self._lock:
                self._at_work -= 1
            self.on_news()

    def next_news(self) -> UploadProgress | None:
        """Return the progress of a file that has changed since its last report, or None."""
        with self._lock:
            index = next(iter(self._news), None)
            if index is None:
                return None
            del self._news[index]
            return self._progress[index]

    def stop(self) -> None:
        """Give out no more files, and stop the workers that are sending one."""
        self.stopped.set()
        self.on_news()

    def check(self) -> None:
        """Raise the first failure."""
        if self._error is not None:
            raise self._error

    @contextmanager
    def named(self) -> Generator[None]:
        """Set the ids of the files that exist on an error that is raised inside."""
        try:
            yield
        except Exception as error:
            self.fail(error)
            raise

    def fail(self, error: Exception) -> None:
        """Set the ids of the files that exist on the error."""
        file_ids = self.file_ids
        if isinstance(error, StreamkitError):
            error.file_ids = file_ids
        elif file_ids:
            error.add_note(f"These files were uploaded and exist: {', '.join(file_ids)}")

    def _job(self, index: int) -> Job:
        def on_progress(sent: int, total: int | None) -> None:
            if self.stopped.is_set():
                raise _NoUse
            self._report(replace(self._progress[index], bytes_sent=sent, bytes_total=total))

        def finished(file: FileObject) -> None:
            self._report(replace(self._progress[index], file_id=file.id))

        return Job(self._files[index], on_progress, finished)

    def _report(self, progress: UploadProgress) -> None:
        with self._lock:
            self._progress[progress.index] = progress
            self._news[progress.index] = None
        self.on_news()

    def _fail(self, error: Exception) -> None:
        with self._lock:
            self._error = self._error or error
            self.stopped.set()


class _NoUse(Exception):  # noqa: N818 - no error: it ends a worker in the middle of a file
    pass


def _ignore_news() -> None:
    pass
