"""The connections of a client are in small pools, of which few exchanges use few."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit._http._async.pools import POOL_SIZE, AsyncPools
from streamkit._http._sync.pools import Pools


@pytest.fixture(params=[Pools, AsyncPools], ids=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_an_exchange_goes_to_the_first_pool_with_room(kind: Any) -> None:
    made: list[int] = []
    pools = kind(made.append, 100)
    first = [pools.take() for _ in range(POOL_SIZE)]
    second = pools.take()
    assert len({id(pool) for pool in first}) == 1
    assert second is not first[0]
    pools.give_back(first[0])
    assert pools.take() is first[0]
    assert pools.take() is second


def test_all_pools_together_keep_no_more_idle_connections_than_allowed(kind: Any) -> None:
    idle: list[int] = []
    pools = kind(idle.append, 2 * POOL_SIZE + 2)
    for _ in range(5 * POOL_SIZE):
        pools.take()
    assert idle == [POOL_SIZE, POOL_SIZE, 2, 0, 0]
