"""A stream of an event log is shown from its beginning, and as it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from streamkit.errors import APIError, StreamTruncatedError
from streamkit.eventlog import LogNotFoundError, MemoryLog
from streamkit.events import EventEncoder, end_of
from streamkit.inspector import Inspector
from tests.families.common.recorded import events_of
from tests.inspector.watching import shown_when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.eventlog import EventLog

ANSWER, _ = events_of("chat-json_schema")


@pytest.fixture
def log() -> Iterator[EventLog]:
    with MemoryLog() as made:
        yield made


def test_a_stream_is_shown_as_it_goes_on(log: EventLog) -> None:
    encoder = EventEncoder()
    entries = [entry for event in ANSWER for entry in encoder.feed(event)]
    log.open("s")
    half = len(entries) // 2
    log.append("s", entries[:half])
    with Inspector() as inspector, httpx.Client(base_url=inspector.url) as http:
        inspector.follow(log, "s")
        (row,) = shown_when(http, lambda rows: rows[0]["events"] > 0)
        assert (row["status"], row["title"]) == ("live", "LOG s")
        log.append("s", entries[half:])
        log.finish("s")
        (row,) = shown_when(http, lambda rows: rows[0]["status"] != "live")
        assert row["status"] == "done"
        state = http.get("api/streams/log-s/moment", params={"n": 10**6}).json()
        assert state["parts"][0]["done"]
        assert state["frame"] is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (APIError("overloaded"), "error"),
        (StreamTruncatedError("the stream was cut"), "cut"),
    ],
    ids=["error", "cut"],
)
def test_a_stream_ends_as_it_did_where_it_was_made(
    error: Exception, status: str, log: EventLog
) -> None:
    log.open("s")
    log.finish("s", end_of(error))
    with Inspector() as inspector, httpx.Client(base_url=inspector.url) as http:
        inspector.follow(log, "s")
        (row,) = shown_when(http, lambda rows: rows[0]["status"] != "live")
    assert row["status"] == status
    assert str(error) in row["error"]


@pytest.mark.thorough
def test_an_entry_that_is_no_event_is_an_error_of_its_stream(log: EventLog) -> None:
    log.open("s")
    log.append("s", [b"\xff{"])
    with Inspector() as inspector, httpx.Client(base_url=inspector.url) as http:
        inspector.follow(log, "s")
        (row,) = shown_when(http, lambda rows: rows[0]["status"] != "live")
    assert row["status"] == "error"


def test_a_stream_without_a_log_is_named(log: EventLog) -> None:
    with Inspector() as inspector, pytest.raises(LogNotFoundError, match="'s' has no log"):
        inspector.follow(log, "s")


@pytest.mark.thorough
def test_an_inspector_that_stops_leaves_the_log(log: EventLog) -> None:
    log.open("s")
    with Inspector() as inspector:
        inspector.follow(log, "s")
    status = log.status("s")
    assert status is not None
    assert status.phase == "live"
