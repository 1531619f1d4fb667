"""The decoder of events that are objects of one type, whatever the protocol, and its end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit._core.object_decoder import ObjectDecoder
from streamkit._core.sse import ServerSentEvent
from streamkit.errors import APIError, LimitExceededError, StreamDecodeError, StreamTruncatedError
from streamkit.limits import Limits
from streamkit.types import Wire


class Tick(Wire):
    n: int = 0
    last: bool = False


def decoder(**options: Any) -> ObjectDecoder[Tick]:
    return ObjectDecoder(Tick, ends=lambda tick: tick.last, **options)


def event(data: object, name: str = "message") -> ServerSentEvent:
    return ServerSentEvent(data if isinstance(data, bytes) else json.dumps(data).encode(), name)


@pytest.mark.parametrize("fields", [{}, {"vendor": 1}], ids=["known fields", "a field of its own"])
def test_an_object_that_ends_the_answer_makes_it_whole(fields: dict[str, int]) -> None:
    machine = decoder()
    assert machine.feed(event({"n": 1, **fields}))
    assert (machine.has_ended, machine.is_complete) == (False, False)
    (last,) = machine.feed(event({"n": 2, "last": True, **fields}))
    assert last.to_dict() == {"n": 2, "last": True, **fields}
    assert (machine.has_ended, machine.done) == (True, False)
    assert list(machine.close()) == []


def test_done_makes_it_whole_and_nothing_follows() -> None:
    machine = decoder()
    machine.feed(event({"n": 1}))
    assert machine.feed(event(b"[DONE]")) == ()
    assert machine.feed(event({"n": 2})) == ()
    assert (machine.done, machine.received) == (True, 2)


def test_what_ends_before_is_cut_and_says_after_how_many_events() -> None:
    machine = decoder()
    machine.feed(event({"n": 1}))
    machine.feed(event(b""))
    with pytest.raises(StreamTruncatedError, match=r"cut after 2 events: no \[DONE\]$"):
        machine.close()


def test_no_event_at_all_is_no_answer() -> None:
    with pytest.raises(StreamDecodeError):
        decoder().close()


def test_a_cut_that_is_accepted_is_an_end() -> None:
    machine = decoder(on_truncated="accept")
    machine.feed(event({"n": 1}))
    assert list(machine.close()) == []


@pytest.mark.parametrize("data", [b"   ", b" " * 40, b"\n"])
def test_an_event_without_data_is_none(data: bytes) -> None:
    assert decoder().feed(event(data)) == ()


REPORTS = {
    "an error": event({"error": {"message": "too hot"}}),
    "an event": event(b"too hot", "error"),
    "an event with fields of the type": event({"n": 1, "message": "too hot"}, "error"),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_an_error_that_the_server_reports_is_raised_with_its_text(report: ServerSentEvent) -> None:
    with pytest.raises(APIError, match="too hot"):
        decoder().feed(report)


@pytest.mark.parametrize("data", [b"[1]", b"12", b'"a"', b"{", b"<html>", b"\xff"])
def test_what_is_no_json_object_is_quoted(data: bytes) -> None:
    with pytest.raises(StreamDecodeError) as raised:
        decoder().feed(event(data))
    assert raised.value.received == data.decode("utf-8", "replace")


def test_nesting_has_a_limit() -> None:
    with pytest.raises(LimitExceededError, match="json_depth"):
        decoder(limits=Limits(json_depth=4)).feed(event(b'{"a": [[[[[1]]]]]}'))
