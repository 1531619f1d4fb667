"""The clients that record and are replayed to: ours and those of the packages, of both kinds."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import anthropic
import httpx
import httpx2
import openai

import streamkit

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Protocol: TypeAlias = Literal["chat", "messages"]

KEY = "sk-do-not-show-me"
ASKED = [{"role": "user", "content": "Why is the sky blue?"}]


@dataclass(frozen=True)
class Road:
    """One kind of client; a blocking one and an async one behave alike."""

    kind: Callable[..., Any]
    library: Any
    is_async: bool
    protocol: Protocol

    def client(self, url: str, transport: Any = None, **options: Any) -> Any:
        """Return a client of the server at a URL; a given transport answers in its place."""
        base_url = url if self.protocol == "messages" else f"{url}/v1"
        if transport is not None:
            http = self.library.AsyncClient if self.is_async else self.library.Client
            options["http_client"] = http(transport=transport)
        return self.kind(base_url=base_url, api_key=KEY, max_retries=0, **options)

    def text(self, client: Any, on_piece: Callable[[str], object] = str, **params: Any) -> str:
        """Return the text of a streamed answer."""
        return asyncio.run(self._text(client, on_piece, {"model": "any", **params}))

    async def _text(
        self, client: Any, on_piece: Callable[[str], object], params: dict[str, Any]
    ) -> str:
        pieces: list[str] = []
        params = {"messages": ASKED, "stream": True, **params}
        if self.protocol == "messages":
            params = {"max_tokens": 50, **params}
            created = client.messages.create(**params)
        else:
            created = client.chat.completions.create(**params)
        stream = await created if self.is_async else created
        try:
            if self.is_async:
                async for one in stream:
                    _take(one, pieces, on_piece)
            else:
                for one in stream:
                    _take(one, pieces, on_piece)
        finally:
            await _closed(client)
        return "".join(pieces)


def _take(one: Any, pieces: list[str], on_piece: Callable[[str], object]) -> None:
    if one.type == "content_block_delta" if hasattr(one, "type") else False:
        piece = one.delta.text
    elif getattr(one, "choices", None):
        piece = one.choices[0].delta.content or ""
    else:
        return
    pieces.append(piece)
    on_piece(piece)


async def _closed(client: Any) -> None:
    closing = client.close()
    if closing is not None:
        await closing


ROADS = {
    "ours": Road(streamkit.OpenAI, httpx, is_async=False, protocol="chat"),
    "ours, async": Road(streamkit.AsyncOpenAI, httpx, is_async=True, protocol="chat"),
    "openai": Road(openai.OpenAI, httpx2, is_async=False, protocol="chat"),
    "openai, async": Road(openai.AsyncOpenAI, httpx2, is_async=True, protocol="chat"),
    "our Anthropic": Road(streamkit.Anthropic, httpx, is_async=False, protocol="messages"),
    "our AsyncAnthropic": Road(streamkit.AsyncAnthropic, httpx, is_async=True, protocol="messages"),
    "anthropic": Road(anthropic.Anthropic, httpx2, is_async=False, protocol="messages"),
    "anthropic, async": Road(anthropic.AsyncAnthropic, httpx2, is_async=True, protocol="messages"),
}


@contextmanager
def server_of(clock: Any, *steps: float | bytes | Exception, **head: Any) -> Generator[Any]:
    """Yield an HTTP client whose server sends bytes, lets time pass, and fails, in this order."""

    class Body(httpx.SyncByteStream):
        def __iter__(self) -> Generator[bytes]:
            for step in steps:
                if isinstance(step, bytes):
                    yield step
                elif isinstance(step, Exception):
                    raise step
                else:
                    clock.advance(step)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(head.get("status", 200), stream=Body(), headers=head.get("headers"))

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        yield client
