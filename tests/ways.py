"""The ways to take a stream: every one must see the same events and the same end.

Those that see common events see some more, which ``stream()`` does not yield.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import httpx2
from reactivex.scheduler import NewThreadScheduler

from streamkit import AsyncOpenAI, OpenAI, many_streams_client
from streamkit.events import Event

KEY = "sk-secret"


@dataclass
class Taken:
    """The events of a stream and its end, and the completion if the way gives one."""

    events: list[Event] = field(default_factory=list[Event])
    added: list[Event] = field(default_factory=list[Event])
    """The common events that ``stream()`` does not yield."""
    ends: list[Exception | None] = field(default_factory=list[Exception | None])
    """Each notification of the end to an observer: the error, or None for completion."""
    error: Exception | None = None
    completion: Any = None

    def take(self, event: Any) -> None:
        """Take an event."""
        (self.added if event.type in ADDED else self.events).append(event)

    def completed(self) -> None:
        """Note that the stream completed."""
        self.ends.append(None)

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]  # type: ignore[attr-defined]  # every kind has one


Way = Callable[..., Taken]
ADDED = {
    "annotation",
    "finish",
    "tool_calls.custom.input.delta",
    "tool_calls.custom.input.done",
    "usage",
}
"""The types of the common events that ``stream()`` does not yield."""


def pulled(url: str, library: Any = httpx, **params: Any) -> Taken:
    """Take the stream with ``for event in stream``."""
    return _pulled(url, library, params)


def pulled_in_common(url: str, library: Any = httpx, **params: Any) -> Taken:
    """Take the stream with ``for event in stream.common``."""
    return _pulled(url, library, params, in_common=True)


def _pulled(url: str, library: Any, params: dict[str, Any], *, in_common: bool = False) -> Taken:
    taken = Taken()
    with (
        library.Client(follow_redirects=True) as http,
        OpenAI(api_key=KEY, base_url=url, **_options(params), http_client=http) as client,
    ):
        try:
            with client.chat.completions.stream(**_with_defaults(params)) as stream:
                stream.subscribe(on_error=taken.ends.append, on_completed=taken.completed)
                for event in stream.common if in_common else stream:
                    taken.take(event)
                taken.completion = stream.get_final_completion()
        except Exception as error:  # noqa: BLE001 - the test judges it
            taken.error = error
    return taken


def pulled_async(url: str, library: Any = httpx, **params: Any) -> Taken:
    """Take the stream with ``async for event in stream``."""
    return _pulled_async(url, library, params)


def pulled_async_in_common(url: str, library: Any = httpx, **params: Any) -> Taken:
    """Take the stream with ``async for event in stream.common``."""
    return _pulled_async(url, library, params, in_common=True)


def _pulled_async(
    url: str, library: Any, params: dict[str, Any], *, in_common: bool = False
) -> Taken:
    taken = Taken()

    async def main() -> None:
        async with (
            library.AsyncClient(follow_redirects=True) as http,
            AsyncOpenAI(
                api_key=KEY,
                base_url=url,
                **_options(params),
                http_client=http,
            ) as client,
        ):
            try:
                async with client.chat.completions.stream(**_with_defaults(params)) as stream:
                    stream.subscribe(on_error=taken.ends.append, on_completed=taken.completed)
                    async for event in stream.common if in_common else stream:
                        taken.take(event)
                    taken.completion = await stream.get_final_completion()
            except Exception as error:  # noqa: BLE001 - the test judges it
                taken.error = error

    asyncio.run(main())
    return taken


def pushed(url: str, library: Any = httpx, **params: Any) -> Taken:
    """Take the stream with ``observe(...).subscribe(...)`` on the subscriber's thread."""
    return _pushed(url, library, params, {})


def pushed_on_a_thread(url: str, library: Any = httpx, **params: Any) -> Taken:
    """Take the stream with ``observe(...)`` on a scheduler's thread that ends before the return."""
    threads: list[threading.Thread] = []

    def thread(target: Callable[..., None], args: Any = None) -> threading.Thread:
        threads.append(threading.Thread(target=target, args=args or (), daemon=True))
        return threads[-1]

    taken = _pushed(url, library, params, {"scheduler": NewThreadScheduler(thread)})
    # An observer receives the end before the thread has released the object that sent it.
    for each in threads:
        each.join()
    return taken


def _pushed(url: str, library: Any, params: dict[str, Any], options: dict[str, Any]) -> Taken:
    taken = Taken()
    ended = threading.Event()

    def failed(error: Exception) -> None:
        taken.error = error
        taken.ends.append(error)
        ended.set()

    def completed() -> None:
        taken.completed()
        ended.set()

    with (
        library.Client(follow_redirects=True) as http,
        OpenAI(api_key=KEY, base_url=url, **_options(params), http_client=http) as client,
    ):
        events = client.chat.completions.observe(**_with_defaults(params))
        events.subscribe(taken.take, failed, completed, **options)
        assert ended.wait(10)
    return taken


def pushed_async(url: str, library: Any = httpx, **params: Any) -> Taken:
    """Take the stream with ``observe(...).subscribe(...)`` on the running loop."""
    taken = Taken()

    async def main() -> None:
        ended = asyncio.Event()

        def failed(error: Exception) -> None:
            taken.error = error
            taken.ends.append(error)
            ended.set()

        def completed() -> None:
            taken.completed()
            ended.set()

        async with (
            library.AsyncClient(follow_redirects=True) as http,
            AsyncOpenAI(
                api_key=KEY,
                base_url=url,
                **_options(params),
                http_client=http,
            ) as client,
        ):
            events = client.chat.completions.observe(**_with_defaults(params))
            events.subscribe(taken.take, failed, completed)
            await ended.wait()

    asyncio.run(main())
    return taken


WAYS: dict[str, Way] = {
    "for": pulled,
    "async for": pulled_async,
    "for, in common": pulled_in_common,
    "async for, in common": pulled_async_in_common,
    "observe": pushed,
    "observe on a thread": pushed_on_a_thread,
    "async observe": pushed_async,
}
LIBRARIES: dict[str, Any] = {"httpx": httpx, "httpx2": httpx2}


def _many_streams(*, follow_redirects: bool) -> httpx.AsyncClient:
    client = many_streams_client()
    client.follow_redirects = follow_redirects
    return client


CLIENTS = {
    **LIBRARIES,
    "for many streams": SimpleNamespace(Client=httpx.Client, AsyncClient=_many_streams),
}
"""The libraries, and our own sockets as a client that is given."""


def _with_defaults(params: dict[str, Any]) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "hello"}]} | params


def _options(params: dict[str, Any]) -> dict[str, Any]:
    """Remove the client's options from the parameters, and return them."""
    own = {name: params.pop(name) for name in ("limits", "max_retries") if name in params}
    return {"max_retries": 0} | own
