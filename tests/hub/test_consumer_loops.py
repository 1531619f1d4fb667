"""A consumer is looped over as often as one likes; each loop goes on where the last was left."""

from __future__ import annotations

import threading
from itertools import islice

import pytest

from streamkit import Hub, StreamClosedError


def test_a_loop_that_is_left_holds_no_event_back() -> None:
    hub: Hub[int] = Hub()
    with hub.consumer() as consumer:
        hub.drive(iter(range(7)))
        for first in consumer:
            assert first == 0
            break
        assert next(consumer) == 1
        assert list(islice(consumer, 2)) == [2, 3]
        assert consumer.waiting == 3
        assert list(zip(consumer, consumer, strict=False)) == [(4, 5)]


def test_two_loops_share_the_events() -> None:
    hub: Hub[int] = Hub()
    with hub.consumer() as consumer:
        hub.drive(iter(range(4)))
        one, other = iter(consumer), iter(consumer)
        assert [next(one), next(other), next(one), next(other)] == [0, 1, 2, 3]
        assert [*one, *other] == []


def test_a_loop_takes_what_there_was_before_what_waits() -> None:
    hub: Hub[int] = Hub(replay="all", close_when_unused=False)
    for number in range(3):
        hub.on_next(number)
    with hub.consumer() as consumer:
        for number in range(3, 6):
            hub.on_next(number)
        hub.on_completed()
        assert list(consumer) == [0, 1, 2, 3, 4, 5]


def test_a_consumer_that_is_closed_in_its_loop_drops_what_waits() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    hub.drive(iter(range(5)))
    loop = iter(consumer)
    assert [next(loop), next(loop)] == [0, 1]
    consumer.close()
    with pytest.raises(StreamClosedError):
        next(loop)


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_a_loop_lets_a_stream_go_on_that_waits_for_room(limit: int) -> None:
    hub: Hub[int] = Hub()
    with hub.consumer(limit=limit) as consumer:
        driving = threading.Thread(target=hub.drive, args=(iter(range(100)),), daemon=True)
        driving.start()
        taken: list[int] = []
        for number in consumer:
            assert consumer.waiting <= limit
            taken.append(number)
        driving.join(10)
        assert not driving.is_alive()
    assert taken == list(range(100))


def test_a_loop_that_feeds_its_own_consumer_is_ended_and_not_stuck() -> None:
    hub: Hub[int] = Hub()
    with hub.consumer(limit=2) as consumer:
        hub.on_next(0)
        hub.on_next(1)

        def feed_back() -> None:
            for number in consumer:
                hub.on_next(number)
                hub.on_next(number)

        with pytest.raises(RuntimeError, match="neither could go on"):
            feed_back()
