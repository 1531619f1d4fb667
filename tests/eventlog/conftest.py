"""The fixtures of the tests of event logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streamkit.eventlog import tail
from tests.eventlog.backends import BACKENDS, Backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.eventlog import EventLog


@pytest.fixture(autouse=True)
def _quiet_logs_are_looked_at_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "SLICE", 0.02)


@pytest.fixture(params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Return each backend, to open logs as several processes do."""
    made = BACKENDS[request.param]()
    yield made
    made.close()


@pytest.fixture
def log(backend: Backend) -> EventLog:
    """Return a log of each backend."""
    return backend.log()
