"""The roads of an answer through the clients, and the result of each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from pydantic import BaseModel

from streamkit import AsyncOpenAI, OpenAI, pydantic_function_tool

PATIENCE = 10.0
"""The seconds after which a test stops waiting and fails."""
KEY = "sk-secret"
SSL = httpx.create_ssl_context()


class City(BaseModel):
    name: str
    population: int
    sights: list[str]


CONTENTS: dict[str, dict[str, Any]] = {
    "text": {},
    "structured": {"response_format": City},
    "tools": {"tools": [pydantic_function_tool(City)], "tool_choice": "required"},
}


@dataclass
class Result:
    """Each end of a road, the final or partial completion, and the waits before retries."""

    ends: list[Exception | None] = field(default_factory=list["Exception | None"])
    completion: Any = None
    naps: list[float] = field(default_factory=list[float])

    @property
    def text(self) -> str:
        """The content, or the arguments of the calls."""
        if self.completion is None or not self.completion.choices:
            return ""
        message = self.completion.choices[0].message
        calls = "".join(call.function.arguments for call in message.tool_calls or ())
        return (message.content or "") + calls

    def end(self, error: Exception | None = None) -> None:
        self.ends.append(error)
        if error is not None:
            self.completion = getattr(error, "completion", None)


Road = Callable[..., Result]


def parse(url: str, **params: Any) -> Result:
    result = Result()
    with httpx.Client(verify=SSL) as http, _client(url, http, result) as client:
        try:
            result.completion = client.chat.completions.parse(**params)
            result.end()
        except Exception as error:  # noqa: BLE001 - the test judges it
            result.end(error)
    return result


def stream(url: str, **params: Any) -> Result:
    result = Result()
    with httpx.Client(verify=SSL) as http, _client(url, http, result) as client:
        try:
            with client.chat.completions.stream(**params) as stream:
                result.completion = stream.until_done().get_final_completion()
            result.end()
        except Exception as error:  # noqa: BLE001 - as above
            result.end(error)
    return result


def observe(url: str, **params: Any) -> Result:
    result = Result()
    with httpx.Client(verify=SSL) as http, _client(url, http, result) as client:
        events = client.chat.completions.observe(**params)
        events.subscribe(_keep_last(result), result.end, result.end)
    return result


def parse_async(url: str, **params: Any) -> Result:
    async def take(client: AsyncOpenAI, result: Result) -> None:
        result.completion = await client.chat.completions.parse(**params)
        result.end()

    return _run(url, take)


def stream_async(url: str, **params: Any) -> Result:
    async def take(client: AsyncOpenAI, result: Result) -> None:
        async with client.chat.completions.stream(**params) as stream:
            await stream.until_done()
            result.completion = await stream.get_final_completion()
        result.end()

    return _run(url, take)


def observe_async(url: str, **params: Any) -> Result:
    async def take(client: AsyncOpenAI, result: Result) -> None:
        ended = asyncio.Event()

        def end(error: Exception | None = None) -> None:
            result.end(error)
            ended.set()

        client.chat.completions.observe(**params).subscribe(_keep_last(result), end, end)
        await asyncio.wait_for(ended.wait(), PATIENCE)

    return _run(url, take)


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


def _client(url: str, http: httpx.Client, result: Result) -> OpenAI:
    client = OpenAI(api_key=KEY, base_url=url, http_client=http)
    vars(_transport(client))["_sleep"] = result.naps.append
    return client


def _run(url: str, take: Callable[[AsyncOpenAI, Result], Any]) -> Result:
    result = Result()

    async def nap(seconds: float) -> None:
        result.naps.append(seconds)

    async def main() -> None:
        async with (
            httpx.AsyncClient(verify=SSL) as http,
            AsyncOpenAI(api_key=KEY, base_url=url, http_client=http) as client,
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
            result.completion = event.snapshot

    return keep
