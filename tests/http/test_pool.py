"""The connections of a client: which one an exchange gets, and which ones are kept."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpcore
import pytest

from streamkit._http._async.pool import AsyncPool
from streamkit._http._sync.pool import Pool
from tests.leftovers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

HERE, THERE = (httpcore.Origin(b"http", host, 80) for host in (b"here", b"there"))


class Connection:
    """A connection that does nothing, in one of the states of httpcore's."""

    def __init__(self, origin: httpcore.Origin) -> None:
        self.origin = origin
        self.state = "idle"
        self.was_hung_up = False
        self.on_look: Callable[[], object] = bool

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return origin == self.origin

    def is_idle(self) -> bool:
        self.on_look()
        return self.state == "idle"

    def is_closed(self) -> bool:
        return self.state == "closed"

    def has_expired(self) -> bool:
        return self.was_hung_up

    def close(self) -> None:
        self.state = "closed"

    async def aclose(self) -> None:
        self.state = "closed"
        await asyncio.sleep(0)


class Tried:
    """A pool of either client, which a test takes and gives back by the same calls."""

    def __init__(self, kind: Any, max_idle: int) -> None:
        self.now = 0.0
        self._pool: Any = kind(Connection, max_idle, 5.0, lambda: self.now)
        self._is_async = kind is AsyncPool

    async def take(self, origin: httpcore.Origin = HERE) -> Connection:
        taken: Connection = await self._done(self._pool.take(origin))
        return taken

    async def give_back(self, connection: Connection) -> None:
        await self._done(self._pool.give_back(connection))

    async def drop(self, connection: Connection) -> None:
        await self._done(self._pool.drop(connection))

    async def close(self) -> None:
        await self._done(self._pool.aclose() if self._is_async else self._pool.close())

    async def _done(self, result: Any) -> Any:
        return await result if self._is_async else result


@pytest.fixture(params=[Pool, AsyncPool], ids=["sync", "async"])
def pool(request: pytest.FixtureRequest) -> Tried:
    return Tried(request.param, max_idle=3)


async def test_the_connection_that_was_used_last_is_used_first(pool: Tried) -> None:
    first, second = await pool.take(), await pool.take()
    assert first is not second
    await pool.give_back(first)
    await pool.give_back(second)
    assert [await pool.take(), await pool.take()] == [second, first]


async def test_a_connection_serves_only_its_own_origin(pool: Tried) -> None:
    here = await pool.take(HERE)
    await pool.give_back(here)
    there = await pool.take(THERE)
    assert there.origin == THERE
    assert await pool.take(HERE) is here


async def test_no_more_than_so_many_idle_connections_are_kept(pool: Tried) -> None:
    taken = [await pool.take() for _ in range(5)]
    for connection in taken:
        await pool.give_back(connection)
    assert [connection.is_closed() for connection in taken] == [True] * 2 + [False] * 3


async def test_connections_to_other_origins_do_not_keep_out_the_one_that_is_used_now(
    pool: Tried,
) -> None:
    for connection in [await pool.take(THERE) for _ in range(3)]:
        await pool.give_back(connection)
    here = await pool.take(HERE)
    await pool.give_back(here)
    assert await pool.take(HERE) is here


async def test_a_connection_that_was_idle_for_too_long_is_closed(pool: Tried) -> None:
    first, second = await pool.take(), await pool.take()
    await pool.give_back(first)
    pool.now = 3.0
    await pool.give_back(second)
    pool.now = 6.0
    assert await pool.take() is second
    assert first.is_closed()
    assert not second.is_closed()


async def test_a_connection_whose_server_has_hung_up_is_replaced(pool: Tried) -> None:
    first = await pool.take()
    await pool.give_back(first)
    first.was_hung_up = True
    assert await pool.take() is not first
    assert first.is_closed()


@pytest.mark.parametrize("state", ["closed", "active"])
async def test_a_connection_in_the_midst_of_something_is_not_used_again(
    pool: Tried, state: str
) -> None:
    first = await pool.take()
    first.state = state
    await pool.give_back(first)
    assert await pool.take() is not first


async def test_a_connection_that_is_dropped_is_closed(pool: Tried) -> None:
    first = await pool.take()
    first.state = "active"
    await pool.drop(first)
    assert first.is_closed()
    assert await pool.take() is not first


async def test_the_end_of_the_pool_closes_the_used_and_the_idle(pool: Tried) -> None:
    used, idle = await pool.take(), await pool.take()
    await pool.give_back(idle)
    await pool.close()
    assert used.is_closed()
    assert idle.is_closed()


async def test_a_connection_that_is_given_back_after_the_end_of_the_pool_is_closed(
    pool: Tried,
) -> None:
    # It was connecting when the pool was closed, so there was nothing to close.
    connection = await pool.take()
    await pool.close()
    connection.state = "idle"
    await pool.give_back(connection)
    assert connection.is_closed()


def test_a_thread_that_holds_the_lock_can_close_the_pool_as_the_garbage_collector_does() -> None:
    pool: Any = Pool(Connection, 3, 5.0)  # type: ignore[arg-type]  # as far as the pool needs it
    connection = pool.take(HERE)
    connection.on_look = pool.close
    thread = threading.Thread(target=pool.give_back, args=(connection,), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert connection.is_closed()


async def test_a_task_that_is_cancelled_while_it_closes_an_old_connection_loses_no_other() -> None:
    now = [0.0]
    pool: Any = AsyncPool(Connection, 3, 5.0, lambda: now[0])  # type: ignore[arg-type]  # likewise
    taken = [await pool.take(HERE) for _ in range(3)]
    for connection in taken:
        await pool.give_back(connection)
    now[0] = 6.0
    task = asyncio.create_task(pool.take(HERE))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    await pool.aclose()
    assert all(connection.is_closed() for connection in taken)
