"""The services of `docs/scaling`: what becomes of readers when a relay or a producer is killed."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from docs.scaling.compose import compose
from docs.scaling.crowd import Crowd
from tests.eventlog.redis_server import RedisServer

pytestmark = pytest.mark.thorough


def require_each_event_once(crowd: Crowd) -> None:
    """Check that each reader has all numbers in order, and those of an answer the same text."""
    texts: dict[str, set[str]] = defaultdict(set)
    for reader in crowd.readers:
        incarnation = reader.ids[0].partition("-")[0]
        assert reader.ids == [f"{incarnation}-{n}" for n in range(1, len(reader.ids) + 1)]
        texts[reader.answer].add(f"{incarnation} {len(reader.ids)} {reader.text}")
    assert {len(same) for same in texts.values()} == {1}
    assert texts.keys() == {*crowd.answers}


async def test_readers_of_a_relay_that_is_killed_go_to_others_and_miss_nothing(
    valkey: RedisServer,
) -> None:
    answers = [f"relayed-{number}" for number in range(200)]
    with compose(valkey.url, producers=2, relays=3) as services:
        crowd = Crowd(services, answers, 1000)
        killed = services.relays[0]
        running = asyncio.ensure_future(crowd.run())
        await crowd.reached(killed.name, 1000)
        killed.process.kill()
        await running
    require_each_event_once(crowd)
    assert {reader.end["status"] for reader in crowd.readers if reader.end} == {"complete"}
    came_back = [reader for reader in crowd.readers if reader.connections > 1]
    assert len(came_back) > 100  # of the 334 that this relay had
    assert all(reader.text for reader in crowd.readers)


async def test_readers_of_a_producer_that_is_killed_get_a_truncated_end(
    valkey: RedisServer,
) -> None:
    answers = [f"produced-{number}" for number in range(8)]
    with compose(valkey.url, producers=2, relays=1, lease=1) as services:
        crowd = Crowd(services, answers, 16)
        killed = services.producers[0]
        running = asyncio.ensure_future(crowd.run())
        await crowd.asked.wait()
        await crowd.reached(services.relays[0].name, 16)
        killed.process.kill()
        await running
    require_each_event_once(crowd)
    statuses: dict[bool, set[str]] = defaultdict(set)
    for reader in crowd.readers:
        assert reader.end is not None
        statuses[crowd.producer_of(reader.answer) is killed].add(reader.end["status"])
    assert "truncated" in statuses[True] <= {"truncated", "complete"}  # one may have been quick
    assert statuses[False] == {"complete"}
