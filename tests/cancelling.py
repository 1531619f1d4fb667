"""The ways to stop a stream before its end, and the moments at which they are tried."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any

import anyio
import httpx
import pytest
from reactivex import operators as rx
from reactivex.scheduler import NewThreadScheduler

from streamkit import AsyncOpenAI, OpenAI, StreamClosedError
from tests.assistant_streams import frame
from tests.http_server import Do, Script, ScriptedServer
from tests.leftovers import PATIENCE, run
from tests.sse_bodies import part, stream

__all__ = ["KINDS", "MOMENTS", "WAYS", "WAYS_ON_A_LOOP", "Case", "Kind", "Way"]

HEADERS, FIRST, MIDDLE, LAST = MOMENTS = (
    "before the headers",
    "before the first chunk",
    "in the middle",
    "before [DONE]",
)


@dataclass(frozen=True)
class Kind:
    """A kind of stream that either client can make."""

    resource: Callable[[Any], Any]
    params: dict[str, Any]
    events: dict[str, tuple[tuple[bytes, ...], int]]
    """For each moment: the chunks that the server sends before it falls silent, and their
    events."""

    def manager(self, client: Any) -> Any:
        return self.resource(client).stream(**self.params)

    def observable(self, client: Any) -> Any:
        return self.resource(client).observe(**self.params)

    def script(self, moment: str) -> Script:
        if moment == HEADERS:
            return [Do.HOLD]
        return stream(*self.events.get(moment, ((), 0))[0], end=[Do.HOLD])


KINDS = {
    "chat": Kind(
        lambda client: client.chat.completions,
        {"model": "m", "messages": [{"role": "user", "content": "hello"}]},
        {
            MIDDLE: ((part("a"), part("b")), 4),
            LAST: ((part("a"), part("b", "stop")), 5),
        },
    ),
    "run": Kind(
        lambda client: client.beta.threads.runs,
        {"thread_id": "thread_1", "assistant_id": "asst_1"},
        {
            MIDDLE: (tuple(map(frame, ("r:queued", "m1:new"))), 2),
            LAST: (tuple(map(frame, ("r:queued", "m1:new", "m1:=Hi", "r:completed"))), 4),
        },
    ),
}


class Case:
    """A stream that has reached a moment, or is about to."""

    def __init__(
        self,
        server: ScriptedServer,
        kind: Kind,
        moment: str,
        make_http: Callable[[], httpx.AsyncClient] | None = None,
    ) -> None:
        self.server = server
        self.make_http = make_http  # what makes the HTTP client that a client on a loop is given
        self.kind = kind
        self.count = kind.events.get(moment, ((), 0))[1]
        self.reached = threading.Event()
        self.seen = 0

    def client(self) -> OpenAI:
        return OpenAI(api_key="k", base_url=self.server.url, max_retries=0, timeout=None)

    @asynccontextmanager
    async def async_client(self) -> AsyncGenerator[AsyncOpenAI]:
        options: dict[str, Any] = {"base_url": self.server.url, "max_retries": 0, "timeout": None}
        async with AsyncExitStack() as stack:
            if self.make_http is not None:
                options["http_client"] = await stack.enter_async_context(self.make_http())
            yield await stack.enter_async_context(AsyncOpenAI(api_key="k", **options))

    def saw(self, event: object) -> None:
        """Count an event, other than the one that only observables of a chat emit."""
        if getattr(event, "type", None) == "finish":
            return
        self.seen += 1
        if self.seen == self.count:
            self.reached.set()

    def wait(self) -> None:
        """Wait until the moment has come."""
        assert self.server.asked.wait(PATIENCE)
        assert not self.count or self.reached.wait(PATIENCE)

    def check(self) -> None:
        """Check that the server saw the hang-up, and the reader no event beyond the moment."""
        assert self.server.hung_up.wait(PATIENCE)
        assert self.seen == self.count

    async def waited(self) -> None:
        await asyncio.to_thread(self.wait)

    async def checked(self) -> None:
        await asyncio.to_thread(self.check)

    def read(self, source: Iterator[Any]) -> None:
        """Read the events up to the moment, and no more."""
        for _ in range(self.count):
            self.saw(next(source))

    async def aread(self, source: AsyncIterator[Any]) -> None:
        for _ in range(self.count):
            self.saw(await anext(source))

    def read_on(self, manager: Any) -> None:
        """Read until another thread or task closes the stream."""
        with suppress(StreamClosedError), manager as source:
            for event in source:
                self.saw(event)

    async def aread_on(self, manager: Any) -> None:
        with suppress(StreamClosedError):
            async with manager as source:
                async for event in source:
                    self.saw(event)


Way = Callable[[Case], None]


def leaving_the_with(case: Case) -> None:
    with case.client() as client:
        with case.kind.manager(client) as source:
            case.read(source)
        case.check()


def leaving_a_generator(case: Case) -> None:
    def consumer(client: OpenAI) -> Iterator[Any]:
        with case.kind.manager(client) as source:
            yield from source

    with case.client() as client:
        for event in consumer(client):
            case.saw(event)
            if case.reached.is_set():
                break
        case.check()


def letting_it_go(case: Case) -> None:
    with case.client() as client:
        source = case.kind.manager(client).__enter__()
        case.read(source)
        del source
        gc.collect()
        case.check()


def closing_it_in_another_thread(case: Case) -> None:
    with case.client() as client:
        manager = case.kind.manager(client)
        reader = threading.Thread(target=case.read_on, args=(manager,))
        reader.start()
        case.wait()
        for _ in range(2):
            manager.close()
        reader.join(PATIENCE)
        case.check()


def closing_the_client(case: Case) -> None:
    with case.client() as client:
        reader = threading.Thread(target=case.read_on, args=(case.kind.manager(client),))
        reader.start()
        case.wait()
        client.close()
        reader.join(PATIENCE)
        case.check()


def disposing(case: Case) -> None:
    ends: list[Any] = []
    with case.client() as client:
        subscription = case.kind.observable(client).subscribe(
            case.saw, ends.append, lambda: ends.append("done"), scheduler=NewThreadScheduler()
        )
        case.wait()
        for _ in range(2):
            subscription.dispose()
        case.check()
    assert ends == []


def having_enough(case: Case) -> None:
    with case.client() as client:
        case.kind.observable(client).pipe(rx.take(case.count)).subscribe(case.saw)
        case.check()


def interrupting(case: Case) -> None:
    interrupted = threading.Event()

    def interrupt() -> None:
        case.wait()
        # A signal that comes just before the thread falls asleep in `recv` does not wake it.
        while not interrupted.wait(0.05):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def once(*_: object) -> None:
        if not interrupted.is_set():
            interrupted.set()
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, once)
    try:
        with case.client() as client:
            other = threading.Thread(target=interrupt)
            other.start()
            with pytest.raises(KeyboardInterrupt):
                case.read_on(case.kind.manager(client))
            other.join()
            case.check()
    finally:
        signal.signal(signal.SIGINT, before)


def _async(way: Callable[[Case, AsyncOpenAI], Awaitable[None]]) -> Way:
    async def main(case: Case) -> None:
        async with case.async_client() as client:
            await way(case, client)
            await case.checked()

    @wraps(way)
    def blocking(case: Case) -> None:
        run(main(case))

    return blocking


@_async
async def leaving_the_async_with(case: Case, client: AsyncOpenAI) -> None:
    async with case.kind.manager(client) as source:
        await case.aread(source)


@_async
async def leaving_an_async_generator(case: Case, client: AsyncOpenAI) -> None:
    async def consumer() -> AsyncIterator[Any]:
        async with case.kind.manager(client) as source:
            async for event in source:
                yield event

    async for event in consumer():
        case.saw(event)
        if case.reached.is_set():
            break


@_async
async def letting_an_async_one_go(case: Case, client: AsyncOpenAI) -> None:
    source = await case.kind.manager(client).__aenter__()
    await case.aread(source)
    del source
    gc.collect()


@_async
async def closing_it_in_another_task(case: Case, client: AsyncOpenAI) -> None:
    manager = case.kind.manager(client)
    reader = asyncio.create_task(case.aread_on(manager))
    await case.waited()
    await asyncio.gather(manager.close(), manager.aclose())
    await reader


@_async
async def closing_the_async_client(case: Case, client: AsyncOpenAI) -> None:
    reader = asyncio.create_task(case.aread_on(case.kind.manager(client)))
    await case.waited()
    await client.close()
    await reader


@_async
async def cancelling_the_task(case: Case, client: AsyncOpenAI) -> None:
    reader = asyncio.create_task(case.aread_on(case.kind.manager(client)))
    await case.waited()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader


@_async
async def cancelling_the_task_group(case: Case, client: AsyncOpenAI) -> None:
    async def fail() -> None:
        await case.waited()
        raise LookupError

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(case.aread_on(case.kind.manager(client)))
            group.create_task(fail())

    with pytest.raises(ExceptionGroup) as caught:
        await both()
    assert [type(error) for error in caught.value.exceptions] == [LookupError]


@_async
async def cancelling_a_scope_of_anyio(case: Case, client: AsyncOpenAI) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(case.aread_on, case.kind.manager(client))
        await case.waited()
        group.cancel_scope.cancel()


@_async
async def disposing_on_the_loop(case: Case, client: AsyncOpenAI) -> None:
    subscription = case.kind.observable(client).subscribe(case.saw)
    await case.waited()
    for _ in range(2):
        subscription.dispose()


@_async
async def disposing_in_another_thread(case: Case, client: AsyncOpenAI) -> None:
    subscription = case.kind.observable(client).subscribe(case.saw)
    await case.waited()
    await asyncio.to_thread(subscription.dispose)


@_async
async def having_enough_on_the_loop(case: Case, client: AsyncOpenAI) -> None:
    case.kind.observable(client).pipe(rx.take(case.count)).subscribe(case.saw)
    await case.waited()


_OPEN = (FIRST, MIDDLE, LAST)
_TALKING = (MIDDLE, LAST)

WAYS: dict[Way, tuple[str, ...]] = {
    leaving_the_with: _OPEN,
    leaving_a_generator: _TALKING,
    letting_it_go: _OPEN,
    closing_it_in_another_thread: MOMENTS,
    closing_the_client: MOMENTS,
    disposing: MOMENTS,
    having_enough: _TALKING,
    interrupting: MOMENTS,
    leaving_the_async_with: _OPEN,
    leaving_an_async_generator: _TALKING,
    letting_an_async_one_go: _OPEN,
    closing_it_in_another_task: MOMENTS,
    closing_the_async_client: MOMENTS,
    cancelling_the_task: MOMENTS,
    cancelling_the_task_group: MOMENTS,
    cancelling_a_scope_of_anyio: MOMENTS,
    disposing_on_the_loop: MOMENTS,
    disposing_in_another_thread: MOMENTS,
    having_enough_on_the_loop: _TALKING,
}
"""For each way, the moments at which it is possible."""

WAYS_ON_A_LOOP = {
    way: moments
    for way, moments in [*WAYS.items()][[*WAYS].index(leaving_the_async_with) :]
    if way is not closing_the_async_client  # which leaves a client that was given as it is
}
"""The ways that an HTTP client which was given must allow too."""
