"""With ``on_truncated="accept"`` any kind of broken connection ends the answer without an error."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from streamkit import AsyncOpenAI, OpenAI, StreamDecodeError
from streamkit.server.faults.tls import SELF_SIGNED
from streamkit.types import ChatCompletionChunk
from tests.http_server import Do, Script, ScriptedServer, head
from tests.sse_bodies import part, stream
from tests.ways import LIBRARIES

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
STREAMS = ("Content-Type", "text/event-stream")

CUTS: dict[str, Script] = {
    "by a reset": stream(part("Ha"), part("lf"), end=[Do.RESET]),
    "without the last chunk": stream(part("Ha"), part("lf"), end=[Do.HANG_UP]),
    "in a chunk": stream(part("Ha"), part("lf"), end=[b"40\r\ndata", Do.HANG_UP]),
    "in the size of a chunk": stream(part("Ha"), part("lf"), end=[b"4", Do.HANG_UP]),
    "before its length": [
        head(headers=[STREAMS, ("Content-Length", "9999")]) + part("Ha") + part("lf"),
        Do.HANG_UP,
    ],
    "where nothing says how long it is": [
        head(headers=[STREAMS]) + part("Ha") + part("lf"),
        Do.HANG_UP,
    ],
}
SERVES_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
SERVES_TLS.load_cert_chain(SELF_SIGNED)


def created(url: str, library: Any) -> list[ChatCompletionChunk]:
    with library.Client(verify=False) as http:
        client = OpenAI(api_key="k", base_url=url, max_retries=0, http_client=http)
        return [*client.chat.completions.create(**ASKED, stream=True, on_truncated="accept")]


def created_async(url: str, library: Any) -> list[ChatCompletionChunk]:
    async def main() -> list[ChatCompletionChunk]:
        async with library.AsyncClient(verify=False) as http:
            client = AsyncOpenAI(api_key="k", base_url=url, max_retries=0, http_client=http)
            chunks = await client.chat.completions.create(
                **ASKED, stream=True, on_truncated="accept"
            )
            return [chunk async for chunk in chunks]

    return asyncio.run(main())


def observed(url: str, library: Any) -> list[ChatCompletionChunk]:
    chunks: list[ChatCompletionChunk] = []
    with library.Client(verify=False) as http:
        client = OpenAI(api_key="k", base_url=url, max_retries=0, http_client=http)
        client.chat.completions.chunks(**ASKED, on_truncated="accept").subscribe(chunks.append)
    return chunks


ROADS: dict[str, Callable[[str, Any], list[ChatCompletionChunk]]] = {
    "create": created,
    "async create": created_async,
    "chunks": observed,
}


@pytest.mark.diagonal
@pytest.mark.parametrize("tls", [None, SERVES_TLS], ids=["plain", "TLS"])
@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
@pytest.mark.parametrize("script", CUTS.values(), ids=CUTS)
def test_what_had_come_is_the_answer(
    script: Script,
    road: Callable[[str, Any], list[ChatCompletionChunk]],
    library: Any,
    tls: ssl.SSLContext | None,
) -> None:
    with ScriptedServer(script, tls=tls) as server:
        chunks = road(server.url, library)
    choices = [choice for chunk in chunks for choice in chunk.choices or ()]
    assert [choice.delta and choice.delta.content for choice in choices] == ["Ha", "lf"]


def test_data_that_cannot_be_unpacked_are_no_cut() -> None:
    garbled = head(headers=[STREAMS, ("Content-Encoding", "gzip")]) + b"\x1f\x8bgarbage"
    with ScriptedServer([garbled, Do.HANG_UP]) as server:
        with pytest.raises(StreamDecodeError, match="garbled"):
            created(server.url, httpx)
