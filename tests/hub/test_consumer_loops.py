"""A consumer is looped over as often as one likes; each loop goes on where the last was left."""

from __future__ import annotations

from itertools import islice

from streamkit import Hub


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
