"""What every log does with entries: the same for all backends, in threads and in tasks."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from streamkit.errors import StreamkitError
from streamkit.eventlog import (
    CursorError,
    EventLog,
    LogEndedError,
    LogExistsError,
    LogExpiredError,
    LogNotFoundError,
    LogTrimmedError,
    ProducerFencedError,
)
from streamkit.events import EndEvent
from tests.eventlog.backends import Backend

if TYPE_CHECKING:
    from collections.abc import Iterable

THREE = [b"one", b"two", b"three"]


def in_threads(log: EventLog, after: str | None = None, *, live: bool = True) -> list[bytes]:
    return [entry.data for entry in log.read("s", after, live=live)]


def in_tasks(log: EventLog, after: str | None = None, *, live: bool = True) -> list[bytes]:
    async def read() -> list[bytes]:
        return [entry.data async for entry in log.read("s", after, live=live)]

    return asyncio.run(read())


@pytest.fixture(params=[in_threads, in_tasks])
def read(request: pytest.FixtureRequest) -> Any:
    return request.param


def cursors(log: EventLog, stream_id: str = "s") -> list[str]:
    return [entry.cursor for entry in log.snapshot(stream_id)]


def whole(entries: Iterable[bytes]) -> list[bytes]:
    return [*entries, b'{"type":"end","status":"complete"}']


def test_numbers_are_dense_across_calls_and_end_with_the_end(log: EventLog) -> None:
    assert log.append("s", THREE) == [1, 2, 3]
    assert log.append("s", []) == []
    assert log.append("s", [b"four"]) == [4]
    log.finish("s")
    entries = log.snapshot("s")
    assert [(entry.number, entry.is_end) for entry in entries] == [
        (1, False),
        (2, False),
        (3, False),
        (4, False),
        (5, True),
    ]
    assert entries[-1].end == EndEvent("complete")


def test_a_late_reader_gets_everything_in_order(log: EventLog, read: Any) -> None:
    many = [b"%d" % number for number in range(1500)]
    log.append("s", many)
    log.finish("s")
    assert read(log) == whole(many)


@pytest.mark.diagonal
@pytest.mark.parametrize("number", range(5))
def test_a_reader_goes_on_after_any_cursor(log: EventLog, read: Any, number: int) -> None:
    log.append("s", THREE)
    log.finish("s")
    after = ["0", *cursors(log)][number]
    assert read(log, after) == whole(THREE)[number:]


def test_a_reader_that_does_not_wait_ends_with_what_there_is(log: EventLog, read: Any) -> None:
    log.append("s", THREE)
    assert read(log, live=False) == THREE
    assert read(log, cursors(log)[-1], live=False) == []


def test_a_waiting_thread_gets_what_another_process_appends(backend: Backend) -> None:
    here, there = backend.log(), backend.log()
    there.append("s", THREE)
    reader = here.read("s")
    assert [next(reader).data for _ in THREE] == THREE
    append = threading.Thread(target=there.append, args=("s", [b"four"]))
    append.start()
    assert next(reader).data == b"four"
    append.join()
    there.finish("s")
    assert [entry.is_end for entry in reader] == [True]


async def test_a_waiting_task_gets_what_another_process_appends(backend: Backend) -> None:
    here, there = backend.log(), backend.log()
    await there.aappend("s", THREE)
    async with here.read("s") as reader:
        assert [(await anext(reader)).data for _ in THREE] == THREE
        waiting = asyncio.ensure_future(anext(reader))
        await asyncio.wait({waiting}, timeout=0)
        await there.aappend("s", [b"four"])
        assert (await waiting).data == b"four"
        await there.afinish("s")
        assert [entry.is_end async for entry in reader] == [True]


async def test_a_cancelled_wait_loses_no_entry(backend: Backend) -> None:
    here, there = backend.log(), backend.log()
    await there.aappend("s", THREE)
    async with here.read("s") as reader:
        taken: list[bytes] = []
        for round_ in range(40):
            waiting = asyncio.ensure_future(anext(reader))
            for _ in range(round_ % 7):
                await asyncio.sleep(0)
            if waiting.cancel():
                await asyncio.wait({waiting})
            if not waiting.cancelled():
                taken.append(waiting.result().data)
        await there.afinish("s")
        taken += [entry.data async for entry in reader]
    assert taken == whole(THREE)


def test_closing_a_reader_wakes_the_thread_that_waits(log: EventLog) -> None:
    log.append("s", THREE)
    reader = log.read("s")
    taken: list[bytes] = []
    thread = threading.Thread(target=lambda: taken.extend(entry.data for entry in reader))
    thread.start()
    while len(taken) < 3:
        pass
    reader.close()
    thread.join()
    assert taken == THREE


def test_the_end_of_another_process_is_read_with_its_error(backend: Backend) -> None:
    here, there = backend.log(), backend.log()
    there.append("s", THREE)
    there.finish("s", EndEvent("truncated"))
    end = here.snapshot("s")[-1].end
    assert end is not None
    assert end.status == "truncated"


def test_nothing_is_appended_after_the_end(log: EventLog) -> None:
    producer = log.open("s")
    producer.finish()
    with pytest.raises(LogEndedError):
        producer.send(b"late")
    producer.flush()
    with pytest.raises(LogEndedError):
        log.open("s", existing="resume")


def test_streams_do_not_mix(log: EventLog) -> None:
    log.append("s", THREE)
    log.append("t", [b"other"])
    assert [entry.data for entry in log.snapshot("t")] == [b"other"]
    assert [entry.data for entry in log.snapshot("s")] == THREE


@pytest.mark.parametrize("stream_id", ["", "ü/ {x} %s *", "a" * 300, "-1:0"])
def test_any_text_is_the_id_of_a_stream(log: EventLog, stream_id: str) -> None:
    log.append(stream_id, [b"\x00\xff"])
    assert [entry.data for entry in log.snapshot(stream_id)] == [b"\x00\xff"]
    assert len(cursors(log, stream_id)) == 1


def test_a_stream_that_never_began_is_not_found(log: EventLog, read: Any) -> None:
    assert log.status("s") is None
    for call in (lambda: read(log), lambda: log.stop("s"), lambda: log.finish("s")):
        with pytest.raises(LogNotFoundError, match="'s'"):
            call()
    log.expire("s")
    log.trim("s", "0")


def test_an_expired_log_says_so_to_readers_old_and_new(backend: Backend, read: Any) -> None:
    here, there = backend.log(), backend.log()
    there.append("s", THREE)
    reader = here.read("s")
    taken = [next(reader).data for _ in THREE]
    there.expire("s")
    with pytest.raises(LogExpiredError):
        next(reader)
    for after in (None, reader.cursor):
        with pytest.raises(LogExpiredError):
            read(here, after)
    assert taken == THREE
    status = here.status("s")
    assert status is not None
    assert status.phase == "expired"
    with pytest.raises(LogExpiredError):
        there.append("s", [b"late"])


def test_a_trimmed_log_says_what_is_left(log: EventLog, read: Any) -> None:
    log.append("s", THREE)
    places = ["0", *cursors(log)]
    log.trim("s", places[3])
    for after in places[:2]:
        with pytest.raises(LogTrimmedError) as trimmed:
            read(log, after)
        assert trimmed.value.resume_after == places[2]
    assert read(log, places[2], live=False) == [b"three"]


def test_a_long_log_keeps_its_newest_entries(backend: Backend, read: Any) -> None:
    log = backend.log(entries=2)
    log.append("s", THREE)
    with pytest.raises(LogTrimmedError) as trimmed:
        read(log)
    assert read(log, trimmed.value.resume_after, live=False) == THREE[1:]


def test_a_cursor_of_a_replaced_log_is_refused(log: EventLog, read: Any) -> None:
    log.append("s", THREE)
    old = cursors(log)
    reader = log.read("s")
    assert [next(reader).data for _ in THREE] == THREE
    log.open("s", existing="replace").append([b"new"] * 5)
    for after in old:
        with pytest.raises(CursorError, match="begun anew"):
            read(log, after)
    with pytest.raises(CursorError, match="begun anew"):
        next(reader)
    assert read(log, live=False) == [b"new"] * 5


@pytest.mark.parametrize("cursor", ["1", "x", "0123456789ab", "0123456789ab-", "é-1", 7])
def test_a_malformed_cursor_is_refused_at_once(log: EventLog, cursor: Any) -> None:
    with pytest.raises(CursorError, match="a cursor is like"):
        log.read("s", cursor)


def test_a_cursor_beyond_the_end_is_refused(log: EventLog, read: Any) -> None:
    log.append("s", THREE)
    incarnation = cursors(log)[0].partition("-")[0]
    with pytest.raises(CursorError, match="ends before"):
        read(log, f"{incarnation}-4", live=False)
    log.finish("s")
    with pytest.raises(CursorError, match="ends before"):
        read(log, f"{incarnation}-5")


def test_a_reader_who_is_ahead_of_the_log_goes_on_when_it_has_caught_up(log: EventLog) -> None:
    log.append("s", THREE)
    reader = log.read("s", cursors(log)[0].partition("-")[0] + "-4")
    with ThreadPoolExecutor() as pool:
        read = pool.submit(lambda: [entry.data for entry in reader])
        log.append("s", [b"four"])
        log.append("s", [b"five"])
        log.finish("s")
    assert read.result() == whole([b"five"])


def test_a_log_that_ends_before_the_cursor_of_a_waiting_reader_is_an_error(log: EventLog) -> None:
    log.append("s", THREE)
    reader = log.read("s", cursors(log)[0].partition("-")[0] + "-9")
    with ThreadPoolExecutor() as pool:
        read = pool.submit(lambda: [*reader])
        log.append("s", [b"four"])
        log.finish("s")
    with pytest.raises(CursorError, match="ends before"):
        read.result()


def test_a_second_producer_is_refused_unless_it_takes_over(backend: Backend) -> None:
    here, there = backend.log(), backend.log()
    first = there.open("s")
    first.append(THREE)
    with pytest.raises(LogExistsError, match="'s'"):
        here.open("s")
    second = here.open("s", existing="resume")
    assert second.append([b"four"]) == [4]
    with pytest.raises(ProducerFencedError):
        first.append([b"stale"])
    assert isinstance(first.error, StreamkitError)
    second.finish()
    second.flush()
    assert [entry.data for entry in here.snapshot("s")] == whole([*THREE, b"four"])


def test_of_many_producers_that_begin_at_once_one_wins(backend: Backend) -> None:
    logs = [backend.log() for _ in range(4)]
    won: list[int] = []

    def begin(number: int) -> None:
        try:
            logs[number].open("s").append([b"%d" % number])
        except LogExistsError:
            return
        won.append(number)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.data for entry in logs[0].snapshot("s")] == [b"%d" % number for number in won]


@pytest.mark.parametrize("before", [True, False], ids=["before it looks", "while it runs"])
def test_a_request_to_stop_reaches_the_producer(backend: Backend, before: bool) -> None:
    here, there = backend.log(), backend.log()
    producer = there.open("s")
    stopped = threading.Event()
    if before:
        assert here.stop("s").is_stopping
        producer.on_stop(stopped.set)
    else:
        producer.on_stop(stopped.set)
        here.stop("s")
    assert stopped.wait(60)
    assert producer.is_stopping


def test_stopping_what_has_ended_does_nothing(log: EventLog) -> None:
    log.append("s", THREE)
    log.finish("s")
    status = log.stop("s")
    assert (status.phase, status.is_stopping) == ("ended", False)


def test_a_reader_ends_a_log_whose_producer_has_died(backend: Backend) -> None:
    log = backend.log(lease=0.2)
    log.append("s", THREE)
    dead = log.open("s", existing="resume")
    die(log, dead)
    entries = list(log.read("s"))
    assert [entry.data for entry in entries[:-1]] == THREE
    end = entries[-1].end
    assert end is not None
    assert end.status == "truncated"
    assert log.snapshot("s") == entries


def die(log: EventLog, producer: Any) -> None:
    """Let a producer give no sign of life any more, as if its process were killed."""
    log._writer._lives.pop(producer)  # pyright: ignore[reportPrivateUsage] - only there
