"""Answers as a stream of ``chat.completion.chunk`` objects."""

# Strategy: each answer is a generator of triples (delta, logprobs, finish reason), and the stream
# takes the next triple of an answer chosen at random until all have ended. So choices of n > 1
# interleave, and any of them may come first, as they do from a real server.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.server.chat.completion import head
from streamkit.server.chat.logprobs import logprobs
from streamkit.server.chat.usage import usage
from streamkit.server.identity import identifier
from streamkit.server.tokens import Size, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.chat.answer import Answer, Call
    from streamkit.server.chat.request import ChatRequest
    from streamkit.server.identity import Identity

    Part = tuple[dict[str, Any], dict[str, Any] | None, str | None]


def chunks(
    request: ChatRequest, answers: list[Answer], identity: Identity, *, token_size: Size
) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a streamed response, with the usage last if it was requested."""
    options = request.stream_options
    random = identity.random("stream")
    start = head(request, identity, "chat.completion.chunk")
    padded = bool(options and options.include_obfuscation)
    end: dict[str, Any] = {"usage": None} if options and options.include_usage else {}
    for choice in _interleaved(request, answers, identity, token_size):
        padding = {"obfuscation": identifier(random, random.randint(1, 16))} if padded else {}
        yield {**start, "choices": [choice], **end, **padding}
    if end:
        yield {**start, "choices": [], "usage": usage(request, answers, token_size)}


def _interleaved(
    request: ChatRequest, answers: list[Answer], identity: Identity, token_size: Size
) -> Iterator[dict[str, Any]]:
    random = identity.random("order")
    open_answers = [
        (answer.index, _parts(request, answer, identity, token_size)) for answer in answers
    ]
    while open_answers:
        place = random.randrange(len(open_answers))
        index, parts = open_answers[place]
        part = next(parts, None)
        if part is None:
            del open_answers[place]
            continue
        delta, lists, finish_reason = part
        yield {"index": index, "delta": delta, "logprobs": lists, "finish_reason": finish_reason}


def _parts(
    request: ChatRequest, answer: Answer, identity: Identity, token_size: Size
) -> Iterator[Part]:
    speaks = not answer.calls or answer.content is not None or answer.refusal is not None
    if speaks:
        yield from _text_parts(request, answer, identity, token_size)
    if answer.calls:
        yield from _call_parts(answer.calls, token_size, begun=speaks)
    yield {}, None, answer.finish_reason


def _text_parts(
    request: ChatRequest, answer: Answer, identity: Identity, token_size: Size
) -> Iterator[Part]:
    channel = "content" if answer.refusal is None else "refusal"
    text = (answer.content if answer.refusal is None else answer.refusal) or ""
    random = identity.random(f"logprobs {answer.index}")

    def lists(*pieces: str) -> dict[str, Any] | None:
        if not request.logprobs:
            return None
        entries = logprobs(pieces, request.top_logprobs or 0, random)
        return {"content": None, "refusal": None, channel: entries}

    yield {"role": "assistant", "content": None, "refusal": None, channel: ""}, lists(), None
    for token in tokens(text, token_size):
        yield {channel: token}, lists(token), None


def _call_parts(calls: tuple[Call, ...], token_size: Size, *, begun: bool) -> Iterator[Part]:
    role = {} if begun else {"role": "assistant", "content": None, "refusal": None}
    # A single call begins in the first chunk; several calls begin after it.
    if len(calls) > 1 and role:
        yield role, None, None
    for index, call in enumerate(calls):
        kind, field = ("custom", "input") if call.custom else ("function", "arguments")
        body = {"name": call.name, field: ""}
        opening = {"index": index, "id": call.id, "type": kind, kind: body}
        yield {**(role if len(calls) == 1 else {}), "tool_calls": [opening]}, None, None
        for token in tokens(call.text, token_size):
            yield {"tool_calls": [{"index": index, kind: {field: token}}]}, None, None
