"""Leaving the results of ``map`` ends its requests and closes its input, whatever the moment."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from reactivex import operators as rx
from reactivex.scheduler import NewThreadScheduler

from streamkit import AsyncOpenAI, BadRequestError, OpenAI, StreamClosedError, StreamkitError
from tests.answering_server import HOLD, AnsweringServer, Reply, asked
from tests.families.common.mapping import WAYS, Way, looped_async
from tests.leftovers import PATIENCE, nothing_left, run

QUICK = "quick"
SLOW = "slow"


def answer(text: str) -> str:
    return text if text == QUICK else HOLD


class Requests:
    """An endless input: quick requests first, then slow ones; it knows how far it was read."""

    def __init__(self, quick: int) -> None:
        self.quick = quick
        self.read = 0
        self.is_closed = threading.Event()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            while True:
                self.read += 1
                yield asked(QUICK if self.read <= self.quick else SLOW)
        finally:
            self.is_closed.set()

    async def waiting(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the quick requests, and then wait for ever."""
        try:
            for _ in range(self.quick):
                self.read += 1
                yield asked(QUICK)
            await asyncio.Event().wait()
        finally:
            self.is_closed.set()


@pytest.fixture(params=[*WAYS])
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


def all_hung_up(server: AnsweringServer, count: int) -> bool:
    return all(server.hung_up.acquire(timeout=PATIENCE) for _ in range(count))


def test_leaving_the_loop_ends_the_requests_and_closes_the_input(way: Way) -> None:
    requests = Requests(quick=2)
    with nothing_left(), AnsweringServer(answer) as server:
        results = way(server.url, requests, lambda result: result.index == 1, max_concurrent=3)
        assert requests.is_closed.wait(PATIENCE)
        assert all_hung_up(server, server.asked.count(SLOW))
    assert QUICK in {result.text for result in results}
    # Of those not read by the loop, so many may be under way, and as many done; one is at the door.
    assert requests.read <= len(results) + 2 * 3 + 1


def test_the_input_is_read_only_as_far_as_there_are_places(way: Way) -> None:
    def answer_together(text: str) -> str:
        all_there.wait(PATIENCE)
        return text

    requests = Requests(quick=0)
    with AnsweringServer(answer_together) as server:
        all_there = threading.Barrier(3)
        way(server.url, requests, lambda _: True, max_concurrent=3)
    assert requests.read <= 2 * 3 + 1


def test_an_async_input_that_waits_is_closed_when_the_loop_is_left() -> None:
    requests = Requests(quick=1)
    with AnsweringServer(answer) as server:
        looped_async(server.url, requests.waiting(), lambda _: True)
    assert requests.is_closed.is_set()


def failing(count: int) -> Iterator[dict[str, Any]]:
    for _ in range(count):
        yield asked(QUICK)
    raise LookupError("the input")


async def failing_async(count: int) -> AsyncIterator[dict[str, Any]]:
    for request in failing(count):
        yield request


@pytest.mark.parametrize("ordered", [True, False])
def test_an_error_of_the_input_comes_after_the_results_before_it(way: Way, ordered: bool) -> None:
    with nothing_left(), AnsweringServer(answer) as server:
        *results, error = way(server.url, failing(5), max_concurrent=2, ordered=ordered)
        assert [result.text for result in results] == [QUICK] * 5
        assert isinstance(error, LookupError)


def test_an_error_of_an_async_input_comes_after_the_results_before_it() -> None:
    with AnsweringServer(answer) as server:
        *results, error = looped_async(server.url, failing_async(5), max_concurrent=2)
    assert len(results) == 5
    assert isinstance(error, LookupError)


def test_an_error_that_ends_the_results_ends_the_other_requests(way: Way) -> None:
    def refuse(text: str) -> str | Reply:
        all_there.wait(PATIENCE)
        return HOLD if text == SLOW else Reply({"error": {"message": "no"}}, 400)

    all_there = threading.Barrier(3)
    with nothing_left(), AnsweringServer(refuse) as server:
        (error,) = way(server.url, map(asked, [SLOW, SLOW, "bad"]), on_error="raise")
        assert isinstance(error, BadRequestError)
        assert all_hung_up(server, 2)


def test_cancelling_the_task_ends_the_requests_and_closes_the_input() -> None:
    requests = Requests(quick=0)

    async def main() -> None:
        async with AsyncOpenAI(base_url=server.url, api_key="k") as client:

            async def read() -> None:
                async for _ in client.chat.completions.map(requests, max_concurrent=2):
                    raise AssertionError

            task = asyncio.create_task(read())
            while len(server.asked) < 2:  # noqa: ASYNC110 - another thread counts
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(all_hung_up, server, 2)

    with AnsweringServer(answer) as server:
        run(main())
    assert requests.is_closed.is_set()


def test_closing_the_results_wakes_their_loop_in_another_thread() -> None:
    requests = Requests(quick=0)
    with (
        nothing_left(),
        AnsweringServer(answer) as server,
        OpenAI(base_url=server.url, api_key="k") as client,
    ):
        results = client.chat.completions.map(requests, max_concurrent=2)
        ends: list[Exception] = []

        def read() -> None:
            try:
                assert not [*results]
            except StreamClosedError as error:
                ends.append(error)

        reader = threading.Thread(target=read)
        reader.start()
        while len(server.asked) < 2:
            requests.is_closed.wait(0.001)
        results.close()
        reader.join(PATIENCE)
        assert len(ends) == 1
        assert all_hung_up(server, 2)


def test_closing_the_results_wakes_their_loop_in_another_task() -> None:
    async def main() -> None:
        async with (
            AsyncOpenAI(base_url=server.url, api_key="k") as client,
            client.chat.completions.map([asked(QUICK), asked(SLOW)]) as results,
        ):
            closing = [asyncio.create_task(results.close()) async for _ in results]
            assert len(closing) == 1

    with AnsweringServer(answer) as server:
        with pytest.raises(StreamClosedError):
            run(main())
        assert all_hung_up(server, 1)


def test_results_are_read_once() -> None:
    with AnsweringServer(answer) as server, OpenAI(base_url=server.url, api_key="k") as client:
        results = client.chat.completions.map([asked(QUICK)])
        assert len([*results]) == 1
        with pytest.raises(StreamkitError, match="are read once"):
            list(results)
        with client.chat.completions.map([asked(QUICK)]) as results:
            pass
        with pytest.raises(StreamkitError, match="are read once"):
            list(results)
        assert server.asked == [QUICK]


def test_a_loop_that_is_never_begun_sends_nothing() -> None:
    with AnsweringServer() as server:
        with OpenAI(base_url=server.url, api_key="k") as client:
            client.chat.completions.map([asked(QUICK)])
        assert server.asked == []


@pytest.mark.parametrize("scheduler", [None, NewThreadScheduler()], ids=["here", "on a thread"])
def test_an_observer_that_has_enough_ends_the_requests(scheduler: Any) -> None:
    requests = Requests(quick=2)
    seen: list[Any] = []
    ended = threading.Event()
    with (
        nothing_left(),
        AnsweringServer(answer) as server,
        OpenAI(base_url=server.url, api_key="k") as client,
    ):
        results = client.chat.completions.map(requests, max_concurrent=3)
        results.observable.pipe(rx.take(2)).subscribe(
            seen.append, on_completed=ended.set, scheduler=scheduler
        )
        assert ended.wait(PATIENCE)
        assert requests.is_closed.wait(PATIENCE)
        assert all_hung_up(server, server.asked.count(SLOW))
    assert [result.text for result in seen] == [QUICK] * 2


def test_maps_run_beside_each_other_in_threads() -> None:
    counts: list[int] = []
    with AnsweringServer() as server, OpenAI(base_url=server.url, api_key="k") as client:

        def work() -> None:
            counts.append(len([*client.chat.completions.map([asked(QUICK)] * 5)]))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert counts == [5] * 4


def test_maps_run_beside_each_other_in_tasks_and_within_each_other() -> None:
    async def main() -> None:
        async with AsyncOpenAI(base_url=server.url, api_key="k") as client:

            async def work() -> int:
                count = 0
                async for result in client.chat.completions.map([asked(QUICK)] * 3):
                    inner = client.chat.completions.map([result.request] * 2)
                    count += len([each async for each in inner])
                return count

            assert [*await asyncio.gather(work(), work())] == [6, 6]

    with AnsweringServer() as server:
        run(main())


def test_a_blocking_loop_runs_within_a_coroutine_as_in_a_notebook() -> None:
    async def main() -> None:
        with OpenAI(base_url=server.url, api_key="k") as client:
            results = client.chat.completions.map([asked(QUICK)] * 5, max_concurrent=2)
            assert [result.text for result in results] == [QUICK] * 5

    with AnsweringServer() as server:
        run(main())
