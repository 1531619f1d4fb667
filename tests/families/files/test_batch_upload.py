from __future__ import annotations

import asyncio
import io
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx

from streamkit import OpenAIError, StreamClosedError
from streamkit._rx.async_push import observe_async
from streamkit._rx.push import observe
from streamkit.families.files.async_upload_stream import AsyncUploadStream
from streamkit.families.files.batch_upload import BatchUpload, Job, UploadProgress
from streamkit.families.files.upload_stream import UploadStream
from streamkit.types import FileObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._http.upload import FileTypes

PATIENCE = 10.0


def named(*names: str) -> list[FileTypes]:
    return [(name, name.encode()) for name in names]


def created(job: Job) -> FileObject:
    return FileObject(id=f"file_{name_of(job)}")


class Workers:
    """The senders of a batch, counted; a test decides when each may finish."""

    def __init__(self) -> None:
        self.at_work: list[Job] = []
        self.most = 0
        self.changed = threading.Condition()
        self.may_finish = threading.Semaphore(0)

    def send(self, job: Job) -> FileObject:
        with self.changed:
            self.at_work.append(job)
            self.most = max(self.most, len(self.at_work))
            self.changed.notify_all()
        assert self.may_finish.acquire(timeout=PATIENCE)
        with self.changed:
            self.at_work.remove(job)
        return created(job)

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.at_work) == count, PATIENCE)


class Sent(threading.Thread):
    """A batch that is sent on a thread of its own, and its end."""

    def __init__(self, batch: BatchUpload, send: Callable[[Job], FileObject], most: int) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.progress: list[UploadProgress] = []
        self._stream = UploadStream(batch, send, most)
        self.start()

    def run(self) -> None:
        try:
            with closing(self._stream):
                self.progress.extend(self._stream)
        except OpenAIError as error:
            self.error = error


def test_no_more_files_are_sent_at_a_time_than_allowed() -> None:
    batch, workers = BatchUpload(named(*"abcdefgh")), Workers()
    sent = Sent(batch, workers.send, most=3)
    for _ in range(6):
        workers.wait_for(3)
        workers.may_finish.release()
    workers.may_finish.release(2)
    sent.join()
    assert (workers.most, len(batch.file_ids)) == (3, 8)


async def test_no_more_files_are_sent_at_a_time_than_allowed_by_tasks() -> None:
    at_work = most = 0

    async def send(job: Job) -> FileObject:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        for _ in range(3):
            await asyncio.sleep(0)
        at_work -= 1
        return created(job)

    batch = BatchUpload(named(*"abcdefgh"))
    async with AsyncUploadStream(batch, send, 3) as stream:
        _ = [progress async for progress in stream]
    assert (most, len(batch.file_ids)) == (3, 8)


def test_the_ids_keep_the_order_of_the_files_whichever_is_done_first() -> None:
    done = {name: threading.Event() for name in "abc"}
    follows = {"a": done["b"], "b": done["c"], "c": None}

    def send(job: Job) -> FileObject:
        name = name_of(job)
        if (before := follows[name]) is not None:
            assert before.wait(PATIENCE)
        done[name].set()
        return created(job)

    batch = BatchUpload(named(*"abc"))
    Sent(batch, send, most=3).join()
    assert batch.file_ids == ["file_a", "file_b", "file_c"]


@given(st.permutations("abcdef"))
def test_the_order_of_finishing_does_not_matter(order: list[str]) -> None:
    batch = BatchUpload(named(*"abcdef"))
    takes = {name: batch.take() for name in "abcdef"}
    jobs = {name: take.__enter__() for name, take in takes.items()}
    for name in order:
        job = jobs[name]
        assert job is not None
        job.finished(created(job))
        takes[name].__exit__(None, None, None)
    assert batch.is_over
    assert batch.file_ids == [f"file_{name}" for name in "abcdef"]


# Progress


def test_progress_says_how_far_each_file_is() -> None:
    def send(job: Job) -> FileObject:
        job.on_progress(3, 7)
        job.on_progress(7, 7)
        return created(job)

    batch = BatchUpload(named("a"))
    with batch.take() as job:
        assert job is not None
        job.on_progress(3, 7)
        half = batch.next_news()
        job.finished(send(job))
    whole = batch.next_news()
    assert half == UploadProgress(0, "a", 3, 7)
    # A late reader sees only the newest state, so unread news do not pile up.
    assert whole == UploadProgress(0, "a", 7, 7, "file_a")
    assert batch.next_news() is None


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (("report.pdf", b""), "report.pdf"),
        (b"", "upload"),
        (io.BytesIO(), "upload"),
        ((None, b""), "file 0"),
    ],
)
def test_progress_names_its_file(file: FileTypes, name: str) -> None:
    sent = Sent(BatchUpload([file]), lambda _: FileObject(id="file_1"), most=1)
    sent.join()
    assert sent.progress == [UploadProgress(0, name, file_id="file_1")]


def test_what_is_no_file_is_refused_before_any_is_sent() -> None:
    with pytest.raises(TypeError, match="a file is bytes"):
        BatchUpload([b"", "a path as a string"])  # type: ignore[list-item]  # refused


def test_a_batch_of_no_files_is_over_at_once() -> None:
    assert list(UploadStream(BatchUpload([]), created, 5)) == []


# Failures


def test_after_a_failure_no_other_file_is_sent() -> None:
    asked: list[str] = []
    refused = threading.Event()
    batch = BatchUpload(named(*"abcdefgh"))

    def send(job: Job) -> FileObject:
        name = name_of(job)
        asked.append(name)
        if name == "b":
            assert refused.wait(PATIENCE)
            raise OpenAIError("no room")
        if name == "c":
            # The file has been sent, and only its answer is missing.
            refused.set()
            assert batch.stopped.wait(PATIENCE)
        return created(job)

    sent = Sent(batch, send, most=2)
    sent.join()
    assert str(sent.error) == "no room"
    assert sorted(asked) == ["a", "b", "c"]
    assert batch.file_ids == ["file_a", "file_c"]


def test_after_a_failure_who_is_sending_stops_with_the_next_piece() -> None:
    sending, refused = threading.Event(), threading.Event()
    batch = BatchUpload(named(*"ab"))

    def send(job: Job) -> FileObject:
        if name_of(job) == "a":
            assert sending.wait(PATIENCE)
            raise OpenAIError("no room")
        job.on_progress(1, 9)
        sending.set()
        assert batch.stopped.wait(PATIENCE)
        job.on_progress(2, 9)
        refused.set()
        return created(job)

    sent = Sent(batch, send, most=2)
    sent.join()
    assert str(sent.error) == "no room"
    assert not refused.is_set()
    assert batch.file_ids == []


async def test_after_a_failure_tasks_stop_in_the_same_way() -> None:
    sending = asyncio.Event()
    batch = BatchUpload(named(*"abc"))

    async def send(job: Job) -> FileObject:
        if name_of(job) == "a":
            await sending.wait()
            raise OpenAIError("no room")
        job.on_progress(1, 9)
        sending.set()
        assert await asyncio.to_thread(batch.stopped.wait, PATIENCE)
        job.on_progress(2, 9)
        raise AssertionError("it should have been stopped")

    with pytest.raises(OpenAIError, match="no room"):
        async with AsyncUploadStream(batch, send, 2) as stream:
            _ = [progress async for progress in stream]
    assert batch.file_ids == []


def test_the_first_of_several_failures_is_raised() -> None:
    batch = BatchUpload(named(*"ab"))
    with batch.take(), batch.take():
        raise OpenAIError("first")
    with pytest.raises(OpenAIError, match="first"):
        batch.check()


def test_a_worker_that_is_taken_away_is_a_failure() -> None:
    batch = BatchUpload(named(*"ab"))
    with pytest.raises(SystemExit), batch.take():
        raise SystemExit
    assert batch.is_over
    with pytest.raises(StreamClosedError, match="SystemExit"):
        batch.check()


def test_an_error_has_the_ids_that_exist() -> None:
    batch = BatchUpload(named(*"ab"))
    with batch.take() as job:
        assert job is not None
        job.finished(created(job))
    with pytest.raises(OpenAIError) as caught, batch.named():
        raise OpenAIError
    assert caught.value.file_ids == ["file_a"]
    with pytest.raises(OSError, match="unplugged") as other, batch.named():
        raise OSError("unplugged")
    assert other.value.__notes__ == ["These files were uploaded and exist: file_a"]


# Disposal


def test_to_close_it_is_not_to_wait_for_an_answer() -> None:
    asked, answer = threading.Event(), threading.Event()

    def send(job: Job) -> FileObject:
        job.on_progress(1, 9)
        asked.set()
        answer.wait(PATIENCE)
        return created(job)

    stream = UploadStream(BatchUpload(named("a")), send, 1)
    assert next(stream).bytes_sent == 1
    assert asked.wait(PATIENCE)
    stream.close()
    with pytest.raises(StreamClosedError):
        next(stream)
    answer.set()


def test_an_observer_that_has_enough_stops_the_upload() -> None:
    batch, seen = BatchUpload(named(*"abc")), list[UploadProgress]()
    subscribed = observe(lambda: UploadStream(batch, created, 1)).pipe(rx.take(1))
    subscribed.subscribe(seen.append)
    assert [progress.file_id for progress in seen] == ["file_a"]
    with batch.take() as job:
        assert job is None


async def test_disposal_cancels_the_tasks() -> None:
    asked, cancelled = asyncio.Event(), asyncio.Event()

    async def send(_job: Job) -> FileObject:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    async def open_stream() -> AsyncUploadStream:
        return AsyncUploadStream(BatchUpload(named(*"ab")), send, 1)

    subscription = observe_async(open_stream).subscribe()
    await asked.wait()
    subscription.dispose()
    await cancelled.wait()


def name_of(job: Job) -> str:
    assert isinstance(job.file, tuple)
    return str(job.file[0])
