"""The roads of an answer through the clients, and the result of each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from tests.faults.families import Family

PATIENCE = 10.0
"""The seconds after which a test stops waiting and fails."""
KEY = "sk-secret"
SSL = httpx.create_ssl_context()


@dataclass
class Result:
    """Each end of a road, the final or partial answer, and the waits before retries."""

    ends: list[Exception | None] = field(default_factory=list["Exception | None"])
    answer: Any = None
    naps: list[float] = field(default_factory=list[float])

    def end(self, error: Exception | None = None) -> None:
        self.ends.append(error)
        if error is not None:
            self.answer = getattr(error, "partial", None)


Road = Callable[..., Result]


def parse(family: Family, url: str, **params: Any) -> Result:
    result = Result()
    with httpx.Client(verify=SSL) as http, _client(family, url, http, result) as client:
        try:
            result.answer = family.resource(client).parse(**params)
            result.end()
        except Exception as error:  # noqa: BLE001 - the test judges it
            result.end(error)
    return result


def stream(family: Family, url: str, **params: Any) -> Result:
    result = Result()
    with httpx.Client(verify=SSL) as http, _client(family, url, http, result) as client:
        try:
            with family.resource(client).stream(**params) as stream:
                stream.until_done()
                result.answer = getattr(stream, family.final)()
            result.end()
        except Exception as error:  # noqa: BLE001 - the test judges it
            result.end(error)
    return result


def observe(family: Family, url: str, **params: Any) -> Result:
    result = Result()
    with httpx.Client(verify=SSL) as http, _client(family, url, http, result) as client:
        events = family.resource(client).observe(**params)
        events.subscribe(_keep_last(result), result.end, result.end)
    return result


def parse_async(family: Family, url: str, **params: Any) -> Result:
    async def take(client: Any, result: Result) -> None:
        result.answer = await family.resource(client).parse(**params)
        result.end()

    return _run(family, url, take)


def stream_async(family: Family, url: str, **params: Any) -> Result:
    async def take(client: Any, result: Result) -> None:
        async with family.resource(client).stream(**params) as stream:
            await stream.until_done()
            result.answer = await getattr(stream, family.final)()
        result.end()

    return _run(family, url, take)


def observe_async(family: Family, url: str, **params: Any) -> Result:
    async def take(client: Any, result: Result) -> None:
        ended = asyncio.Event()

        def end(error: Exception | None = None) -> None:
            result.end(error)
            ended.set()

        family.resource(client).observe(**params).subscribe(_keep_last(result), end, end)
        await asyncio.wait_for(ended.wait(), PATIENCE)

    return _run(family, url, take)


ROADS: dict[str, Road] = {
    "parse": parse,
    "stream": stream,
    "observe": observe,
    "async parse": parse_async,
    "async stream": stream_async,
    "async observe": observe_async,
}


def released(server: Any, fault: str) -> threading.Thread | None:
    """Return a running thread that releases a stalled answer; None if the fault does not stall."""
    if not fault.startswith(("stall", "silence")):
        return None

    def release() -> None:
        assert server.stalled(PATIENCE)
        assert server.release() == 1

    thread = threading.Thread(target=release)
    thread.start()
    return thread


def _client(family: Family, url: str, http: httpx.Client, result: Result) -> Any:
    client = family.clients[0](api_key=KEY, base_url=url + family.base, http_client=http)
    vars(_transport(client))["_sleep"] = result.naps.append
    return client


def _run(family: Family, url: str, take: Callable[[Any, Result], Any]) -> Result:
    result = Result()

    async def nap(seconds: float) -> None:
        result.naps.append(seconds)

    async def main() -> None:
        async with (
            httpx.AsyncClient(verify=SSL) as http,
            family.clients[1](api_key=KEY, base_url=url + family.base, http_client=http) as client,
        ):
            vars(_transport(client))["_sleep"] = nap
            try:
                await take(client, result)
            except Exception as error:  # noqa: BLE001 - the test judges it
                result.end(error)

    asyncio.run(main())
    return result


def _transport(client: Any) -> Any:
    return cast("dict[str, Any]", vars(client))["_transport"]


def _keep_last(result: Result) -> Callable[[Any], None]:
    def keep(event: Any) -> None:
        if event.type == "chunk":
            result.answer = event.snapshot

    return keep
