"""``client.responses`` behind one blocking interface, for a client that blocks or awaits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from streamkit import AsyncOpenAI, OpenAI
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Do, Script, chunk, response

__all__ = ["KEY", "KINDS", "Read", "Resources", "cut", "no_delay", "streamed", "whole"]

KEY = "sk-do-not-show-me"


@dataclass
class Read:
    """The result of reading a stream: its events, its end, and the response."""

    events: list[Any] = field(default_factory=list[Any])
    error: Exception | None = None
    response: Any = None

    def failed(self, error: Exception) -> None:
        """Take the error that ended an observable."""
        self.error = error

    @property
    def text_so_far(self) -> str:
        """The text that had arrived before the error."""
        partial: Any = getattr(self.error, "partial", None)
        text: str = partial.output_text
        return text

    @property
    def numbers(self) -> list[int | None]:
        return [event.sequence_number for event in self.events]


class Resources(Protocol):
    """The methods of ``client.responses``, sync or async."""

    def call(self, name: str, *args: Any, **params: Any) -> Any:
        """Call a method that returns an object."""
        ...

    def listed(self, response_id: str, **params: Any) -> list[Any]:
        """Return all input items."""
        ...

    def read(self, name: str, *args: Any, **params: Any) -> Read:
        """Read the stream that a method returns, or whose manager it returns."""
        ...

    def observed(self, name: str, **params: Any) -> Read:
        """Subscribe to the observable that a method returns, until it ends."""
        ...


def _options(url: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"api_key": KEY, "base_url": url, "max_retries": 0, **options}


class Blocking:
    def __init__(self, url: str, **options: Any) -> None:
        self._options = _options(url, options)

    def call(self, name: str, *args: Any, **params: Any) -> Any:
        with OpenAI(**self._options) as client:
            return getattr(client.responses, name)(*args, **params)

    def listed(self, response_id: str, **params: Any) -> list[Any]:
        with OpenAI(**self._options) as client:
            return [*client.responses.input_items.list(response_id, **params)]

    def read(self, name: str, *args: Any, **params: Any) -> Read:
        read = Read()
        with OpenAI(**self._options) as client:
            try:
                with getattr(client.responses, name)(*args, **params) as stream:
                    for event in stream:
                        read.events.append(event)
                    if name == "stream":
                        read.response = stream.get_final_response()
            except Exception as error:  # noqa: BLE001 - the test judges it
                read.error = error
        return read

    def observed(self, name: str, **params: Any) -> Read:
        read = Read()
        with OpenAI(**self._options) as client:
            observable = getattr(client.responses, name)(**params)
            observable.subscribe(read.events.append, read.failed)
        return read


class Awaiting:
    def __init__(self, url: str, **options: Any) -> None:
        self._options = _options(url, options)

    def call(self, name: str, *args: Any, **params: Any) -> Any:
        async def call() -> Any:
            async with AsyncOpenAI(**self._options) as client:
                return await getattr(client.responses, name)(*args, **params)

        return asyncio.run(call())

    def listed(self, response_id: str, **params: Any) -> list[Any]:
        async def listed() -> list[Any]:
            async with AsyncOpenAI(**self._options) as client:
                return [
                    item async for item in client.responses.input_items.list(response_id, **params)
                ]

        return asyncio.run(listed())

    def read(self, name: str, *args: Any, **params: Any) -> Read:
        read = Read()

        async def main() -> None:
            async with AsyncOpenAI(**self._options) as client:
                made = getattr(client.responses, name)(*args, **params)
                try:
                    async with made if name == "stream" else await made as stream:
                        async for event in stream:
                            read.events.append(event)
                        if name == "stream":
                            read.response = await stream.get_final_response()
                except Exception as error:  # noqa: BLE001 - the test judges it
                    read.error = error

        asyncio.run(main())
        return read

    def observed(self, name: str, **params: Any) -> Read:
        read = Read()

        async def main() -> None:
            ended = asyncio.Event()

            def failed(error: Exception) -> None:
                read.error = error
                ended.set()

            async with AsyncOpenAI(**self._options) as client:
                observable = getattr(client.responses, name)(**params)
                observable.subscribe(read.events.append, failed, ended.set)
                await ended.wait()

        asyncio.run(main())
        return read


KINDS: dict[str, Callable[..., Resources]] = {"sync": Blocking, "async": Awaiting}


def streamed(data: bytes) -> Script:
    """Return the script of a whole streamed body."""
    return [STREAM_HEAD, chunk(data), LAST_CHUNK]


def cut(data: bytes) -> Script:
    """Return the script of a body whose connection breaks off."""
    return [STREAM_HEAD, chunk(data), Do.HANG_UP]


def whole(data: bytes) -> Script:
    """Return the script of a body that is not streamed."""
    return [response(body=data, headers=[("x-request-id", "req_1")])]


def no_delay(_: object) -> float:
    """Return the seconds before the next attempt: none."""
    return 0.0
