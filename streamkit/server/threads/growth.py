"""The division of a finished block or tool call into deltas."""

# Strategy: everything is finished before it is streamed. Each function cuts a finished object into
# deltas, and yields with each delta the object so far. Because the store writes all of that object
# at each delta, a long text grows by more than a token at a time.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.server.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.store import Document

    Growth = Iterator[tuple[Document, Document]]


PIECES = 4000
"""The largest number of deltas that a text is cut into."""


def block_growth(block: Document, size: int) -> Growth:
    """Yield the deltas of one block of a message, each with the block so far."""
    match block["type"]:
        case "text":
            yield from _text(block["text"], size)
        case "refusal":
            said = ""
            for token in _pieces(block["refusal"], size) or [""]:
                said += token
                yield {"type": "refusal", "refusal": token}, {"type": "refusal", "refusal": said}
        case _:
            yield block, block


def call_growth(call: Document, size: int) -> Growth:
    """Yield the deltas of one tool call, each with the call so far."""
    kind: str = call["type"]
    head = {"id": call["id"], "type": kind}
    match kind:
        case "function":
            parts = _function(call[kind], size)
        case "code_interpreter":
            parts = _code(call[kind], size)
        case _:
            # The results of a search are not streamed.
            yield {**head, kind: {}}, call
            return
    for position, (delta, so_far) in enumerate(parts):
        start = head if position == 0 else {"type": kind}
        yield {**start, kind: delta}, {**head, kind: so_far}


def _text(text: dict[str, Any], size: int) -> Growth:
    said = ""
    noted: list[Document] = []
    waiting: list[Document] = list(text["annotations"])
    for position, token in enumerate(_pieces(text["value"], size) or [""]):
        said += token
        # An annotation comes with the end of the text that it refers to.
        ended = [each for each in waiting if each["end_index"] <= len(said)]
        waiting = [each for each in waiting if each["end_index"] > len(said)]
        numbered = [{"index": len(noted) + n, **each} for n, each in enumerate(ended)]
        noted = [*noted, *ended]
        delta: Document = {"value": token}
        if numbered or position == 0:
            delta["annotations"] = numbered
        whole = {"value": said, "annotations": noted}
        yield {"type": "text", "text": delta}, {"type": "text", "text": whole}


def _function(function: dict[str, Any], size: int) -> Growth:
    said = ""
    opening = {**function, "arguments": said, "output": None}
    yield opening, opening
    for token in _pieces(function["arguments"], size):
        said += token
        yield {"arguments": token}, {**opening, "arguments": said}


def _code(code: dict[str, Any], size: int) -> Growth:
    said = ""
    opening: Document = {"input": said, "outputs": []}
    yield opening, opening
    for token in _pieces(code["input"], size):
        said += token
        yield {"input": token}, {"input": said, "outputs": []}
    outputs: list[Document] = []
    for index, output in enumerate(code["outputs"]):
        outputs = [*outputs, output]
        yield {"outputs": [{"index": index, **output}]}, {"input": said, "outputs": outputs}


def _pieces(text: str, size: int) -> list[str]:
    return tokens(text, max(size, -(-len(text) // PIECES)))
