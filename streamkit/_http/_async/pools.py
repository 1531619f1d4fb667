"""Many small pools of connections in place of a large one."""

# Strategy: httpcore looks at every connection of a pool, and for each idle one at all others again,
# whenever an exchange begins or ends. So an exchange costs with the square of the connections: half
# of the time of a client with a hundred of them. An exchange goes to the first pool with room, so
# few exchanges use few connections. Only the first pools keep idle connections.

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpcore

__all__ = ["POOL_SIZE", "AsyncPools"]

POOL_SIZE = 5
"""The maximum number of exchanges at a time in one pool."""


class AsyncPool:
    """A pool, and the number of exchanges in it."""

    def __init__(self, connections: httpcore.AsyncConnectionPool) -> None:
        self.connections = connections
        self.exchanges = 0


class AsyncPools:
    """Pools that are made as they are needed.

    Args:
        make: A function that returns a pool, which keeps as many idle connections as it is given.
        max_idle: The maximum number of idle connections of all pools.
    """

    def __init__(self, make: Callable[[int], httpcore.AsyncConnectionPool], max_idle: int) -> None:
        self._make = make
        self._max_idle = max_idle
        self._pools: list[AsyncPool] = []
        self._lock = threading.Lock()

    def take(self) -> AsyncPool:
        """Return the pool for an exchange."""
        with self._lock:
            for pool in self._pools:
                if pool.exchanges < POOL_SIZE:
                    break
            else:
                idle = max(0, self._max_idle - POOL_SIZE * len(self._pools))
                pool = AsyncPool(self._make(min(idle, POOL_SIZE)))
                self._pools.append(pool)
            pool.exchanges += 1
            return pool

    def give_back(self, pool: AsyncPool) -> None:
        """End an exchange in a pool."""
        with self._lock:
            pool.exchanges -= 1

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools:
            await pool.connections.aclose()
