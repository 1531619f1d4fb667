"""The ways to read a streamed answer, without a network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.case import Answer
from benchmarks.data import CHOICES, Kind, Report, streamed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    from benchmarks.case import Run

__all__ = [
    "Chunk",
    "answer",
    "anthropic_client",
    "consume",
    "events_through",
    "floor",
    "openai_client",
    "params",
    "pipeline",
    "reads",
    "streamkit_anthropic_client",
    "streamkit_async_client",
    "streamkit_client",
    "through_client",
    "through_floor",
    "through_pipeline",
]

URL = "http://127.0.0.1/v1"


def answer(kind: Kind, chunks: int) -> dict[str, Any]:
    """Return all findings that a reader of the answer can make."""
    body = streamed(kind, chunks)
    return {"text": body.text, "parsed": body.parsed, "tokens": body.tokens}


def params(kind: Kind, package: ModuleType, *, parse: bool = True) -> dict[str, Any]:
    """Return the parameters of ``stream()`` of ``package``, which is streamkit or openai."""
    given: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Report."}]}
    match kind:
        case "structured":
            return {**given, **({"response_format": Report} if parse else {})}
        case "tool arguments" | "64 tool calls":
            return {**given, "tools": [package.pydantic_function_tool(Report, name="report")]}
        case "logprobs":
            return {**given, "logprobs": True}
        case "n=8":
            return {**given, "n": CHOICES}
        case "text":
            return given


def consume(events: Iterable[Any], *, parse: bool = True) -> Answer:
    """Read as a program would: each event, and its parsed value so far."""
    texts: list[str] = []
    tokens = 0
    parsed: Any = None
    for event in events:
        kind = event.type
        if kind == "content.delta":
            texts.append(event.delta)
            if parse:
                parsed = event.parsed
        elif kind == "tool_calls.function.arguments.delta":
            texts.append(event.arguments_delta)
            if parse:
                parsed = event.parsed_arguments
        elif kind == "logprobs.content.delta":
            tokens += len(event.content)
        elif kind in {"reasoning.delta", "refusal.delta"}:
            texts.append(event.delta)
    says: dict[str, Any] = {"text": "".join(texts), "tokens": tokens}
    return Answer({**says, "parsed": parsed} if parse else says)


def reads(kind: Kind, chunks: int, frames: int = 1) -> tuple[bytes, ...]:
    """Return the body of a streamed answer in reads of so many server-sent events."""
    pieces = streamed(kind, chunks).pieces
    starts = range(0, len(pieces), frames)
    return tuple(b"".join(pieces[start : start + frames]) for start in starts)


def through_pipeline(kind: Kind, chunks: int, frames: int = 1) -> Run:
    """Return a run of streamkit's machines alone, from bytes to events."""
    return pieces_through_pipeline(reads(kind, chunks, frames), kind)


def pieces_through_pipeline(pieces: Sequence[bytes], kind: Kind) -> Run:
    """Return a run of the machines alone over a stream of the kind that comes in these pieces."""
    import streamkit

    given = params(kind, streamkit)

    return lambda: consume(events_of(pieces, given))


def events_of(pieces: Iterable[bytes], given: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the events of a stream that comes in these pieces."""
    return events_through(pipeline(given), pieces)


def events_through(machines: Any, pieces: Iterable[bytes]) -> Iterator[Any]:
    """Yield the events that a pipeline makes of these pieces."""
    for piece in pieces:
        yield from machines.read(piece)
    yield from machines.end()


def pipeline(given: Mapping[str, Any]) -> Any:
    """Return a pipeline like the one that a client makes for a call."""
    from streamkit.families.chat.call import CompletionCall

    call = CompletionCall(given, stream=True)
    return call.streamed().pipelines()()


def through_client(  # noqa: PLR0913 - all of them describe the one run
    package: ModuleType,
    client: Callable[[Iterable[bytes]], Any],
    kind: Kind,
    chunks: int,
    *,
    parse: bool = True,
    frames: int = 1,
) -> Run:
    """Return a run of a whole client over a transport in memory, with so many frames a read."""
    given = params(kind, package, parse=parse)
    openai = client(reads(kind, chunks, frames))

    def run() -> Answer:
        with openai.chat.completions.stream(**given) as stream:
            return consume(stream, parse=parse)

    return run


def streamkit_client(pieces: Iterable[bytes]) -> Any:
    """Return a client of streamkit that receives the pieces as every answer."""
    import httpx

    from streamkit import OpenAI

    return OpenAI(api_key="k", base_url=URL, http_client=_http(httpx, pieces))


def streamkit_anthropic_client(pieces: Iterable[bytes]) -> Any:
    """Return the same client for Anthropic's API."""
    import httpx

    from streamkit import Anthropic

    return Anthropic(api_key="k", base_url="http://127.0.0.1", http_client=_http(httpx, pieces))


def streamkit_async_client(pieces: Iterable[bytes]) -> Any:
    """Return the same client for an event loop."""
    import httpx

    from streamkit import AsyncOpenAI

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

    async def respond(_: object) -> httpx.Response:
        return httpx.Response(200, headers=_HEADERS, stream=Body())

    http = httpx.AsyncClient(transport=httpx.MockTransport(respond))
    return AsyncOpenAI(api_key="k", base_url=URL, http_client=http)


def openai_client(pieces: Iterable[bytes]) -> Any:
    """Return the same client of the openai package, with the HTTP library that it prefers."""
    import httpx2
    from openai import OpenAI

    return OpenAI(api_key="k", base_url=URL, http_client=_http(httpx2, pieces))


def anthropic_client(pieces: Iterable[bytes]) -> Any:
    """Return the same client of the anthropic package, with the HTTP library that it prefers."""
    import httpx2
    from anthropic import Anthropic

    return Anthropic(api_key="k", base_url="http://127.0.0.1", http_client=_http(httpx2, pieces))


class Delta(msgspec.Struct):
    """The delta of a choice in a chunk."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[Any] | None = None


class Choice(msgspec.Struct):
    """A choice of ``Chunk``."""

    index: int
    delta: Delta
    logprobs: Any = None
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    """A chunk, as declared by a program that needs only these fields."""

    id: str
    created: int
    model: str
    choices: list[Choice]
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: Any = None


def through_floor(kind: Kind, chunks: int, frames: int = 1) -> Run:
    """Return the cheapest possible run: httpx-sse cuts events, msgspec decodes, nothing is kept."""
    return pieces_through_floor(reads(kind, chunks, frames))


def pieces_through_floor(pieces: Sequence[bytes]) -> Run:
    """Return the same run over a stream that comes in these pieces."""
    return lambda: Answer({"text": "".join(floor(pieces))})


def floor(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the deltas of the text, whatever it is."""
    import httpx
    from httpx_sse import EventSource

    class InMemory(httpx.Response):
        # The layers of httpx are left out, as in the runs of the machines alone.
        def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
            del chunk_size
            for piece in pieces:
                yield piece.decode()

    decode = msgspec.json.Decoder(Chunk).decode
    response = InMemory(200, headers=_HEADERS)
    for event in EventSource(response).iter_sse():
        if event.data == "[DONE]":
            break
        for choice in decode(event.data).choices:
            yield choice.delta.content or _other_text(choice.delta)


def _other_text(delta: Delta) -> str:
    if delta.tool_calls:
        arguments: str = delta.tool_calls[0]["function"]["arguments"]
        return arguments
    return delta.refusal or delta.reasoning_content or ""


_HEADERS = {"content-type": "text/event-stream"}


def _http(library: Any, pieces: Iterable[bytes]) -> Any:
    class Body(library.SyncByteStream):  # type: ignore[misc]  # either library's
        def __iter__(self) -> Iterator[bytes]:
            return iter(pieces)

    def respond(body: type[Any], _: object) -> Any:
        return library.Response(200, headers=_HEADERS, stream=body())

    return library.Client(transport=library.MockTransport(partial(respond, Body)))
