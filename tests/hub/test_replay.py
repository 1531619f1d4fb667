"""A hub with ``replay`` gives late consumers what there was, and with ``linger`` waits for them."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex.scheduler import ImmediateScheduler, VirtualTimeScheduler

from streamkit import Hub, OpenAI, StreamClosedError
from streamkit.events import AttemptResetEvent, EventsDroppedEvent
from streamkit.hub import history
from tests.http_server import Do, ScriptedServer
from tests.hub.consuming import rest_of
from tests.operators.texts import events
from tests.sse_bodies import part, stream

if TYPE_CHECKING:
    from streamkit.hub.history import Replay

EVENTS = events(["a", "b", "c"])
LOST = OSError("lost")


def fed(replay: Replay, values: list[Any], **options: Any) -> Hub[Any]:
    hub: Hub[Any] = Hub(replay=replay, close_when_unused=False, **options)
    for value in values:
        hub.on_next(value)
    return hub


def texts(seen: list[Any]) -> list[str]:
    return [event.delta for event in seen if getattr(event, "type", "") == "content.delta"]


@pytest.mark.parametrize(
    ("replay", "expected"),
    [
        pytest.param("all", [1, 2, 3, 4], id="all"),
        pytest.param("snapshot", [1, 2, 3, 4], id="snapshot of what has no deltas"),
        pytest.param(2, [2, 3, 4], id="the last two"),
        pytest.param(9, [1, 2, 3, 4], id="more than there were"),
    ],
)
def test_a_late_consumer_gets_what_there_was_and_what_comes(
    replay: Replay, expected: list[int]
) -> None:
    hub = fed(replay, [1, 2, 3])
    late = hub.consumer()
    pushed: list[Any] = []
    hub.observe_on(ImmediateScheduler()).subscribe(pushed.append)
    assert pushed == expected[:-1]
    hub.on_next(4)
    hub.on_completed()
    assert rest_of(late) == [*expected, "|"]
    assert pushed == expected


@pytest.mark.parametrize("end", ["completed", "failed", "closed"])
def test_what_there_was_is_had_after_the_end(end: str) -> None:
    hub = fed("all", [1, 2])
    if end == "completed":
        hub.on_completed()
    elif end == "failed":
        hub.on_error(LOST)
    else:
        hub.close()
    for _ in range(2):
        *values, last = rest_of(hub.consumer(limit=1))
        assert values == [1, 2]
        assert last == {"completed": "|", "failed": LOST}.get(end) or isinstance(
            last, StreamClosedError
        )
    pushed: list[Any] = []
    hub.observe_on(ImmediateScheduler()).subscribe(pushed.append, pushed.append)
    assert pushed[:2] == [1, 2]


def test_a_snapshot_has_the_deltas_of_a_part_as_one() -> None:
    hub = fed("snapshot", EVENTS)
    hub.on_completed()
    seen = rest_of(hub.consumer())
    assert texts(seen) == ["abc"]
    assert [event.type for event in seen[:-1]][-1] == "content.done"
    assert len(seen) < len(EVENTS)
    assert texts(rest_of(hub.consumer())) == ["abc"]


def test_a_delta_after_the_snapshot_goes_on_from_it() -> None:
    hub = fed("snapshot", EVENTS[:4])
    late = hub.consumer(overflow="coalesce")
    for event in EVENTS[4:]:
        hub.on_next(event)
    hub.on_completed()
    assert "".join(texts(rest_of(late))) == "abc"


def test_a_new_attempt_replaces_the_snapshot() -> None:
    reset = AttemptResetEvent(2, 0.0, LOST)
    hub = fed("snapshot", [*EVENTS[:4], reset, *EVENTS])
    hub.on_completed()
    seen = rest_of(hub.consumer())
    assert seen[0] is reset
    assert texts(seen) == ["abc"]


@pytest.mark.parametrize("replay", ["all", "snapshot"])
def test_more_than_the_limit_is_dropped_and_counted(
    replay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "REPLAY_LIMIT", 3)
    hub = fed(replay, [1, 2, 3, 4, 5])
    hub.on_completed()
    assert rest_of(hub.consumer()) == [EventsDroppedEvent(2), 3, 4, 5, "|"]


def test_consumers_that_come_at_any_moment_get_every_event_once() -> None:
    hub: Hub[int] = Hub(replay="all", close_when_unused=False)
    count, taken = 300, list[list[Any]]()
    readers: list[threading.Thread] = []

    def read(consumer: Any) -> None:
        taken.append(rest_of(consumer))

    feeder = threading.Thread(target=lambda: hub.drive(range(count)))
    feeder.start()
    for _ in range(20):
        reader = threading.Thread(target=read, args=(hub.consumer(limit=5),))
        reader.start()
        readers.append(reader)
    for thread in (feeder, *readers):
        thread.join(10)
    assert taken == [[*range(count), "|"]] * 20


def test_a_task_that_comes_late_gets_what_there_was() -> None:
    async def main() -> list[Any]:
        hub = fed("snapshot", EVENTS)
        hub.on_completed()
        return [event async for event in hub.consumer()]

    assert texts(asyncio.run(main())) == ["abc"]


def test_the_last_reader_may_come_back() -> None:
    clock = VirtualTimeScheduler()
    source: rx.Subject[int] = rx.Subject()
    hub: Hub[int] = Hub(replay="all", linger=10, scheduler=clock)
    first = hub.consumer()
    hub.connect(source)
    source.on_next(1)
    first.close()
    clock.advance_by(9)
    source.on_next(2)
    with hub.consumer() as second:
        clock.advance_by(20)
        source.on_next(3)
        source.on_completed()
        assert rest_of(second) == [1, 2, 3, "|"]


def test_nobody_comes_back() -> None:
    clock = VirtualTimeScheduler()
    source: rx.Subject[int] = rx.Subject()
    hub: Hub[int] = Hub(linger=10, scheduler=clock)
    for wait in (5, 9):  # who comes and goes begins the wait anew
        consumer = hub.consumer()
        if not source.observers:
            hub.connect(source)
        consumer.close()
        clock.advance_by(wait)
        assert source.observers
    clock.advance_by(1)
    assert not source.observers
    assert isinstance(rest_of(hub.consumer())[-1], StreamClosedError)


def test_the_response_is_open_while_the_hub_waits_and_closed_afterwards() -> None:
    clock = VirtualTimeScheduler()
    body = stream(part("a"), end=[Do.HOLD])
    with ScriptedServer(body) as server, OpenAI(api_key="k", base_url=server.url) as client:
        hub: Hub[Any] = Hub(replay="snapshot", linger=10, scheduler=clock)
        first = hub.consumer()
        with client.chat.completions.stream(model="m", messages=[]) as source:
            feeder = threading.Thread(target=hub.drive, args=(source,))
            feeder.start()
            assert texts([next(first), next(first)]) == ["a"]
            first.close()
            with hub.consumer() as second:
                assert texts([next(second), next(second)]) == ["a"]
            assert not server.hung_up.is_set()
            clock.advance_by(10)
            assert server.hung_up.wait(10)
            feeder.join(10)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"replay": 0}, "replay must be"), ({"replay": "x"}, "replay"), ({"linger": -1}, "linger")],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Hub(**options)
