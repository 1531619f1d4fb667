"""Files on their way, several at a time: one machine, worked by threads or by tasks."""

# Strategy: a worker takes a file, sends it, tells how far it is, and takes another. After a failure
# nobody gets another file; who is sending is stopped at the next piece, and who waits for an answer
# gets it, so that at the end it is known which files exist.

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import TYPE_CHECKING

from streamkit._http.upload import upload
from streamkit.errors import OpenAIError, StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from streamkit._http.upload import FileTypes
    from streamkit.types import FileObject

__all__ = ["MAX_CONCURRENCY", "BatchUpload", "Job", "UploadProgress"]

MAX_CONCURRENCY = 5
"""How many files of a batch are sent at a time."""


@dataclass(frozen=True)
class UploadProgress:
    """How far one file of an upload is."""

    index: int
    """Which of the files, counted from 0."""
    filename: str
    bytes_sent: int = 0
    """Bytes of its form, which is the file and a little around it; less when it is sent again."""
    bytes_total: int | None = None
    """None when the length of the file is not known."""
    file_id: str | None = None
    """Set once the file exists."""


@dataclass(frozen=True)
class Job:
    """A file for a worker to send."""

    file: FileTypes
    on_progress: Callable[[int, int | None], None]
    """To be called with each piece that is sent; raises when there is no use in sending more."""
    finished: Callable[[FileObject], None]


class BatchUpload:
    """Which file is next, how far each is, and whether to go on.

    Workers in any thread ``take`` jobs; ``on_news`` is called in theirs. Raises ``TypeError`` for
    what is no file, before any is sent.
    """

    def __init__(self, files: Iterable[FileTypes]) -> None:
        self.on_news: Callable[[], object] = _nobody_listens
        self._files = [*files]
        self._progress = [
            UploadProgress(index, upload(file, {}).name or f"file {index}")
            for index, file in enumerate(self._files)
        ]
        self._news: dict[int, None] = {}
        self._taken = 0
        self._at_work = 0
        self.stopped = Event()
        """Set when nobody is to send anything more."""
        self._error: Exception | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._files)

    @property
    def is_over(self) -> bool:
        """Whether nobody is at work, and nobody will be."""
        with self._lock:
            return not self._at_work and (self.stopped.is_set() or self._taken == len(self._files))

    @property
    def file_ids(self) -> list[str]:
        """The files that exist, in the order in which they were given."""
        return [one.file_id for one in self._progress if one.file_id is not None]

    @contextmanager
    def take(self) -> Generator[Job | None]:
        """Work on the next file; on None when there is none, or nobody wants it any more."""
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
            # The worker goes, and must not leave behind the impression that all is well.
            self._fail(StreamClosedError(f"An upload was given up ({type(error).__name__})"))
            raise
        finally:
            with self._lock:
                self._at_work -= 1
            self.on_news()

    def next_news(self) -> UploadProgress | None:
        """The state of a file that has changed since it was last asked for."""
        with self._lock:
            index = next(iter(self._news), None)
            if index is None:
                return None
            del self._news[index]
            return self._progress[index]

    def stop(self) -> None:
        """Give out no more files, and stop those who are sending one."""
        self.stopped.set()
        self.on_news()

    def check(self) -> None:
        """Raise the first failure."""
        if self._error is not None:
            raise self._error

    @contextmanager
    def named(self) -> Generator[None]:
        """Whatever fails in here bears the ids of the files that it leaves behind."""
        try:
            yield
        except Exception as error:
            self.fail(error)
            raise

    def fail(self, error: Exception) -> None:
        """Put the ids of the files that exist on the error."""
        file_ids = self.file_ids
        if isinstance(error, OpenAIError):
            error.file_ids = file_ids
        elif file_ids:
            error.add_note(f"These files were uploaded and exist: {', '.join(file_ids)}")

    def _job(self, index: int) -> Job:
        def on_progress(sent: int, total: int | None) -> None:
            if self.stopped.is_set():
                raise _NoUse
            self._tell(replace(self._progress[index], bytes_sent=sent, bytes_total=total))

        def finished(file: FileObject) -> None:
            self._tell(replace(self._progress[index], file_id=file.id))

        return Job(self._files[index], on_progress, finished)

    def _tell(self, progress: UploadProgress) -> None:
        with self._lock:
            self._progress[progress.index] = progress
            self._news[progress.index] = None
        self.on_news()

    def _fail(self, error: Exception) -> None:
        with self._lock:
            self._error = self._error or error
            self.stopped.set()


class _NoUse(Exception):  # noqa: N818 - no error: it takes a worker out of the middle of a file
    pass


def _nobody_listens() -> None:
    pass
