"""A reader of any family may leave at any time: the server sees it, and nothing comes any more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from streamkit.errors import LimitExceededError
from streamkit.limits import Limits
from streamkit.server import EmbeddedServer
from tests.faults.families import FAMILIES, Family
from tests.faults.roads import KEY, PATIENCE

pytestmark = [
    pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES),
    pytest.mark.diagonal,
]

STALLED = {"x-streamkit-fault": "stall?after=9"}
"""A fault that holds the rest back, so that a reader leaves before the end."""
places = pytest.mark.parametrize("place", [0, 1, 2, 4, 6])
contents = pytest.mark.parametrize("content", FAMILIES["chat"].contents)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


def asked(family: Family, content: str) -> dict[str, Any]:
    return {**family.asking("Hi"), **family.contents[content], "extra_headers": STALLED}


def client(family: Family, server: EmbeddedServer, **options: Any) -> Any:
    return family.clients[0](api_key=KEY, base_url=server.url + family.base, **options)


def was_left(server: EmbeddedServer) -> bool:
    return server.exchanges[-1].wait(PATIENCE) == "cut"


@places
@contents
def test_a_closed_stream_ends_the_request(
    family: Family, place: int, content: str, server: EmbeddedServer
) -> None:
    with client(family, server) as own:
        with family.resource(own).stream(**asked(family, content)) as stream:
            for _ in range(place):
                next(stream)
        assert was_left(server)


@places
@contents
def test_a_disposed_subscription_ends_the_request(
    family: Family, place: int, content: str, server: EmbeddedServer
) -> None:
    async def main() -> tuple[list[Any], list[Any]]:
        events: list[Any] = []
        ends: list[Any] = []
        enough = asyncio.Event()

        def take(event: Any) -> None:
            events.append(event)
            if len(events) > place:
                subscription.dispose()
                enough.set()

        own = family.clients[1](api_key=KEY, base_url=server.url + family.base)
        async with own:
            observable = family.resource(own).observe(**asked(family, content))
            subscription = observable.subscribe(take, ends.append, lambda: ends.append(None))
            await asyncio.wait_for(enough.wait(), PATIENCE)
            assert await asyncio.to_thread(was_left, server)
        return events, ends

    events, ends = asyncio.run(main())
    assert len(events) == place + 1
    assert ends == []


@places
@contents
def test_a_cancelled_task_ends_the_request(
    family: Family, place: int, content: str, server: EmbeddedServer
) -> None:
    async def main() -> None:
        reached = asyncio.Event()

        async def read(own: Any) -> None:
            async with family.resource(own).stream(**asked(family, content)) as stream:
                for _ in range(place):
                    await anext(stream)
                reached.set()
                await stream.until_done()

        async with family.clients[1](api_key=KEY, base_url=server.url + family.base) as own:
            task = asyncio.create_task(read(own))
            await asyncio.wait_for(reached.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(was_left, server)

    asyncio.run(main())


@contents
def test_a_limit_of_a_stream_ends_it_with_what_had_come(
    family: Family, content: str, server: EmbeddedServer
) -> None:
    params = {**family.asking("Hi"), **family.contents[content]}
    with client(family, server, limits=Limits(stream_bytes=family.places["bytes"])) as own:
        with family.resource(own).stream(**params) as stream:
            with pytest.raises(LimitExceededError) as caught:
                stream.until_done()
    assert family.text(caught.value.partial)
    assert KEY not in f"{caught.value} {caught.value!r}"
