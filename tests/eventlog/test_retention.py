"""What a store keeps, and for how long, in virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from streamkit.eventlog import LogNotFoundError, ProducerFencedError, RedisLog, Retention
from streamkit.eventlog.cursor import LogKey
from streamkit.eventlog.entry import Row
from streamkit.eventlog.memory_store import MemoryStore
from streamkit.eventlog.sqlite_store import SQLiteStore
from streamkit.eventlog.store import Batch
from tests.eventlog.redis_server import RedisServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.eventlog.store import Store

KEPT = Retention(lease=10.0, seconds=100.0)
KEY = LogKey("s", "0" * 12)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Iterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore(KEPT, clock)
    else:
        made = SQLiteStore(tmp_path / "logs.db", KEPT, clock)
    made.open(KEY, "refuse")
    made.write([Batch(KEY, 1, 1, [Row(1, b"one")])])
    yield made
    made.close()


def state(store: Store) -> Any:
    return store.look(["s"])[0]


def test_a_lease_runs_out_without_a_sign_of_life(store: Store, clock: Clock) -> None:
    clock.now += 9
    assert state(store).lease == 1
    store.write([Batch(KEY, 1, 2, [])])
    assert state(store).lease == 10
    clock.now += 11
    assert state(store).lease == -1


def test_only_a_log_whose_lease_has_run_out_is_ended_as_abandoned(
    store: Store, clock: Clock
) -> None:
    store.end_abandoned(KEY, 1, b"end")
    assert not state(store).has_ended
    clock.now += 11
    store.end_abandoned(KEY, 2, b"end")
    assert not state(store).has_ended
    for _ in range(2):
        store.end_abandoned(KEY, 1, b"end")
        assert store.rows(KEY, 0, 9) == [Row(1, b"one"), Row(2, b"end", is_end=True)]
    (error,) = store.write([Batch(KEY, 1, 2, [Row(2, b"two")])])
    assert isinstance(error, ProducerFencedError)


def test_a_log_expires_and_is_forgotten_later(store: Store, clock: Clock) -> None:
    clock.now += 100
    assert state(store).is_expired
    store.open(LogKey("other", "1" * 12), "refuse")
    assert store.rows(KEY, 0, 9) == []
    assert state(store).is_expired
    clock.now += 100
    store.open(LogKey("another", "2" * 12), "refuse")
    assert state(store) is None
    (error,) = store.write([Batch(KEY, 1, 2, [Row(2, b"two")])])
    assert isinstance(error, LogNotFoundError)


def test_a_sign_of_life_keeps_a_log_from_expiring(store: Store, clock: Clock) -> None:
    for _ in range(3):
        clock.now += 99
        store.write([Batch(KEY, 1, 2, [])])
    assert not state(store).is_expired
    assert store.rows(KEY, 0, 9) == [Row(1, b"one")]


def test_the_keys_in_redis_expire_by_themselves(valkey: RedisServer) -> None:
    import redis

    with RedisLog(valkey.url, prefix="kept:", retention=KEPT) as log:
        log.append("s", [b"one"])
        log.stop("s")
        client: Any = redis.Redis(unix_socket_path=valkey.socket)
        seconds = {key: client.pttl(key) / 1000 for key in client.keys("kept:*")}
        client.close()
    assert len(seconds) == 4
    for key, left in seconds.items():
        least, most = (100, 200) if key.endswith(b":log") else (0, 100)
        assert least < left <= most


@pytest.mark.parametrize("name", ["lease", "seconds", "entries"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_what_keeps_nothing_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        Retention(**{name: value})
