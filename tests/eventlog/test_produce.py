"""Streams that are produced into a log go on without their caller, and without the log."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex.subject import Subject

from streamkit import StreamClosedError, StreamTruncatedError
from streamkit.errors import APIError
from streamkit.eventlog import EventLog, LogExistsError, MemoryLog
from streamkit.events import ContentDeltaEvent, EndEvent, Event
from tests.eventlog.backends import Backend
from tests.families.common.recorded import events_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MANY = [b"%d" % number for number in range(700)]
OVERLOADED = APIError("overloaded", body={"code": "529"})
ANSWER, _ = events_of("chat-json_schema")


def blocking() -> Iterator[bytes]:
    yield from MANY


async def awaited() -> AsyncIterator[bytes]:
    for entry in MANY:
        yield entry


def failing() -> Iterator[Event]:
    yield from ANSWER
    raise OVERLOADED


async def failing_in_a_task() -> AsyncIterator[Event]:
    for event in ANSWER:
        yield event
    raise OVERLOADED


def entries(log: EventLog) -> list[bytes]:
    return [entry.data for entry in log.read("s") if not entry.is_end]


def end(log: EventLog) -> EndEvent:
    *_, last = log.read("s")
    assert last.end is not None
    return last.end


def test_the_events_of_a_thread_pass_through_and_are_kept(log: EventLog) -> None:
    assert [*log.produce("s", blocking())] == MANY
    assert entries(log) == MANY
    assert end(log) == EndEvent("complete")


async def test_the_events_of_a_task_pass_through_and_are_kept(log: EventLog) -> None:
    assert [event async for event in log.produce("s", awaited())] == MANY
    assert [entry.data async for entry in log.read("s") if not entry.is_end] == MANY


def test_the_events_of_an_observable_are_kept(log: EventLog) -> None:
    assert [*log.produce("s", rx.from_iterable(MANY))] == MANY
    assert entries(log) == MANY


async def test_the_events_of_an_observable_are_kept_by_a_task(log: EventLog) -> None:
    subject: Subject[bytes] = Subject()
    production = log.produce("s", subject)
    await asyncio.sleep(0)
    for entry in MANY:
        subject.on_next(entry)
    subject.on_completed()
    assert [event async for event in production] == MANY
    assert [entry.data async for entry in log.read("s") if not entry.is_end] == MANY


def test_a_production_is_observed_without_a_loop(log: EventLog) -> None:
    emitted: list[Any] = []
    log.produce("s", blocking()).observable.subscribe(
        emitted.append, emitted.append, lambda: emitted.append("|")
    )
    assert emitted == [*MANY, "|"]


def test_each_event_has_the_cursor_of_its_entry(log: EventLog) -> None:
    production = log.produce("s", blocking())
    seen = [production.cursor for _ in production]
    assert seen == [entry.cursor for entry in log.read("s")][:-1]


@pytest.mark.parametrize("taken", [0, 1, 400])
def test_a_stream_goes_on_when_its_caller_leaves(log: EventLog, taken: int) -> None:
    with log.produce("s", blocking()) as production:
        for _ in range(taken):
            next(production)
    assert entries(log) == MANY


def test_a_stream_goes_on_when_a_loop_over_it_is_left(log: EventLog) -> None:
    for event in log.produce("s", blocking()):
        assert event == MANY[0]
        break
    log.produce("t", blocking())
    assert entries(log) == MANY
    assert len([*log.read("t")]) == len(MANY) + 1


async def test_a_stream_goes_on_when_an_async_loop_over_it_is_left(log: EventLog) -> None:
    async for event in log.produce("s", awaited()):
        assert event == MANY[0]
        break
    assert [entry.data async for entry in log.read("s") if not entry.is_end] == MANY


async def test_a_stream_that_is_stopped_before_it_begins_is_closed(log: EventLog) -> None:
    source = Endless()
    made = source.in_tasks()
    production = log.produce("s", made)
    production.stop()
    with pytest.raises(StreamClosedError):
        await production.auntil_done()
    assert [entry.end.status async for entry in log.read("s") if entry.end] == ["cancelled"]
    await asyncio.sleep(0)
    with pytest.raises(StopAsyncIteration):
        await anext(made)


async def test_a_stream_goes_on_when_the_task_of_its_caller_is_cancelled(log: EventLog) -> None:
    caller = asyncio.create_task(take_three(log))
    await asyncio.wait({caller})
    assert caller.cancelled()
    assert [entry.data async for entry in log.read("s") if not entry.is_end] == MANY


async def take_three(log: EventLog) -> None:
    async with log.produce("s", awaited()) as production:
        for _ in range(3):
            await anext(production)
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await anext(production)
        await asyncio.Event().wait()


def test_a_stream_waits_for_a_slow_caller_that_is_there(log: EventLog) -> None:
    production = log.produce("s", blocking())
    next(production)
    assert production.producer.cursor != entry_cursor(production.cursor, len(MANY))
    assert len([*production]) == len(MANY) - 1


def entry_cursor(cursor: str, number: int) -> str:
    return f"{cursor.partition('-')[0]}-{number}"


def test_an_error_of_the_stream_is_raised_here_and_in_every_reader(log: EventLog) -> None:
    production = log.produce("s", failing())
    with pytest.raises(APIError) as here:
        list(production)
    assert here.value is OVERLOADED
    for after in (None, [entry.cursor for entry in log.read("s")][-1]):
        with pytest.raises(APIError, match="overloaded") as there:
            list(log.events("s", after))
        assert there.value.code == "529"
    with pytest.raises(APIError):
        production.until_done()


async def test_an_error_of_the_stream_is_raised_in_tasks(log: EventLog) -> None:
    production = log.produce("s", failing_in_a_task())
    with pytest.raises(APIError):
        await production.auntil_done()
    with pytest.raises(APIError):
        _ = [event async for event in log.events("s")]


@pytest.mark.parametrize("road", ["thread", "task"])
async def test_stop_ends_the_stream_wherever_it_is_produced(backend: Backend, road: str) -> None:
    here, there = backend.log(), backend.log()
    source = Endless()
    made: Any = source if road == "thread" else source.in_tasks()
    production = there.produce("s", made)
    await production.producer.opened.wait_async()
    reader = here.read("s")
    await anext(reader)
    await here.astop("s")
    assert [entry.end.status async for entry in reader if entry.end] == ["cancelled"]
    with pytest.raises(StreamClosedError, match="stopped on request"):
        _ = [event async for event in production]
    await asyncio.to_thread(source.closed.wait, 60)
    assert source.closed.is_set()


class Endless:
    """A stream that emits one event, and nothing more until it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self._begun = False

    def __iter__(self) -> Endless:
        return self

    def __next__(self) -> bytes:
        if self._begun:
            self.closed.wait()
            raise StopIteration
        self._begun = True
        return b"first"

    def close(self) -> None:
        self.closed.set()

    async def in_tasks(self) -> AsyncIterator[bytes]:
        try:
            yield b"first"
            await asyncio.Event().wait()
        finally:
            self.closed.set()


def test_a_stream_without_a_log_goes_on_and_the_failure_is_said(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    log = backend.log()
    log.append("s", [b"earlier"])
    production = log.produce("s", blocking())
    assert [*production] == MANY
    production.until_done()
    assert isinstance(production.producer.error, LogExistsError)
    assert "The log of stream 's' has failed" in caplog.text
    assert [entry.data for entry in log.snapshot("s")] == [b"earlier"]


def test_a_stream_may_replace_the_log_of_an_earlier_one(log: EventLog) -> None:
    log.append("s", [b"earlier"])
    log.produce("s", blocking(), existing="replace").until_done()
    assert entries(log) == MANY


def test_events_that_are_none_fail_the_log_and_not_the_stream() -> None:
    with MemoryLog() as log:
        production = log.produce("s", [object(), object()])
        assert len([*production]) == 2
        assert "encode takes events" in str(production.producer.error)


@pytest.mark.parametrize("source", [7, None, object()])
def test_what_cannot_be_iterated_is_refused(source: Any) -> None:
    with MemoryLog() as log, pytest.raises(TypeError, match="produce takes"):
        log.produce("s", source)


def test_an_async_source_needs_a_loop() -> None:
    with MemoryLog() as log, pytest.raises(TypeError, match="on a running event loop"):
        log.produce("s", awaited())


@pytest.mark.parametrize("backend", ["sqlite", "valkey"], indirect=True)
def test_a_log_that_is_closed_ends_what_goes_on(backend: Backend) -> None:
    here, there = backend.log(), backend.log()
    source = Endless()
    production = there.produce("s", source)
    next(production)
    there.close()
    error = end(here).exception()
    assert isinstance(error, StreamTruncatedError)
    assert "closed its log" in str(error)
    source.close()
    assert [*production] == []


def test_the_events_of_a_model_are_read_with_the_snapshots_that_they_had(log: EventLog) -> None:
    assert len([*log.produce("s", ANSWER)]) == len(ANSWER)
    deltas = [event for event in ANSWER if event.type == "content.delta"]
    read = [event for event in log.events("s") if isinstance(event, ContentDeltaEvent)]
    assert [event.snapshot for event in read] == [event.snapshot for event in deltas]
    reader = log.events("s")
    places = [("0", None), *((reader.cursor, event) for event in reader)]
    everything = [event for _, event in places[1:]]
    for number in range(0, len(places), 17):
        assert [*log.events("s", after=places[number][0])] == everything[number:]


def test_the_observable_of_a_log_emits_on_each_subscription(log: EventLog) -> None:
    log.produce("s", ANSWER).until_done()
    observable = log.events("s").observable
    emitted: list[list[Any]] = [[], []]
    for each in emitted:
        observable.subscribe(each.append)
    assert emitted[0] == emitted[1] == [*log.events("s")]


async def test_the_observable_of_a_log_emits_on_a_loop(log: EventLog) -> None:
    log.produce("s", ANSWER).close()
    emitted: list[Any] = []
    done = asyncio.Event()
    log.events("s").observable.subscribe(emitted.append, on_completed=done.set)
    await done.wait()
    assert emitted == [event async for event in log.events("s")]
