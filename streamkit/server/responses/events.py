"""A response as the events of its stream."""

# Strategy: the events are computed from the finished response. So a stream that was cut can be
# resumed from any event, at any time, and polling shows the same response as streaming.

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from streamkit.server.identity import identifier
from streamkit.server.responses.answer import CALLS, TEXTS
from streamkit.server.tokens import Size, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.store import Document

    Event = dict[str, Any]


def events(response: Document, *, token_size: Size, obfuscated: bool) -> Iterator[Event]:
    """Yield the events of a response that has ended, numbered from 0.

    Args:
        response: The response as it ended.
        token_size: The number of characters in a token.
        obfuscated: Whether each delta has a padding of random length.
    """
    source = Random(response["id"])  # noqa: S311 - repeatable, and guards nothing
    for number, event in enumerate(_all(response, token_size)):
        padding = (
            {"obfuscation": identifier(source, source.randint(1, 16))}
            if obfuscated and event["type"].endswith(".delta")
            else {}
        )
        yield {**event, "sequence_number": number, **padding}


def _all(response: Document, size: Size) -> Iterator[Event]:
    opening: Document = {
        **response,
        "status": "in_progress",
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "output": [],
        "usage": None,
    }
    if response["background"]:
        queued: Document = {**opening, "status": "queued"}
        yield {"type": "response.created", "response": queued}
        yield {"type": "response.queued", "response": queued}
    else:
        yield {"type": "response.created", "response": opening}
    yield {"type": "response.in_progress", "response": opening}
    failed = response["status"] == "failed"
    last = len(response["output"]) - 1
    for index, item in enumerate(response["output"]):
        # A failure leaves the last item open.
        for event in _item(item, size, whole=not failed or index < last):
            yield {**event, "output_index": index}
    yield {"type": f"response.{response['status']}", "response": response}


def _item(item: Document, size: Size, *, whole: bool) -> Iterator[Event]:
    kind = item["type"]
    empty: Document = {CALLS[kind]: ""} if kind in CALLS else {_LISTS[kind]: []}
    status = {"status": "in_progress"} if "status" in item else {}
    yield {"type": "response.output_item.added", "item": {**item, **empty, **status}}
    for event in _growth(item, size, whole=whole):
        yield {**event, "item_id": item["id"]}
    if whole:
        yield {"type": "response.output_item.done", "item": item}


def _growth(item: Document, size: Size, *, whole: bool) -> Iterator[Event]:
    match item["type"]:
        case "message":
            for index, part in enumerate(item["content"]):
                for event in _part(part, size, whole=whole):
                    yield {**event, "content_index": index}
        case "reasoning":
            for index, part in enumerate(item["summary"]):
                for event in _summary(part, size):
                    yield {**event, "summary_index": index}
        case kind:
            yield from _call(item, kind, size, whole=whole)


def _part(part: Document, size: Size, *, whole: bool) -> Iterator[Event]:
    kind = part["type"]
    name = TEXTS[kind]
    lists = "logprobs" in part
    empty: Document = {"logprobs": []} if lists else {}
    yield {"type": "response.content_part.added", "part": {**part, name: "", **empty}}
    prefix = f"response.{kind}"
    for position, token in enumerate(tokens(part[name], size)):
        entries = {"logprobs": part["logprobs"][position : position + 1]} if lists else {}
        yield {"type": f"{prefix}.delta", "delta": token, **entries}
    if whole:
        entries = {"logprobs": part["logprobs"]} if lists else {}
        yield {"type": f"{prefix}.done", name: part[name], **entries}
        yield {"type": "response.content_part.done", "part": part}


def _summary(part: Document, size: Size) -> Iterator[Event]:
    prefix = "response.reasoning_summary"
    yield {"type": f"{prefix}_part.added", "part": {**part, "text": ""}}
    for token in tokens(part["text"], size):
        yield {"type": f"{prefix}_text.delta", "delta": token}
    yield {"type": f"{prefix}_text.done", "text": part["text"]}
    yield {"type": f"{prefix}_part.done", "part": part}


def _call(item: Document, kind: str, size: Size, *, whole: bool) -> Iterator[Event]:
    name = CALLS[kind]
    prefix = f"response.{kind}_{name}"
    for token in tokens(item[name], size):
        yield {"type": f"{prefix}.delta", "delta": token}
    if whole:
        named = {"name": item["name"]} if kind == "function_call" else {}
        yield {"type": f"{prefix}.done", name: item[name], **named}


_LISTS = {"message": "content", "reasoning": "summary"}
"""The field of an item's parts, by the type of the item."""
