"""Entries are written together, and again when that fails; whoever sends them never waits."""

from __future__ import annotations

import threading
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from streamkit.eventlog import EventLog, EventLogError, LogUnavailableError, producer, retrying
from tests.eventlog.faulty_store import AWAY, FaultyStore

if TYPE_CHECKING:
    from collections.abc import Iterator

NEVER = 1e6
"""A pace at which nothing is written for the sake of time alone."""


def never_fails(_: str) -> bool:
    return False


@pytest.fixture
def spied() -> Iterator[tuple[EventLog, FaultyStore]]:
    store = FaultyStore(never_fails)
    with EventLog(store, pace=NEVER) as log:
        yield log, store


@pytest.mark.parametrize(
    ("sent", "sizes"),
    [
        ([{"characters": 127}, {"characters": 1}], [2]),
        ([{"characters": 1}] * 128, [128]),
        ([{"characters": 0}] * 9 + [{"characters": 0, "at_once": True}], [10]),
        ([{"characters": 500}], [1]),
    ],
    ids=["128 characters", "many short ones", "a done event", "a long one"],
)
def test_entries_wait_for_each_other(
    spied: tuple[EventLog, FaultyStore], sent: Any, sizes: list[int]
) -> None:
    log, store = spied
    sender = log.open("s")
    reader = log.read("s")
    for options in sent:
        sender.send(b"x", **options)
    assert [next(reader).number for _ in sent] == [*range(1, len(sent) + 1)]
    assert store.written == sizes


def test_the_end_is_written_at_once_with_all_before_it(
    spied: tuple[EventLog, FaultyStore],
) -> None:
    log, store = spied
    sender = log.open("s")
    for _ in range(3):
        sender.send(b"x")
    sender.finish()
    assert [entry.is_end for entry in log.read("s")] == [False] * 3 + [True]
    assert store.written == [4]


def test_a_few_characters_are_written_after_the_pace() -> None:
    store = FaultyStore(never_fails)
    with EventLog(store, pace=0.01) as log:
        log.open("s").send(b"x")
        assert next(log.read("s")).data == b"x"


@pytest.mark.parametrize(
    "fault",
    [
        *(f"{call} is not sent" for call in ("open", "write", "tail", "look", "rows")),
        *(f"the reply to {call} is lost" for call in ("open", "write", "tail")),
    ],
)
def test_a_call_that_fails_is_repeated_and_has_one_effect(fault: str) -> None:
    failures, happened = 3, threading.Event()

    def source() -> Iterator[bytes]:
        for number in range(9):
            yield b"%d" % number
            if number == 4:
                happened.wait()

    def fails(came: str) -> bool:
        nonlocal failures
        if came == fault and failures:
            failures -= 1
            happened.set()
            return True
        return False

    with EventLog(FaultyStore(fails), pace=0.0) as log:
        production = log.produce("s", source())
        assert [entry.number for entry in log.read("s")] == [*range(1, 11)]
        production.until_done()
        assert production.producer.error is None


def test_a_log_that_stays_away_fails_and_the_stream_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retrying, "SHORTEST", 0.0)
    with EventLog(FaultyStore(lambda call: call.startswith("write")), patience=0.0) as log:
        production = log.produce("s", [b"1", b"2"])
        assert [*production] == [b"1", b"2"]
        production.until_done()
        assert str(production.producer.error) == AWAY
        assert caplog.text.count("The log of stream 's' has failed") == 1
        with pytest.raises(LogUnavailableError):
            log.append("t", [b"1"])


def test_readers_of_a_log_that_stays_away_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "SHORTEST", 0.0)
    is_away = threading.Event()
    with EventLog(FaultyStore(lambda _: is_away.is_set()), patience=0.0) as log:
        log.append("s", [b"1"])
        reader = log.read("s")
        next(reader)
        is_away.set()
        with pytest.raises(LogUnavailableError, match=AWAY):
            next(reader)
        with pytest.raises(LogUnavailableError, match=AWAY):
            log.snapshot("s")


def test_what_waits_to_be_written_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producer, "PENDING_BYTES", 1000)
    written = threading.Event()
    with EventLog(FaultyStore(lambda _: not written.is_set()), pace=NEVER) as log:
        production = log.produce("s", (bytes(10) for _ in range(200)))
        assert len([*production]) == 200
        written.set()
        production.until_done()
        assert "more than 1000 bytes" in str(production.producer.error)


def test_a_mistake_in_a_store_fails_one_log_and_not_the_next() -> None:
    mistakes = [ZeroDivisionError("a mistake")]

    def fails(came: str) -> bool:
        if came == "write is not sent" and mistakes:
            raise mistakes.pop()
        return False

    with EventLog(FaultyStore(fails), pace=0.0) as log:
        with pytest.raises(EventLogError, match="ZeroDivisionError"):
            log.append("s", [b"1"])
        assert log.append("t", [b"1"]) == [1]


@pytest.mark.parametrize("seed", range(5))
def test_whatever_fails_each_entry_comes_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "SHORTEST", 0.0001)
    monkeypatch.setattr(retrying, "LONGEST", 0.001)
    random = Random(seed)  # noqa: S311 - which call fails is no secret
    with EventLog(FaultyStore(lambda _: random.random() < 0.3), pace=0.0) as log:
        log.produce("s", (b"%d" % number for number in range(1, 200)))
        entries = list(log.read("s"))
    assert [entry.number for entry in entries] == [*range(1, 201)]
    assert [int(entry.data) for entry in entries[:-1]] == [*range(1, 200)]
