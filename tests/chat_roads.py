"""The roads by which an answer comes, streamed and plain, over a real connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from streamkit import AsyncOpenAI, OpenAI, OpenAIError
from streamkit.events import ChatCompletionStreamEvent, ChunkEvent
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Script, ScriptedServer, chunk, response
from tests.ways import KEY, WAYS

__all__ = ["PLAIN", "STREAMED", "Came", "Road", "plain", "streamed"]


@dataclass
class Came:
    """The events, the completion and the error of one answer."""

    events: list[ChatCompletionStreamEvent[Any]] = field(
        default_factory=list[ChatCompletionStreamEvent[Any]]
    )
    error: Exception | None = None
    completion: Any = None
    """The final completion, or the partial one of the last event or of the error."""

    def joined(self, kind: str, name: str) -> str:
        """Return the joined pieces of the events of one type."""
        return "".join(getattr(event, name) for event in self.events if event.type == kind)


Road = Callable[..., Came]
"""A function that takes a server's script and the parameters of the request."""


def streamed(body: bytes, size: int = 0) -> Script:
    """Return a script that streams the body in pieces of ``size`` bytes; 0 sends it at once."""
    step = size or len(body)
    pieces = [chunk(body[at : at + step]) for at in range(0, len(body), step)] if body else []
    return [STREAM_HEAD, b"".join([*pieces, LAST_CHUNK])]


def plain(body: bytes) -> Script:
    """Return a script that answers with the body in one piece."""
    return [response(body=body)]


def _taken(way: str) -> Road:
    """Return a road that takes the events in one of the ways."""

    def take(script: Script, **params: Any) -> Came:
        with ScriptedServer(script) as server:
            came = WAYS[way](server.url, **params)
        events = cast("list[ChatCompletionStreamEvent[Any]]", came.events)
        return Came(events, came.error, came.completion or _completion_of(events, came.error))

    return take


def _created(script: Script, **params: Any) -> Came:
    """Call ``create(stream=True)`` and make events of its chunks."""
    machine, came = ChatEvents(Reader()), Came()
    with ScriptedServer(script) as server, _client(OpenAI, server) as client:
        try:
            with client.chat.completions.create(**_asked(params), stream=True) as stream:
                for each in stream:
                    came.events.extend(machine.feed(each))
        except OpenAIError as error:
            came.error = error
    return _closed(came, machine)


def _created_async(script: Script, **params: Any) -> Came:
    machine, came = ChatEvents(Reader()), Came()

    async def main(server: ScriptedServer) -> None:
        async with _client(AsyncOpenAI, server) as client:
            stream = await client.chat.completions.create(**_asked(params), stream=True)
            async with stream:
                async for each in stream:
                    came.events.extend(machine.feed(each))

    with ScriptedServer(script) as server:
        try:
            asyncio.run(main(server))
        except OpenAIError as error:
            came.error = error
    return _closed(came, machine)


def _asked_at_once(method: str) -> Road:
    """Return a road that calls ``create`` or ``parse`` without a stream."""

    def ask(script: Script, **params: Any) -> Came:
        with ScriptedServer(script) as server, _client(OpenAI, server) as client:
            try:
                return Came(completion=getattr(client.chat.completions, method)(**_asked(params)))
            except OpenAIError as error:
                return Came(error=error, completion=error.completion)

    return ask


def _asked_at_once_async(method: str) -> Road:
    def ask(script: Script, **params: Any) -> Came:
        async def main(server: ScriptedServer) -> Any:
            async with _client(AsyncOpenAI, server) as client:
                return await getattr(client.chat.completions, method)(**_asked(params))

        with ScriptedServer(script) as server:
            try:
                return Came(completion=asyncio.run(main(server)))
            except OpenAIError as error:
                return Came(error=error, completion=error.completion)

    return ask


STREAMED: dict[str, Road] = {
    "stream": _taken("for"),
    "async stream": _taken("async for"),
    "observe": _taken("observe"),
    "async observe": _taken("async observe"),
    "create(stream=True)": _created,
    "async create(stream=True)": _created_async,
}
PLAIN: dict[str, Road] = {
    "create": _asked_at_once("create"),
    "parse": _asked_at_once("parse"),
    "async create": _asked_at_once_async("create"),
    "async parse": _asked_at_once_async("parse"),
}


def _completion_of(events: list[ChatCompletionStreamEvent[Any]], error: Exception | None) -> Any:
    if isinstance(error, OpenAIError):
        return error.completion
    chunks = (event for event in reversed(events) if isinstance(event, ChunkEvent))
    return next((event.snapshot for event in chunks), None)


def _closed(came: Came, machine: ChatEvents) -> Came:
    came.events.extend(machine.close())
    came.completion = machine.final()
    return came


def _client(kind: Any, server: ScriptedServer) -> Any:
    return kind(api_key=KEY, base_url=server.url, max_retries=0)


def _asked(params: dict[str, Any]) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "hello"}]} | params
