"""Of several loops over one shared stream, each may be left at any time; the others go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from reactivex import operators as rx

from streamkit import AsyncOpenAI, OpenAI, iterate
from streamkit import operators as ops
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from reactivex import Observable

WORDS = [f"word {number} " for number in range(20)]
ANSWER = stream(*map(part, WORDS), part(finish_reason="stop"), DONE)
ASKED: Any = {"model": "m", "messages": []}
SHARED: dict[str, Callable[[Observable[Any]], Observable[Any]]] = {
    "share": lambda source: source.pipe(ops.share(replay="all")),
    "share, and linger": lambda source: source.pipe(ops.share(replay="all", linger=60)),
    "reactivex": lambda source: source.pipe(rx.replay(), rx.ref_count()),
}
HOW_SHARED = pytest.mark.parametrize("shared", SHARED.values(), ids=SHARED)


@HOW_SHARED
@pytest.mark.parametrize("buffer", [0, 2])
def test_a_loop_goes_on_when_the_one_that_began_the_stream_is_left(
    shared: Callable[[Observable[Any]], Observable[Any]], buffer: int
) -> None:
    with ScriptedServer(ANSWER) as server, OpenAI(api_key="k", base_url=server.url) as client:
        words = client.chat.completions.observe(**ASKED).pipe(ops.text(), shared)
        first, second = (iter(iterate(words, buffer=buffer)) for _ in range(2))
        seen = [next(first), next(second)]
        first.close()
        assert [*seen[1:], *second] == WORDS
        assert len(server.requests) == 1


@HOW_SHARED
def test_so_does_the_loop_of_a_task(shared: Callable[[Observable[Any]], Observable[Any]]) -> None:
    async def main(server: ScriptedServer) -> list[str]:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            words = client.chat.completions.observe(**ASKED).pipe(ops.text(), shared)
            first: Any = aiter(iterate(words))
            second: AsyncIterator[str] = aiter(iterate(words))
            seen = [await anext(first), await anext(second)]
            await first.aclose()
            return [*seen[1:], *[word async for word in second]]

    with ScriptedServer(ANSWER) as server:
        assert asyncio.run(main(server)) == WORDS


def test_a_task_that_is_cancelled_while_it_waits_ends_the_stream_of_no_other() -> None:
    async def main(server: ScriptedServer) -> list[str]:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            observed = client.chat.completions.observe(**ASKED)
            words = observed.pipe(ops.text(), ops.share(replay="all"))
            # The tasks are kept, and so are their tracebacks and what these refer to.
            first, second = (asyncio.create_task(_all(iterate(words))) for _ in range(2))
            await asyncio.sleep(0)  # both have begun to wait
            first.cancel()
            return await second

    with ScriptedServer(ANSWER) as server:
        assert asyncio.run(main(server)) == WORDS
        assert len(server.requests) == 1


async def _all(words: Any) -> list[str]:
    return [word async for word in words]


def test_a_loop_that_comes_while_a_share_lingers_has_all_of_the_same_answer() -> None:
    with ScriptedServer(ANSWER) as server, OpenAI(api_key="k", base_url=server.url) as client:
        observed = client.chat.completions.observe(**ASKED)
        words = observed.pipe(ops.text(), ops.share(replay="all", linger=60))
        with iter(iterate(words)) as first:
            next(first)
        assert [*iterate(words)] == WORDS
        assert len(server.requests) == 1
