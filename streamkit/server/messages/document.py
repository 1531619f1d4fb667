"""The ``message`` object, whole or as the events of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.server.identity import Identity, identifier
from streamkit.server.messages.request import text_of
from streamkit.server.tokens import Size, count, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.messages.answer import Answer, Block
    from streamkit.server.messages.request import MessageRequest, Prompt
    from streamkit.server.store import Document

    Event = dict[str, Any]


def message(request: MessageRequest, made: Answer, identity: Identity, *, size: Size) -> Document:
    """Return a message; ``size`` is the number of characters in a token."""
    return {
        "id": "msg_01" + identifier(identity.random("names"), 22),
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [block.document for block in made.blocks],
        "stop_reason": made.stop_reason,
        "stop_sequence": made.stop_sequence,
        "stop_details": made.stop_details,
        "usage": _usage(input_tokens(request, size), made),
    }


def events(whole: Document, made: Answer, *, size: Size) -> Iterator[Event]:
    """Yield the events of the stream of a message."""
    usage = whole["usage"]
    opening: Document = {
        **whole,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "usage": {**usage, "output_tokens": 1, "output_tokens_details": None},
    }
    yield {"type": "message_start", "message": opening}
    for index, block in enumerate(made.blocks):
        yield {"type": "content_block_start", "index": index, "content_block": _begun(block)}
        if index == 0:
            yield {"type": "ping"}
        for delta in _deltas(block, size):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {name: whole[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
    totals = {name: usage[name] for name in _CUMULATIVE}
    yield {"type": "message_delta", "delta": ending, "usage": totals}
    yield {"type": "message_stop"}


def input_tokens(prompt: Prompt, size: Size) -> int:
    """Return the number of tokens of an input, of ``size`` characters each."""
    asked = count(text_of(prompt.system), size)
    asked += sum(
        count(text_of(each.content), size)
        if isinstance(each.content, str)
        else count(msgspec.json.encode(each.content).decode(), size)
        for each in prompt.messages
    )
    for definition in (prompt.tools, prompt.output_config):
        if definition is not None:
            asked += count(msgspec.json.encode(definition).decode(), size)
    return asked + 3 * len(prompt.messages)


def _usage(asked: int, made: Answer) -> Document:
    return {
        "input_tokens": asked,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": made.output_tokens,
        "output_tokens_details": {"thinking_tokens": made.thinking_tokens},
        "server_tool_use": None,
        "service_tier": "standard",
    }


def _begun(block: Block) -> Document:
    match block.document["type"]:
        case "thinking":
            return {**block.document, "thinking": "", "signature": ""}
        case "tool_use":
            return {**block.document, "input": {}}
        case _:
            return {**block.document, "text": ""}


def _deltas(block: Block, size: Size) -> Iterator[Document]:
    pieces = tokens(block.text, size)
    match block.document["type"]:
        case "thinking":
            for piece in pieces:
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block.document["signature"]}
        case "tool_use":
            for piece in ("", *pieces):
                yield {"type": "input_json_delta", "partial_json": piece}
        case _:
            for piece in pieces:
                yield {"type": "text_delta", "text": piece}


_CUMULATIVE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "output_tokens_details",
    "server_tool_use",
)
"""The numbers of the usage that a stream sends again at its end."""
