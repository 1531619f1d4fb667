"""Servers die, networks are cut, processes are killed, and nothing is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import StreamTruncatedError
from streamkit.eventlog import (
    EventLog,
    EventLogError,
    LogUnavailableError,
    RedisLog,
    Retention,
    SQLiteLog,
    retrying,
)
from tests.eventlog.cutting_proxy import CuttingProxy
from tests.eventlog.redis_server import RedisServer
from tests.programs import VALKEY, needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.eventlog.cutting_proxy import Direction

ENTRIES = [b"%d" % number for number in range(1, 201)]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "LONGEST", 0.02)


@pytest.fixture
def mortal() -> Iterator[RedisServer]:
    server = RedisServer(needed(VALKEY)).start()
    yield server
    server.close()


def numbers(log: EventLog) -> list[int]:
    """Return the numbers of all entries of a stream, as a reader gets them; the end is the last."""
    entries = list(log.read("s"))
    assert entries[-1].is_end
    assert [int(entry.data) for entry in entries[:-1]] == [e.number for e in entries[:-1]]
    return [entry.number for entry in entries]


def test_a_server_that_is_killed_and_comes_back_has_lost_nothing(mortal: RedisServer) -> None:
    log = RedisLog(mortal.url, prefix="p:", pace=0.0)
    half, back = threading.Event(), threading.Event()

    def source() -> Iterator[bytes]:
        yield from ENTRIES[:100]
        half.set()
        yield from ENTRIES[100:150]
        back.wait()
        yield from ENTRIES[150:]

    with log:
        production = log.produce("s", source())
        production.close()
        got: list[list[int]] = []
        readers = [threading.Thread(target=lambda: got.append(numbers(log))) for _ in range(3)]
        for reader in readers:
            reader.start()
        half.wait()
        mortal.kill()
        mortal.start()
        back.set()
        for reader in readers:
            reader.join()
        assert got == [[*range(1, 202)]] * 3
        assert production.producer.error is None


def test_a_server_that_stays_away_fails_the_log_and_not_the_answer(mortal: RedisServer) -> None:
    with RedisLog(mortal.url, prefix="p:", patience=0.0) as log:
        half, dead = threading.Event(), threading.Event()

        def source() -> Iterator[bytes]:
            yield from ENTRIES[:100]
            half.set()
            dead.wait()
            yield from ENTRIES[100:]

        production = log.produce("s", source())
        half.wait()
        mortal.kill()
        dead.set()
        assert [*production] == ENTRIES
        production.until_done()
        assert isinstance(production.producer.error, LogUnavailableError)
        with pytest.raises(LogUnavailableError, match="Redis"):
            log.status("s")


@pytest.mark.parametrize("direction", ["request", "reply"])
def test_a_network_that_is_cut_again_and_again_loses_and_doubles_nothing(
    valkey: RedisServer, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "SHORTEST", 0.0)
    random = Random(direction)  # noqa: S311 - seeded, to come again
    count = 0

    def cuts(of: Direction) -> bool:
        nonlocal count
        is_cut = of == direction and random.random() < 0.2
        count += is_cut
        return is_cut

    with CuttingProxy(valkey.socket, cuts) as proxy:
        with RedisLog(proxy.url, prefix=f"{direction}:", pace=0.0) as log:
            got: list[list[int]] = []
            log.append("s", ENTRIES[:1])
            reader = threading.Thread(target=lambda: got.append(numbers(log)))
            reader.start()
            for number in range(1, 60):
                assert log.append("s", ENTRIES[number : number + 1]) == [number + 1]
            log.finish("s")
            reader.join()
    assert got == [[*range(1, 62)]]
    assert count > 5


PRODUCER = """
import sys, threading
from streamkit.eventlog import *
kind, place = sys.argv[1:]
kept = Retention(lease=0.5)
log = SQLiteLog(place, retention=kept) if kind == "sqlite" else RedisLog(
    place, prefix="killed:", retention=kept)
def source():
    yield from (b"%d" % number for number in range(1, 101))
    threading.Event().wait()
production = log.produce("s", source())
for _ in range(100):
    next(production)
production.producer.flush()
print("written", flush=True)
threading.Event().wait()
"""


def test_readers_learn_that_the_producer_was_killed_in_sqlite(tmp_path: Path) -> None:
    place = str(tmp_path / "logs.db")
    with SQLiteLog(place, retention=Retention(lease=0.5)) as log:
        killed(log, "sqlite", place)


def test_readers_learn_that_the_producer_was_killed_in_redis(valkey: RedisServer) -> None:
    with RedisLog(valkey.url, prefix="killed:", retention=Retention(lease=0.5)) as log:
        killed(log, "redis", valkey.url)


def killed(log: EventLog, kind: str, place: str) -> None:
    """Kill a process that produces, and read what it has left."""
    command = [sys.executable, "-c", PRODUCER, kind, place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        reader = log.read("s")
        assert [next(reader).number for _ in range(100)] == [*range(1, 101)]
        process.kill()
    (last,) = reader
    assert last.end is not None
    assert isinstance(last.end.exception(), StreamTruncatedError)
    assert numbers(log) == [*range(1, 102)]


CONFIGURED: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "a wrong password": ("AuthenticationError", lambda _: {"password": "wrong"}),
    "no rights": ("NoPermissionError", lambda _: {"username": "reader", "password": "r"}),
}


@pytest.fixture(scope="module")
def guarded() -> Iterator[RedisServer]:
    """Start a server with two users: one with the rights that ``RedisLog`` names, one without."""
    documented = RedisLog.__doc__ or ""
    rights = documented.partition("``+@stream")[2].partition("``")[0].split()
    users = ["--user", "default", "off"]
    users += ["--user", "log", "on", ">secret", "~p:*", "+@stream", *rights]
    users += ["--user", "reader", "on", ">r", "~p:*", "+ping"]
    server = RedisServer(needed(VALKEY), *users).start()
    yield server
    server.close()


def test_the_documented_rights_suffice(guarded: RedisServer) -> None:
    with RedisLog(guarded.url, prefix="p:", username="log", password="secret", pace=0.0) as log:
        log.produce("s", iter(ENTRIES)).close()
        assert numbers(log) == [*range(1, 202)]
        log.stop("s")
        log.trim("s", "0")
        log.open("s", existing="replace").on_stop(threading.Event().set)
        log.stop("s")
        log.expire("s")


@pytest.mark.parametrize(("name", "options"), CONFIGURED.values(), ids=CONFIGURED)
def test_a_server_that_refuses_is_not_asked_again(
    guarded: RedisServer, name: str, options: Callable[[str], dict[str, Any]]
) -> None:
    user: dict[str, Any] = {"username": "log"} | options("")
    with RedisLog(guarded.url, prefix="p:", patience=1e6, **user) as log:
        with pytest.raises(EventLogError, match=name) as refused:
            log.append("s", [b"1"])
        assert not isinstance(refused.value, LogUnavailableError)
        assert "wrong" not in str(refused.value)
        assert "secret" not in str(refused.value)
