"""The stream of a run that handlers follow, and a server that sends such streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import reactivex

from streamkit import (
    AsyncOpenAI,
    OpenAI,
)
from tests.assistant_streams import Said, read

RUN = ("r:created", "m:new", "m:0+H", "m:0+i", "m:=Hi", "s:new", "s:0+1", "s:=1", "r:completed")
CALLS = [
    *("message_created", "text_created", "text_delta", "message_delta"),
    *("text_delta", "message_delta", "text_done", "message_done"),
    *("run_step_created", "tool_call_created", "tool_call_delta", "run_step_delta"),
    *("tool_call_done", "run_step_done", "end"),
]
IDS: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}


class Server:
    """A server that answers the n-th request with the n-th body; the last body repeats."""

    def __init__(self, *bodies: bytes) -> None:
        self.requests: list[httpx.Request] = []
        self.responses: list[httpx.Response] = []
        self._bodies = bodies

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        body = self._bodies[min(len(self.requests), len(self._bodies)) - 1]
        headers = {"content-type": "text/event-stream"}
        pieces = Pieces(body.splitlines(keepends=True))
        self.responses.append(httpx.Response(200, headers=headers, stream=pieces))
        return self.responses[-1]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        return self(request)

    def client(self) -> OpenAI:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return OpenAI(api_key="k", base_url="http://127.0.0.1/v1", http_client=http)

    def async_client(self) -> AsyncOpenAI:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return AsyncOpenAI(api_key="k", base_url="http://127.0.0.1/v1", http_client=http)


@dataclass
class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    pieces: list[bytes]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - a callback sets no event
        await asyncio.sleep(0)


def recorded(*events: Said | str) -> reactivex.Observable[Any]:
    return reactivex.of(*map(read, events))
