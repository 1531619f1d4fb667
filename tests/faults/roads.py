"""The roads an answer takes through the clients, and what is known of each at its end."""

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
"""Seconds after which a test that waits in vain fails."""
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
class Told:
    """What a road told: how it ended, each time it did, with what; and the waits of retries."""

    ends: list[Exception | None] = field(default_factory=list["Exception | None"])
    completion: Any = None
    naps: list[float] = field(default_factory=list[float])

    @property
    def text(self) -> str:
        """What was said, or the arguments of the calls."""
        if self.completion is None or not self.completion.choices:
            return ""
        message = self.completion.choices[0].message
        calls = "".join(call.function.arguments for call in message.tool_calls or ())
        return (message.content or "") + calls

    def end(self, error: Exception | None = None) -> None:
        self.ends.append(error)
        if error is not None:
            self.completion = getattr(error, "completion", None)


Road = Callable[..., Told]


def parse(url: str, **params: Any) -> Told:
    told = Told()
    with httpx.Client(verify=SSL) as http, _client(url, http, told) as client:
        try:
            told.completion = client.chat.completions.parse(**params)
            told.end()
        except Exception as error:  # noqa: BLE001 - how it ends is what is asked
            told.end(error)
    return told


def stream(url: str, **params: Any) -> Told:
    told = Told()
    with httpx.Client(verify=SSL) as http, _client(url, http, told) as client:
        try:
            with client.chat.completions.stream(**params) as stream:
                told.completion = stream.until_done().get_final_completion()
            told.end()
        except Exception as error:  # noqa: BLE001 - as above
            told.end(error)
    return told


def observe(url: str, **params: Any) -> Told:
    told = Told()
    with httpx.Client(verify=SSL) as http, _client(url, http, told) as client:
        events = client.chat.completions.observe(**params)
        events.subscribe(_keep_last(told), told.end, told.end)
    return told


def parse_async(url: str, **params: Any) -> Told:
    async def take(client: AsyncOpenAI, told: Told) -> None:
        told.completion = await client.chat.completions.parse(**params)
        told.end()

    return _run(url, take)


def stream_async(url: str, **params: Any) -> Told:
    async def take(client: AsyncOpenAI, told: Told) -> None:
        async with client.chat.completions.stream(**params) as stream:
            await stream.until_done()
            told.completion = await stream.get_final_completion()
        told.end()

    return _run(url, take)


def observe_async(url: str, **params: Any) -> Told:
    async def take(client: AsyncOpenAI, told: Told) -> None:
        ended = asyncio.Event()

        def end(error: Exception | None = None) -> None:
            told.end(error)
            ended.set()

        client.chat.completions.observe(**params).subscribe(_keep_last(told), end, end)
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
    """A thread that lets a stalled answer go on, for faults that hold one back."""
    if not fault.startswith(("stall", "silence")):
        return None

    def release() -> None:
        assert server.stalled(PATIENCE)
        assert server.release() == 1

    thread = threading.Thread(target=release)
    thread.start()
    return thread


def _client(url: str, http: httpx.Client, told: Told) -> OpenAI:
    client = OpenAI(api_key=KEY, base_url=url, http_client=http)
    vars(_transport(client))["_sleep"] = told.naps.append
    return client


def _run(url: str, take: Callable[[AsyncOpenAI, Told], Any]) -> Told:
    told = Told()

    async def nap(seconds: float) -> None:
        told.naps.append(seconds)

    async def main() -> None:
        async with (
            httpx.AsyncClient(verify=SSL) as http,
            AsyncOpenAI(api_key=KEY, base_url=url, http_client=http) as client,
        ):
            vars(_transport(client))["_sleep"] = nap
            try:
                await take(client, told)
            except Exception as error:  # noqa: BLE001 - how it ends is what is asked
                told.end(error)

    asyncio.run(main())
    return told


def _transport(client: Any) -> Any:
    return cast("dict[str, Any]", vars(client))["_transport"]


def _keep_last(told: Told) -> Callable[[Any], None]:
    def keep(event: Any) -> None:
        if event.type == "chunk":
            told.completion = event.snapshot

    return keep
