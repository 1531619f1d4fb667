"""The fixtures of the tests of event logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streamkit.eventlog import tail
from tests.eventlog.backends import Backend, Memory, Redis, SQLite
from tests.eventlog.redis_server import RedisServer
from tests.programs import REDIS, VALKEY, Program, needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.eventlog import EventLog


@pytest.fixture(autouse=True)
def _quiet_logs_are_looked_at_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "SLICE", 0.02)


@pytest.fixture(scope="session")
def valkey() -> Iterator[RedisServer]:
    """Start a server of Valkey, for all tests of this process."""
    yield from _server(VALKEY)


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """Start the machine's server of Redis, if it has one, for all tests of this process."""
    yield from _server(REDIS)


def _server(program: Program) -> Iterator[RedisServer]:
    server = RedisServer(needed(program)).start()
    yield server
    server.close()


_REDIS = pytest.param("redis", marks=pytest.mark.thorough)


@pytest.fixture(params=["memory", "sqlite", "valkey", _REDIS])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Return each backend, to open logs as several processes do."""
    made: Backend
    if request.param == "memory":
        made = Memory()
    elif request.param == "sqlite":
        made = SQLite()
    else:
        made = Redis(request.getfixturevalue(request.param).url)
    yield made
    made.close()


@pytest.fixture
def log(backend: Backend) -> EventLog:
    """Return a log of each backend."""
    return backend.log()
