"""Chunks as a server sends them, in a short notation."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, AnyStr

from reactivex import operators as rx_operators

from streamkit.families.chat.accumulator import Accumulator
from streamkit.operators import accumulate, pipe
from streamkit.types import ChatCompletionChunk, WireDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from reactivex import Observable

    from streamkit.events import ChunkEvent
    from streamkit.families.chat.log import ChoiceUpdate
    from streamkit.machine import Machine

_decoder = WireDecoder(ChatCompletionChunk)


def chunk(*choices: Mapping[str, Any], **fields: Any) -> ChatCompletionChunk:
    """Return a chunk of choices, each made by ``choice``; the chunk is decoded from JSON."""
    heading = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return _decoder.decode(json.dumps({**heading, "choices": choices, **fields}))


def choice(
    index: int = 0, *, finish_reason: str | None = None, logprobs: Any = None, **delta: Any
) -> dict[str, Any]:
    """Return a choice of a chunk."""
    fields = {"index": index, "delta": delta, "finish_reason": finish_reason, "logprobs": logprobs}
    return {name: value for name, value in fields.items() if value is not None}


def says(content: str, index: int = 0) -> ChatCompletionChunk:
    """Return a chunk with a piece of content."""
    return chunk(choice(index, content=content))


def ends(finish_reason: str = "stop", index: int = 0) -> ChatCompletionChunk:
    """Return a chunk that finishes a choice."""
    return chunk(choice(index, finish_reason=finish_reason))


def calls(*fragments: Mapping[str, Any], index: int = 0) -> ChatCompletionChunk:
    """Return a chunk with fragments of tool calls, each made by ``call``."""
    return chunk(choice(index, tool_calls=fragments))


def call(
    index: object = None,
    arguments: object = None,
    *,
    id: str | None = None,
    name: str | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Return a fragment of a function call; an argument that is None is left out."""
    function = _without_none({"name": name, "arguments": arguments})
    fragment = _without_none({"index": index, "id": id})
    return {**fragment, **({"function": function} if function else {}), **fields}


def token(text: str) -> dict[str, Any]:
    """Return a token with its log probability."""
    return {"token": text, "logprob": -0.5, "bytes": list(text.encode()), "top_logprobs": []}


def body(*chunks: ChatCompletionChunk) -> bytes:
    """Return the body of a response that streams the chunks."""
    return b"".join(b"data: %b\n\n" % part.to_json(indent=None).encode() for part in chunks) + DONE


DONE = b"data: [DONE]\n\n"


def run(machine: Machine[Any, Any], inputs: Iterable[Any]) -> list[Any]:
    """Return all outputs of a machine for its inputs and their end."""
    outputs = [output for value in inputs for output in machine.feed(value)]
    return [*outputs, *machine.close()]


def updates(chunks: Iterable[ChatCompletionChunk]) -> Iterator[ChoiceUpdate]:
    """Yield the update of each choice by each chunk, before the next chunk is read."""
    accumulator = Accumulator()
    for part in chunks:
        yield from accumulator.feed(part)[0].updates


def one_choice() -> Callable[[Observable[ChatCompletionChunk]], Observable[ChoiceUpdate]]:
    """Return an operator that maps each chunk to the update of the one choice in it."""

    def update(event: ChunkEvent) -> ChoiceUpdate:
        (only,) = event.updates
        return only

    return pipe(accumulate(), rx_operators.map(update))


def cut(text: AnyStr, places: Iterable[int]) -> list[AnyStr]:
    """Return the text cut at the places; a place behind its end makes an empty piece."""
    return [text[start:end] for start, end in pairwise([0, *sorted(places), len(text)])]


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
