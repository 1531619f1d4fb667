"""Chunks as a server sends them, written short."""

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
    """A chunk of choices, each made by ``choice``; it took the way through JSON."""
    heading = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return _decoder.decode(json.dumps({**heading, "choices": choices, **fields}))


def choice(
    index: int = 0, *, finish_reason: str | None = None, logprobs: Any = None, **delta: Any
) -> dict[str, Any]:
    """What a chunk says of one choice."""
    fields = {"index": index, "delta": delta, "finish_reason": finish_reason, "logprobs": logprobs}
    return {name: value for name, value in fields.items() if value is not None}


def says(content: str, index: int = 0) -> ChatCompletionChunk:
    """A chunk with a piece of content."""
    return chunk(choice(index, content=content))


def ends(finish_reason: str = "stop", index: int = 0) -> ChatCompletionChunk:
    """A chunk that finishes a choice."""
    return chunk(choice(index, finish_reason=finish_reason))


def calls(*fragments: Mapping[str, Any], index: int = 0) -> ChatCompletionChunk:
    """A chunk with fragments of tool calls, each made by ``call``."""
    return chunk(choice(index, tool_calls=fragments))


def call(
    index: object = None,
    arguments: object = None,
    *,
    id: str | None = None,
    name: str | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A fragment of a function call; what is not given is not in it."""
    function = _without_none({"name": name, "arguments": arguments})
    fragment = _without_none({"index": index, "id": id})
    return {**fragment, **({"function": function} if function else {}), **fields}


def token(text: str) -> dict[str, Any]:
    """A token with its log probability."""
    return {"token": text, "logprob": -0.5, "bytes": list(text.encode()), "top_logprobs": []}


def body(*chunks: ChatCompletionChunk) -> bytes:
    """The body of a response that streams the chunks."""
    return b"".join(b"data: %b\n\n" % part.to_json(indent=None).encode() for part in chunks) + DONE


DONE = b"data: [DONE]\n\n"


def run(machine: Machine[Any, Any], inputs: Iterable[Any]) -> list[Any]:
    """All that a machine makes of its inputs and their end."""
    outputs = [output for value in inputs for output in machine.feed(value)]
    return [*outputs, *machine.close()]


def updates(chunks: Iterable[ChatCompletionChunk]) -> Iterator[ChoiceUpdate]:
    """What each chunk adds to each choice, told before the next chunk is read."""
    accumulator = Accumulator()
    for part in chunks:
        yield from accumulator.feed(part)[0].updates


def one_choice() -> Callable[[Observable[ChatCompletionChunk]], Observable[ChoiceUpdate]]:
    """Make an operator: chunks to what each adds to the one choice that it speaks of."""

    def update(event: ChunkEvent) -> ChoiceUpdate:
        (only,) = event.updates
        return only

    return pipe(accumulate(), rx_operators.map(update))


def cut(text: AnyStr, places: Iterable[int]) -> list[AnyStr]:
    """The text in pieces, cut at the places; those behind its end leave empty pieces."""
    return [text[start:end] for start, end in pairwise([0, *sorted(places), len(text)])]


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
