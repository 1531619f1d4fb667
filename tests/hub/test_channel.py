"""A channel passes events on in order, and nothing after its end."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.hub.backlog import NOTHING_YET, Backlog, End
from streamkit.hub.channel import Channel

OVERFLOWS = ("block", "drop_oldest", "coalesce", "fail")


def rest_of(channel: Channel[str]) -> list[Any]:
    """Return the events that can be taken, and ``|`` for the end."""
    taken: list[Any] = []
    while (one := channel.take()) is not NOTHING_YET:
        if isinstance(one, End):
            return [*taken, "|"]
        taken.append(one)
    return taken


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize("ends", ["end", "close"])
def test_an_event_after_the_end_is_ignored(overflow: Any, ends: str) -> None:
    channel: Channel[str] = Channel(Backlog(4, overflow))
    assert channel.offer("a")
    assert rest_of(channel) == ["a"]
    getattr(channel, ends)()
    if not channel.offer("b"):
        assert channel.put("b")
    assert channel.waiting == 0
    assert rest_of(channel) == ["|"]


@pytest.mark.parametrize("overflow", OVERFLOWS)
def test_an_event_without_room_is_not_taken_by_an_offer(overflow: Any) -> None:
    channel: Channel[str] = Channel(Backlog(2, overflow))
    assert [channel.offer(event) for event in "abc"] == [True, True, False]
    assert rest_of(channel) == ["a", "b"]


def test_an_event_after_a_consumer_failed_is_ignored() -> None:
    channel: Channel[str] = Channel(Backlog(1, "fail"))
    assert channel.offer("a")
    assert channel.put("b")
    assert rest_of(channel) == ["a", "|"]
    if not channel.offer("c"):
        assert channel.put("c")
    assert rest_of(channel) == ["|"]
